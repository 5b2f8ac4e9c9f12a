"""Signing in as a browser meets it: the gate, the cookie, reloads, and the end of a session."""

from __future__ import annotations

import http.client
import re
import urllib.error
import urllib.request
from contextlib import closing

import pytest
from playwright.sync_api import Dialog, Page, expect

from app.services.team import accounts
from app.services.team.sign_in import sign_out_everywhere
from storage.engine import Sessions
from tests.browser.accounts_kit import fill, sign_in
from tests.browser.app_kit import AnnotatePage, Site
from tests.browser.servers import Served

pytestmark = pytest.mark.xdist_group("browser-accounts")


@pytest.fixture
def url(accounts_site: Site) -> Served:
    return accounts_site.url


def status(url: str, **headers: str) -> int:
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


@pytest.mark.parametrize(
    "path",
    ["/", "/annotate", "/_stcore/host-config", "/media/x.txt", "/_stcore/upload_file/a/b"],
)
def test_without_a_session_nothing_is_served(url: Served, path: str) -> None:
    assert status(url + path) == 401


@pytest.mark.parametrize("cookie", ["", "spanneal=made-up"])
def test_without_a_session_no_socket_opens(url: Served, cookie: str) -> None:
    asked = http.client.HTTPConnection(url.removeprefix("http://"))
    with closing(asked):
        headers = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "c2V2ZW4gZ3JleSBoZXJvbg==",
            "Cookie": cookie,
        }
        asked.request("GET", "/_stcore/stream", headers=headers)
        assert asked.getresponse().status == 403


def test_a_person_signs_in_lands_where_they_wanted_and_stays_after_a_reload(
    tab: Page, url: Served
) -> None:
    tab.goto(f"{url}/figures?project=1")
    expect(tab).to_have_url(re.compile("/sign-in"))

    fill(tab, "anna")
    expect(tab).to_have_url(re.compile(r"/figures\?project=1$"))
    expect(tab.get_by_role("heading", name="Figures")).to_be_visible()
    tab.reload()
    expect(tab.get_by_role("heading", name="Figures")).to_be_visible()
    cookie = next(cooky for cooky in tab.context.cookies() if cooky["name"] == "spanneal")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert cookie["value"] not in tab.content()
    assert tab.evaluate("document.cookie").find("spanneal=") == -1


def test_a_wrong_password_is_told_and_tells_nothing(tab: Page, url: Served) -> None:
    tab.goto(f"{url}/sign-in")
    fill(tab, "Nobody <b>Nowhere</b>", "wrong password")

    expect(tab.get_by_role("alert")).to_contain_text("Wrong name or password")
    expect(tab.get_by_label("Name")).to_have_value("Nobody <b>Nowhere</b>")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//example.org",
        pytest.param("https://example.org/", marks=pytest.mark.thorough),
        pytest.param("/\\example.org", marks=pytest.mark.thorough),
    ],
)
def test_signing_in_never_leads_to_another_site(tab: Page, url: Served, elsewhere: str) -> None:
    tab.goto(f"{url}/sign-in?next={elsewhere}")
    fill(tab, "Anna")

    expect(tab).to_have_url(re.compile(f"^{re.escape(url)}/"))


def test_a_form_of_another_site_signs_nobody_in(url: Served) -> None:
    body = b"name=Anna&password=seven+grey+herons+rowing"
    request = urllib.request.Request(
        f"{url}/sign-in", data=body, headers={"Origin": "https://example.org"}
    )

    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 403
    caught.value.close()


def test_an_annotator_is_not_offered_what_takes_more(tab: Page, url: Served) -> None:
    sign_in(tab, url, "Bo")

    expect(tab.get_by_role("heading", name="Documents")).to_be_visible()
    expect(tab.get_by_role("link", name="Account")).to_be_visible()
    expect(tab.get_by_role("link", name="People")).to_have_count(0)
    expect(tab.get_by_role("tab")).to_have_count(0)
    tab.goto(f"{url}/train")
    expect(tab.get_by_text("This page is for reviewers of the project")).to_be_visible()
    tab.goto(f"{url}/people")
    expect(tab.get_by_text("This page is for administrators")).to_be_visible()
    expect(tab.get_by_text("Page not found")).to_have_count(0)


def test_who_signs_out_is_out_in_every_tab(tab: Page, url: Served) -> None:
    sign_in(tab, url, "Anna")
    other = tab.context.new_page()
    other.goto(f"{url}/figures")
    expect(other.get_by_role("heading", name="Figures")).to_be_visible()
    tab.goto(f"{url}/account")
    expect(tab.get_by_text("You are signed in as")).to_be_visible()
    tab.get_by_role("button", name="Sign out", exact=True).click()

    expect(tab).to_have_url(re.compile("/sign-in"))
    expect(tab.get_by_label("Password")).to_be_visible()
    other.get_by_role("link", name="Documents").click()
    expect(other).to_have_url(re.compile("/sign-in"))
    other.close()


def test_an_edit_after_the_end_of_a_session_is_saved_once_its_person_has_signed_in(
    tab: Page, url: Served, accounts_site: Site
) -> None:
    project, ids = accounts_site.own_samples("The end of a session")
    sign_in(tab, url, "Anna")
    desk = AnnotatePage(tab)
    desk.open(url, ids[2], project)
    desk.select(desk.suggested()[0])
    end_sessions(accounts_site.sessions, "Anna")
    questions: list[str] = []

    def agree(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.accept()

    tab.on("dialog", agree)

    desk.press("a")

    expect(tab).to_have_url(re.compile("/sign-in"))
    assert not questions, "nothing is lost, so nobody is asked whether to stay"
    fill(tab, "Anna")
    desk.ready()
    desk.is_saved()
    assert [span.status for span in accounts_site.stored(ids[2])].count("accepted") == 1


def end_sessions(sessions: Sessions, name: str) -> None:
    (person,) = (account for account in accounts.every(sessions) if account.name == name)
    sign_out_everywhere(sessions, person.id)


def test_an_administrator_makes_an_account_whose_password_is_shown_once(
    tab: Page, url: Served, accounts_site: Site
) -> None:
    sign_in(tab, url, "Anna")
    tab.goto(f"{url}/people")
    tab.get_by_label("Name", exact=True).fill("Dan")
    tab.get_by_role("button", name="Create account").click()

    expect(tab.get_by_text("You won’t see it again")).to_be_visible()
    assert "Dan" in [account.name for account in accounts.every(accounts_site.sessions)]
    password = tab.get_by_test_id("stCode").inner_text().strip()
    tab.context.clear_cookies()
    sign_in(tab, url, "Dan", password)
    expect(tab.get_by_text("You are not a member of any project yet")).to_be_visible()

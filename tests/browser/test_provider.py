"""Signing in through an OpenID Connect provider, with Streamlit's own login."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accounts_kit import SERVER, people_in
from tests.browser.app_kit import environment
from tests.browser.provider import Provider, providing, secrets
from tests.browser.servers import Serve, Served, free_port

pytestmark = pytest.mark.xdist_group("browser-accounts")


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing(free_port()) as provider:
        yield provider


@pytest.fixture(scope="module")
def url(provider: Provider, serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Served:
    folder: Path = tmp_path_factory.mktemp("oidc")
    people_in(folder, annotator="bo@example.org")
    port = free_port()
    toml = folder / "secrets.toml"
    toml.write_text(secrets(provider, f"http://127.0.0.1:{port}"))
    env = {
        **environment(folder),
        "SPANNEAL_MODEL": str(folder / "none"),  # no page here asks it
        "SPANNEAL_AUTH": "oidc",
        "STREAMLIT_SECRETS_FILES": str(toml),
    }
    return serve(SERVER, env=env, port=port)


def test_whom_the_provider_vouches_for_annotates_under_the_accounts_name_and_signs_out(
    page: Page, url: Served, provider: Provider
) -> None:
    provider.claims = {"email": "bo@example.org", "email_verified": True}
    page.goto(url)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Documents")).to_be_visible()
    page.goto(f"{url}/account")
    expect(page.get_by_text("You are signed in as")).to_contain_text("bo@example.org")

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param(
            {"email": "eve@example.org", "email_verified": True}, marks=pytest.mark.thorough
        ),
        {"email": "bo@example.org", "email_verified": False},
    ],
    ids=["no account", "not verified"],
)
def test_whoever_has_no_account_of_that_name_sees_nothing(
    page: Page, url: Served, provider: Provider, claims: dict[str, object]
) -> None:
    provider.claims = claims
    page.goto(url)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_text("Ask an administrator to create it")).to_be_visible()
    expect(page.get_by_text("Sample")).to_have_count(0)

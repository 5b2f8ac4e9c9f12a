"""The project's webhooks on the Documents page, under Settings."""

from __future__ import annotations

from app.screens.common.wording import moment
from app.services.webhooks import webhooks
from app.services.webhooks.delivery import WebhookDeliveries
from app.services.webhooks.webhooks import WebhookView
from storage.enums import WEBHOOK_EVENTS
from tests.app.pages_kit import Site
from tests.app.webhooks_kit import HERE, Receiver, step

URL = "https://example.org/hook"


def test_a_webhook_is_added_with_a_secret_that_is_shown_once(site: Site) -> None:
    site.open("documents")
    assert "No webhooks yet." in site.messages()
    site.app.text_input(key="webhook_url").set_value(f" {URL} ")
    site.app.multiselect(key="webhook_events").set_value(["job.failed"])
    _press(site, "Add webhook")

    (webhook,) = _webhooks(site)
    assert (webhook.url, webhook.events) == (URL, ("job.failed",))
    assert [code.value.startswith("whsec_") for code in site.app.code].count(True) == 1
    site.run()
    assert not any(code.value.startswith("whsec_") for code in site.app.code)


def test_an_address_where_no_webhook_goes_is_refused_with_the_reason(site: Site) -> None:
    site.open("documents")
    site.app.text_input(key="webhook_url").set_value("http://127.0.0.1/hook")
    _press(site, "Add webhook")
    assert "SPANNEAL_WEBHOOKS=private" in _plain(site)

    site.app.text_input(key="webhook_url").set_value(URL)
    site.app.multiselect(key="webhook_events").set_value([])
    _press(site, "Add webhook")
    assert "choose at least one event" in _plain(site)
    assert _webhooks(site) == ()


def test_a_webhook_is_tested_switched_off_and_on_and_removed(site: Site) -> None:
    webhook, _ = webhooks.create(site.sessions, site.project_id, URL, WEBHOOK_EVENTS, private=False)
    site.open("documents")
    site.app.button(key="webhook_test").click()
    site.run()
    (queued,) = webhooks.deliveries(site.sessions, site.project_id, webhook.id)
    assert (queued.event, queued.state) == ("webhook.test", "pending")
    row = next(table.value for table in site.app.dataframe if "Address" in table.value).iloc[0]
    assert row[["Address", "State", "Events"]].tolist() == [URL, "On", "all"]
    assert row["Last message"] == f"webhook.test, waiting, {moment(queued.created_at)}"
    assert row[["Waiting", "Failed"]].tolist() == [1, 0]

    site.app.button(key="webhook_switch").click()
    site.run()
    assert [webhook.active for webhook in _webhooks(site)] == [False]
    assert site.app.button(key="webhook_test").disabled
    site.app.button(key="webhook_switch").click()
    site.run()
    assert [webhook.active for webhook in _webhooks(site)] == [True]

    site.app.button(key="webhook_remove").click()
    site.run()
    assert _webhooks(site) == ()
    assert "No webhooks yet." in site.messages()


def test_why_a_message_did_not_arrive_is_told_with_what_to_do(site: Site) -> None:
    made, _ = webhooks.create(site.sessions, site.project_id, HERE, WEBHOOK_EVENTS, private=True)
    webhooks.send_test(site.sessions, site.project_id, made.id)
    step(WebhookDeliveries(site.sessions, True, Receiver([404]).transport))

    site.open("documents")

    assert (
        "Last message, after 1 attempt: 127.0.0.1:9 answered 404 Not Found: it has nothing at this "
        "path; check the address."
    ) in _plain(site)


def test_a_webhook_that_somebody_else_removed_meanwhile_is_no_failure_of_the_page(
    site: Site,
) -> None:
    webhook, _ = webhooks.create(site.sessions, site.project_id, URL, WEBHOOK_EVENTS, private=False)
    site.open("documents")
    webhooks.delete(site.sessions, site.project_id, webhook.id)

    site.app.button(key="webhook_switch").click()
    site.run()

    assert f"has no webhook {webhook.id}" in site.app.toast[0].value.replace("\\", "")


def _webhooks(site: Site) -> tuple[WebhookView, ...]:
    return webhooks.every(site.sessions, site.project_id)


def _press(site: Site, label: str) -> None:
    next(button for button in site.app.button if button.label == label).click()
    site.run()


def _plain(site: Site) -> str:
    return site.messages().replace("\\", "")

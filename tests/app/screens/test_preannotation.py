"""The Documents page: all documents predicted by the worker, watched, paused and cancelled."""

from __future__ import annotations

from app.services.retraining import bulk_preannotation
from tests.app.pages_kit import Site


def _press(site: Site, key: str) -> None:
    site.app.button(key=key).click().run()
    assert not site.app.exception


def test_a_pass_is_started_paused_resumed_and_cancelled(site: Site) -> None:
    site.add("A ferry left Turku.", "ferries")
    site.open("documents")

    _press(site, "preannotate")
    assert "0 of 1 document" in site.app.progress[1].text
    assert "running" in site.app.progress[1].text
    assert any("No worker is running" in item.value for item in site.app.warning)

    _press(site, "pause_pass")
    assert "paused" in site.app.progress[1].text
    _press(site, "resume_pass")
    _press(site, "cancel_pass")

    result = bulk_preannotation.latest(site.sessions, 1)
    assert result is not None
    assert result.state == "cancelled"
    assert site.app.button(key="preannotate")


def test_where_nothing_waits_the_page_says_why(site: Site) -> None:
    site.add("A ferry left Turku.", "ferries", split="holdout")
    site.open("documents")

    _press(site, "preannotate")

    assert "every document was predicted by it" in site.app.error[0].value

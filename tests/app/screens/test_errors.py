"""A database that cannot be used: the page says what is wrong and what to do, and goes on after."""

from __future__ import annotations

from pathlib import Path

from storage.repository import annotation_sets
from tests.app.pages_kit import Site


def test_a_database_that_is_gone_is_told_and_nothing_is_acknowledged_until_it_is_back(
    site: Site,
) -> None:
    document = site.add()
    site.open("annotate", document=document)
    span = site.span_id("New York")
    path = Path(site.settings.database.removeprefix("sqlite:///"))
    away = path.with_name("away.db")
    path.rename(away)

    site.send(document, {"op": "accept", "id": span})
    message = site.messages().replace("\\", "")
    assert "the database file is missing" in message
    assert "Everything saved so far is safe. Restore the file" in message
    assert site.answer["ack"] is None, "nothing could be acknowledged"
    assert site.answer["error"].startswith("Not saved: the database file is missing")

    away.rename(path)
    site.run()
    site.sent -= 1  # the browser has kept it, and sends it again
    site.send(document, {"op": "accept", "id": span})
    assert site.mounted()["ack"]["seq"] == 1
    assert site.spans()["New York"] == "accepted"
    with site.sessions() as session:
        draft = annotation_sets.draft_of(session, document)
        assert draft is not None
        assert [row.status for row in draft.entities if row.key == span] == ["accepted"]

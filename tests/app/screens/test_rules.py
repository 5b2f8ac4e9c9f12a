"""Rules on the Labels tab, and what the Annotate page says of their suggestions."""

from __future__ import annotations

import pytest

from app.services.labels import rules
from tests.app.pages_kit import Site


def import_terms(site: Site, terms: str, label: str | None = None) -> None:
    site.open("documents")
    site.app.text_area(key="rule_terms").set_value(terms)
    if label is not None:
        site.app.selectbox(key="rule_label").set_value(label)
    next(button for button in site.app.button if button.label == "Import rules").click()
    site.run()


def reported(site: Site, kind: str) -> str:
    return "\n".join(element.value for element in getattr(site.app, kind))


def test_terms_are_imported_shown_with_their_counts_and_removed(site: Site) -> None:
    site.model.names = ()
    document_id = site.add()
    import_terms(site, "New York\nMonday", "LOC")

    assert "2 rules imported" in reported(site, "success")
    assert "2 rules: LOC 2" in reported(site, "caption")
    (table,) = [frame.value for frame in site.app.dataframe if "Rule" in frame.value]
    assert table.to_dict("list") == {
        "Rule": ["New York", "Monday"],
        "Label": ["LOC", "LOC"],
        "Matches": ["as written", "as written"],
        "Accepted": [0, 0],
        "Rejected": [0, 0],
        "State": ["", ""],
    }
    site.open("annotate", document=document_id)
    assert "found no entities" in reported(site, "caption")
    assert "2 suggestions by rules." in reported(site, "caption")
    spans = site.mounted()["spans"]
    assert [(span["label"], span["source"]) for span in spans] == [("LOC", "rule")] * 2
    site.open("documents")
    site.app.button(key="remove all rules").click()
    site.run()
    assert "No rules yet." in reported(site, "caption")
    assert rules.listed(site.sessions, site.project_id).total == 0


@pytest.mark.parametrize(
    ("terms", "expected"),
    [("Oslo", "line 1: no label is given"), ("", "0 rules imported")],
)
def test_what_is_not_taken_is_named(site: Site, terms: str, expected: str) -> None:
    import_terms(site, terms)

    assert expected in reported(site, "warning") + reported(site, "success")

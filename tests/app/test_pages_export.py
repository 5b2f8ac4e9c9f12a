"""The Export page: what is in the file, and what its format cannot hold."""

from __future__ import annotations

import pytest

from app.views.exporting import file_stem, preview
from tests.app.pages_kit import Site


def submit(site: Site, document: int) -> None:
    site.open("annotate", document=document)
    site.send(document, {"op": "accept_all"}, {"op": "submit"})


def test_with_nothing_submitted_the_page_says_what_to_do(site: Site) -> None:
    site.add()

    site.open("export")

    assert "Nothing is submitted yet" in site.said()


def test_the_lossless_format_holds_everything(site: Site) -> None:
    submit(site, site.add())
    site.add("Not yet.", "open")

    site.open("export")

    assert "1 document · 3 entities" in site.said()
    assert "1 document not submitted yet" in site.said()
    assert '"New York University"' not in site.app.warning
    assert site.app.code[0].value.startswith("{")


def test_a_flat_format_names_and_counts_the_nested_entities_it_leaves_out(site: Site) -> None:
    submit(site, site.add())
    site.open("export")

    site.app.selectbox(key="export_format").set_value("bio")
    site.run()

    assert "1 entity overlapping a longer one" in site.said()
    assert list(site.app.dataframe[0].value["Text"]) == ["New York"]
    assert "B-ORG" in site.app.code[0].value


def test_only_the_held_back_documents_can_be_exported(site: Site) -> None:
    submit(site, site.add())
    submit(site, site.add("Bo Li met Anna.", "held", split="control"))
    site.open("export")

    site.app.get("segmented_control")[0].set_value("Held back")
    site.run()

    assert "1 document · 0 entities" in site.said()


def test_a_preview_cuts_long_lines_and_long_files() -> None:
    shown = preview(b"\n".join([b"x" * 1000] * 100)).split("\n")

    assert len(shown) == 17
    assert max(map(len, shown)) < 450
    assert shown[-1] == "…"


@pytest.mark.parametrize(
    ("project", "stem"),
    [
        ("Sample", "Sample"),
        ("../../etc/passwd", "etc-passwd"),
        ("会議 2026", "会議-2026"),
        ("..", "export"),
    ],
)
def test_a_projects_name_makes_a_harmless_file_name(project: str, stem: str) -> None:
    assert file_stem(project) == stem

"""The Export page: what is in the file, and what its format cannot hold."""

from __future__ import annotations

import hashlib
import json
import os

import pytest

from app.screens.export.download import file_stem, preview
from tests.app.material import new_project
from tests.app.pages_kit import Site


def submit(site: Site, document: int) -> None:
    site.open("annotate", document=document)
    site.send(document, {"op": "accept_all"}, {"op": "submit"})


def test_with_nothing_submitted_the_page_says_what_to_do(site: Site) -> None:
    site.add()

    site.open("export")

    assert "Nothing is submitted yet" in site.messages()


def test_the_lossless_format_holds_everything(site: Site) -> None:
    submit(site, site.add())
    site.add("Not yet.", "open")

    site.open("export")

    assert "1 document · 3 entities" in site.messages()
    assert "1 document not submitted" in site.messages()
    assert '"New York University"' not in site.app.warning
    assert site.app.code[0].value.startswith("{")


def test_a_flat_format_names_and_counts_the_nested_entities_it_leaves_out(site: Site) -> None:
    submit(site, site.add())
    site.open("export")

    site.app.selectbox(key="export_format").set_value("bio")
    site.run()

    assert "1 entity left out: nested in or overlapping a longer one" in site.messages()
    assert list(site.app.dataframe[0].value["Text"]) == ["New York"]
    assert "B-ORG" in site.app.code[0].value


def test_what_a_format_does_not_hold_is_told_in_words_and_a_document_is_named(site: Site) -> None:
    submit(site, site.add())
    submit(site, site.add("\n \n", "blank"))
    site.open("export")

    site.app.selectbox(key="export_format").set_value("bio")
    site.run()

    assert "1 document left out: this format cannot hold the text" in site.messages()
    assert "holds no words" in site.messages()
    caption = next(
        item.value for item in site.app.caption if item.value.startswith("This format cannot hold:")
    )
    assert "ids of 2 entities" in caption
    assert "split of 1 document" in caption
    assert "id 2" not in caption


def test_only_the_held_out_documents_can_be_exported(site: Site) -> None:
    submit(site, site.add())
    submit(site, site.add("Bo Li met Anna.", "held", split="holdout"))
    site.open("export")

    site.app.get("segmented_control")[0].set_value("Held out")
    site.run()

    assert "1 document · 0 entities" in site.messages()


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


def large(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """One submitted document, which is more than what is written without being asked."""
    submit(site, site.add())
    monkeypatch.setattr("app.screens.export.download.AT_ONCE", 0)
    site.open("export")


def make(site: Site) -> None:
    site.app.button(key="make_export").click()
    site.run()


def test_a_large_file_is_made_only_when_it_is_asked_for_and_kept(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    large(site, monkeypatch)
    assert not site.app.code
    assert "Up to 1 document" in site.messages()

    make(site)
    assert "1 document · 3 entities" in site.messages()
    (path,) = (site.settings.data / "exports").glob("*/export.jsonl")
    written = path.stat().st_mtime_ns
    site.run()
    assert path.stat().st_mtime_ns == written
    assert site.app.button(key="make_export").label == "Create again"


def test_another_choice_needs_another_file(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    large(site, monkeypatch)
    make(site)

    site.app.checkbox(key=f"export_undecided_{site.project_id}").check()
    site.run()

    assert not site.app.code
    assert site.app.button(key="make_export").label == "Create file"


def test_the_filters_narrow_what_is_written(site: Site) -> None:
    submit(site, site.add())
    site.add("Not yet.", "open")
    site.open("export")

    site.app.multiselect(key=f"export_labels_{site.project_id}").set_value(["PER"])
    site.app.checkbox(key=f"export_undecided_{site.project_id}").check()
    site.run()

    assert "2 documents · 1 entity" in site.messages()


def test_how_many_filters_are_set_is_shown_beside_them_and_another_project_has_none(
    site: Site,
) -> None:
    submit(site, site.add())
    other = new_project(site.sessions, name="Letters")
    site.open("export")
    assert " set" not in site.messages()

    site.app.multiselect(key=f"export_labels_{site.project_id}").set_value(["PER"])
    site.app.checkbox(key=f"export_undecided_{site.project_id}").check()
    site.run()
    assert "2 set" in site.messages()

    site.app.selectbox(key="chosen_project").set_value(other)
    site.run()
    assert " set" not in site.messages()
    assert "4 documents" in site.messages()


def test_what_is_undecided_can_be_had_before_anything_is_submitted(site: Site) -> None:
    site.add()
    site.open("export")
    assert "nothing to export" in site.messages()

    site.app.checkbox(key=f"export_undecided_{site.project_id}").check()
    site.run()

    assert "1 document · 0 entities" in site.messages()


def test_the_manifest_is_offered_beside_the_file(site: Site) -> None:
    submit(site, site.add())
    site.open("export")

    made = site.app.session_state["made_export"]
    reported = json.loads(made.manifest)
    assert (reported["file"], reported["counts"]["entities"]) == ("News.jsonl", 3)
    assert reported["sha256"] == hashlib.sha256(made.path.read_bytes()).hexdigest()


def test_files_of_sessions_long_gone_are_cleared_away(site: Site) -> None:
    old = site.settings.data / "exports" / "old"
    old.mkdir(parents=True)
    os.utime(old, (0, 0))
    submit(site, site.add())
    site.open("export")

    assert not old.exists()


def test_a_hostile_name_is_shown_and_never_run(site: Site) -> None:
    document = site.add(name="</span><script>alert(1)</script>")
    submit(site, document)
    site.open("export")
    site.app.selectbox(key="export_format").set_value("bio")
    site.run()

    shown = [str(item.value) for item in (*site.app.markdown, *site.app.caption)]
    assert not any("<script" in item for item in shown)
    assert "<script" in str(site.app.dataframe[0].value["Document"][0])

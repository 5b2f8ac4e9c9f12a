"""The Documents page: files are looked at, come in, are stopped, and are told of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.screens.documents import import_report
from app.screens.documents import upload as adding
from app.services.interchange.read_records import ImportReport
from storage.records import BadRecord
from storage.repository import documents, projects, responses
from storage.repository.listing import list_documents
from tests.app.pages_kit import Site

SCRIPT = "<img src=x onerror=alert(1)>"


def upload(site: Site, name: str, content: bytes) -> None:
    """Chooses a file on the page; nothing is added yet."""
    site.open("documents")
    site.app.get("file_uploader")[0].upload(name, content)
    site.run()


def add(site: Site) -> None:
    site.app.button(key="add_files").click()
    site.run()


def line(**record: Any) -> bytes:
    return json.dumps(record).encode() + b"\n"


def test_an_upload_is_added_and_reported_with_duplicates_and_bad_lines(site: Site) -> None:
    upload(site, "some.jsonl", line(text="Bo Li met Anna.") * 2 + b"{broken\n")
    add(site)

    message = site.messages()
    assert "1 document added" in message
    assert "1 duplicate" in message
    assert "line 3" in message
    assert site.app.get("file_uploader")[0].value in (None, [])


def test_a_file_is_looked_at_before_anything_is_written(site: Site) -> None:
    site.add("Known.")
    entity = {"start": 0, "end": 5, "label": "EVENT"}
    content = line(text="Known.") + line(text="Ascot was wet.", entities=[entity]) + b"{broken\n"

    upload(site, "some.jsonl", content)

    message = site.messages()
    assert "1 new" in message
    assert "1 duplicate" in message
    assert "1 unreadable" in message
    assert "EVENT 1 (new)" in message
    tables = [table.value for table in site.app.dataframe if "Entities" in table.value]
    assert list(tables[0]["Entities"]) == ["not annotated", "Ascot (EVENT)"]
    with site.sessions() as session:
        assert list_documents(session, site.project_id).total == 1
        assert "EVENT" not in [label.name for label in projects.labels(session, site.project_id)]


def test_what_came_in_before_an_import_was_stopped_stays_and_is_told(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A click breaks a run off where it next draws, as `st.stop` does."""
    import streamlit as st

    monkeypatch.setattr("app.services.interchange.read_records.BATCH", 2)
    whole = adding.importing
    clicked: list[bool] = []

    def stopped(*arguments: Any) -> Iterator[ImportReport]:
        for report in whole(*arguments):
            yield report
            if not clicked:
                clicked.append(True)
                st.stop()

    monkeypatch.setattr(adding, "importing", stopped)
    content = b"".join(line(text=f"Text {number}.") for number in range(5))
    upload(site, "some.jsonl", content)
    add(site)
    site.run()

    assert "2 documents added. The import stopped" in site.messages()
    add(site)
    assert "3 documents added · 2 duplicates" in site.messages()
    with site.sessions() as session:
        assert list_documents(session, site.project_id).total == 5


def test_a_file_that_is_broken_in_the_middle_is_not_told_as_done(site: Site) -> None:
    upload(site, "some.json", b'[{"text": "One."}\n{"text": "Two."}]')
    add(site)

    assert "1 document added" in site.messages()
    assert "The import stopped at line 2, and nothing after it was read" in site.messages()


SPANISH = "La Señora celebró su mañana con niños; Begoña Ibáñez."


def chosen(site: Site, label: str) -> Any:
    return next(radio for radio in site.app.radio if label in radio.label)


def texts(site: Site) -> list[str]:
    with site.sessions() as session:
        rows = list_documents(session, site.project_id).rows
        return sorted(documents.get(session, row.id).text for row in rows)


def test_one_click_reads_a_file_in_another_encoding(site: Site) -> None:
    upload(site, "news.txt", SPANISH.encode("latin-1"))

    encodings = chosen(site, "In which encoding")
    assert encodings.value is None
    assert encodings.options[:2] == [
        "windows-1252 (Western European)",
        "windows-1250 (Central European)",
    ]
    captions = encodings.proto.captions
    assert "Señora" in captions[0]
    assert "Seńora" in captions[1]

    encodings.set_value("windows-1252")
    site.run()
    assert "1 new" in site.messages()
    add(site)
    assert texts(site) == [SPANISH]


def test_any_other_encoding_can_be_chosen_and_a_wrong_choice_changed(site: Site) -> None:
    upload(site, "news.txt", SPANISH.encode("cp437"))
    chosen(site, "In which encoding").set_value("other")
    site.run()
    box = next(box for box in site.app.selectbox if box.label == "Encoding")
    box.set_value("cp850")
    site.run()
    assert "1 new" in site.messages()
    add(site)

    assert texts(site) == [SPANISH]


def test_an_encoding_is_asked_of_no_file_that_is_utf8(site: Site) -> None:
    upload(site, "some.jsonl", "{broken ü\n".encode() + line(text="Zürich."))

    assert "1 unreadable" in site.messages()
    assert not site.app.radio


def test_an_empty_list_of_labels_is_asked_about_and_not_submitted_by_itself(site: Site) -> None:
    content = line(text="One.", label=[[0, 3, "X"]]) + line(text="Two.", label=[])
    upload(site, "some.jsonl", content)

    message = "1 record with an empty list of labels: imported as not yet annotated"
    assert message in site.messages()
    add(site)
    assert message in site.messages()
    with site.sessions() as session:
        statuses = [row.status for row in list_documents(session, site.project_id).rows]
    assert sorted(statuses) == ["new", "submitted"]


def test_an_empty_list_of_labels_is_submitted_if_somebody_says_that_they_looked(site: Site) -> None:
    upload(site, "some.jsonl", line(text="One.", label=[[0, 3, "X"]]) + line(text="Two.", label=[]))
    empty = chosen(site, "empty list of labels")
    empty.set_value(empty.options[1])
    site.run()
    add(site)

    with site.sessions() as session:
        rows = list_documents(session, site.project_id).rows
    assert [row.status for row in rows] == ["submitted", "submitted"]


def test_records_of_one_text_are_asked_about_and_merged_unless_told_otherwise(site: Site) -> None:
    first, second = ([{"start": 0, "end": 3, "label": label}] for label in ("A", "B"))
    content = line(text="One two.", entities=first) + line(text="One two.", entities=second)
    other = [{"start": 4, "end": 7, "label": "A"}]
    upload(site, "some.jsonl", content + line(text="One two.", entities=other))

    message = site.messages()
    assert "1 record of a repeated text with different annotations: merged" in message
    assert "1 record contradicts an earlier record of the same text, which stands" in message
    assert "line 2: contradicts" in message
    assert "unreadable" not in message
    chosen(site, "repeat a text").set_value("separate")
    site.run()
    assert "2 records of a repeated text by another person" in site.messages()
    add(site)

    assert "2 records of a repeated text by another person" in site.messages()
    with site.sessions() as session:
        assert len(responses.newest(session, [1])) == 3


def test_different_peoples_records_of_one_text_leave_nothing_to_ask(site: Site) -> None:
    label = {"from_name": "l", "to_name": "t", "type": "labels"}
    annotations = [
        {"completed_by": person, "result": [{**label, "value": value}]}
        for person, value in (
            (1, {"start": 0, "end": 3, "text": "One", "labels": ["A"]}),
            (2, {"start": 4, "end": 7, "text": "two", "labels": ["A"]}),
        )
    ]
    tasks = [{"id": 1, "data": {"text": "One two."}, "annotations": annotations}]
    upload(site, "tasks.json", json.dumps(tasks).encode())

    assert "1 record of a repeated text by another person: kept as a response" in site.messages()
    assert not any("repeat a text" in radio.label for radio in site.app.radio)


def test_a_text_that_the_project_has_with_other_annotation_is_told_before_and_after(
    site: Site,
) -> None:
    known = line(text="One.", entities=[{"start": 0, "end": 3, "label": "A"}])
    upload(site, "some.jsonl", known)
    add(site)
    upload(site, "more.jsonl", line(text="One.", entities=[{"start": 0, "end": 3, "label": "B"}]))

    message = (
        "1 record has a text of the project with different annotations: the project's are kept"
    )
    assert message in site.messages()
    add(site)
    assert message in site.messages()


def test_what_files_say_is_shown_and_never_run(site: Site) -> None:
    entity = {"start": 0, "end": 1, "label": SCRIPT}
    content = line(text=SCRIPT, name=SCRIPT, entities=[entity]) + line(text="x", **{SCRIPT: 1})
    upload(site, f"{SCRIPT}.jsonl", content)
    visible = [str(item.value) for item in (*site.app.markdown, *site.app.caption)]
    add(site)
    visible += [
        str(item.value) for item in (*site.app.markdown, *site.app.caption, *site.app.warning)
    ]

    assert any("onerror" in item for item in visible)
    assert not any(re.search(r"(?<!\\)<img", item) for item in visible), "unescaped"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("latin.txt", "Zürich".encode("latin-1"), "not UTF-8"),
        ("deep.jsonl", b"[" * 100_000, "nested too deeply"),
        ("half.jsonl", b'{"text": "half \\ud83d"}\n', "half a character"),
        ("picture.jsonl", b"\x89PNG\r\n\x1a\n\x00\x00", "unreadable"),
        ("empty.txt", b"", "holds no text"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_reason(
    site: Site, name: str, content: bytes, message: str
) -> None:
    upload(site, name, content)

    assert "Plain texts" not in site.messages()
    assert message in "\n".join([site.messages(), *(str(item.value) for item in site.app.error)])
    add(site)
    with site.sessions() as session:
        assert list_documents(session, site.project_id).total == 0


def test_nul_bytes_and_line_ends_are_kept_exactly(site: Site) -> None:
    text = "\ufeffone\r\ntwo\0three\n"
    upload(site, "odd.txt", text.encode())
    add(site)

    with site.sessions() as session:
        assert documents.get(session, 1).text == text


def test_a_pasted_text_that_is_too_long_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.repository.documents.LONGEST_TEXT", 10)
    site.open("documents")
    site.app.text_area(key="pasted_text").set_value("eleven char")
    next(item for item in site.app.button if item.label == "Add text").click()
    site.run()

    assert "at most 10 characters, got 11" in site.messages()


def test_the_list_of_bad_records_begins_no_formula() -> None:
    bad = [BadRecord(1, "=cmd()"), BadRecord(2, 'a "quoted", reason'), BadRecord(3, "\t=1")]

    assert import_report.as_csv(bad).decode().splitlines() == [
        "line,reason",
        "1,'=cmd()",
        '2,"a ""quoted"", reason"',
        "3,'\t=1",
    ]


COLUMNS = b"1\tMara\tMARA\tB-PER\tO\n2\tsleeps\tSLEEP\tO\tO\n3\there\tHERE\tO\tB-ADV\n"


def test_a_column_file_shows_its_first_lines_and_which_columns_were_taken(site: Site) -> None:
    upload(site, "some.tsv", COLUMNS)

    tables = [table.value for table in site.app.dataframe if "2" in table.value]
    assert list(tables[0]["2"]) == ["Mara", "sleeps", "here"]
    assert "words from column 2" in site.messages()


def test_columns_that_are_chosen_in_the_preview_are_the_ones_that_come_in(site: Site) -> None:
    upload(site, "some.conll", COLUMNS)
    (words,) = [box for box in site.app.selectbox if box.label == "Words"]
    words.set_value("3")
    (tags,) = [box for box in site.app.multiselect if box.label == "Tags"]
    tags.set_value(["5"])
    site.run()

    tables = [table.value for table in site.app.dataframe if "Entities" in table.value]
    assert list(tables[0]["Text"]) == ["MARA SLEEP HERE"]
    assert list(tables[0]["Entities"]) == ["HERE (ADV)"]
    add(site)
    assert "1 document added · 1 entity" in site.messages()


def test_a_file_of_columns_without_tags_asks_which_they_are(site: Site) -> None:
    upload(site, "some.conll", b"Mara\tPERSON\nsleeps\tNONE\n")

    assert "no column holds tags" in site.messages()
    assert [box.label for box in site.app.multiselect if box.label == "Tags"] == ["Tags"]


def test_a_table_of_thousands_of_columns_shows_the_first(site: Site) -> None:
    upload(site, "some.conll", b"\t".join([b"<b>", *[b"O"] * 3_000]) + b"\n")

    tables = [table.value for table in site.app.dataframe if "Entities" not in table.value]
    assert max(len(table.columns) for table in tables) == 50

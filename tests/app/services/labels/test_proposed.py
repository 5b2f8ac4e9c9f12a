"""Labels as people bring them: pasted lists, files of other tools, presets."""

from __future__ import annotations

import json

import pytest

from app.services.labels.proposed import (
    LARGEST_FILE,
    MOST_LABELS,
    PRESETS,
    ProposedLabel,
    as_list,
    read_file,
    read_list,
)

DRUG, DOSE = ProposedLabel("DRUG", "Medicines"), ProposedLabel("DOSE")


@pytest.mark.parametrize(
    "text",
    [
        "DRUG: Medicines\nDOSE",
        "  DRUG: Medicines  \n\n  DOSE\n",
        "DRUG\tMedicines\nDOSE\t",
    ],
)
def test_a_list_has_a_label_a_line_and_may_say_what_it_means(text: str) -> None:
    assert read_list(text) == (DRUG, DOSE)


def test_labels_stand_between_commas_too() -> None:
    names = [label.name for label in read_list("DRUG, DOSE,Adverse effect\nB:PER")]
    assert names == ["DRUG", "DOSE", "Adverse effect", "B:PER"]


def test_what_a_list_is_written_as_is_read_again() -> None:
    for preset in PRESETS.values():
        assert read_list(as_list(preset)) == preset


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("DRUG\nDOSE\nDRUG", "line 3", "'DRUG' stands twice"),
        ("DRUG\n" + "x" * 101, "line 2", "1 to 100 characters"),
        ("\n".join(f"L{n}" for n in range(MOST_LABELS + 1)), "line 501", "at most 500 labels"),
    ],
)
def test_a_list_that_cannot_be_taken_names_the_line(text: str, position: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"{position}: .*{reason}"):
        read_list(text)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("labels.txt", "DRUG: Medicines\nDOSE\n"),
        ("labels.csv", 'name,meaning\n"DRUG","Medicines"\nDOSE\n'),
        ("labels.tsv", "DRUG\tMedicines\nDOSE\t\n"),
        ("labels.json", json.dumps([{"name": "DRUG", "meaning": "Medicines"}, "DOSE"])),
        ("labels.json", json.dumps({"DRUG": "Medicines", "DOSE": ""})),
        (
            "labels.json",
            json.dumps({"labels": [{"label": "DRUG", "description": "Medicines"}, "DOSE"]}),
        ),
        ("export", "\ufeff" + json.dumps([{"text": "DRUG", "description": "Medicines"}, "DOSE"])),
    ],
)
def test_a_file_of_labels_is_read_in_the_usual_forms(name: str, content: str) -> None:
    assert read_file(content.encode(), name) == (DRUG, DOSE)


def test_other_tools_label_files_bring_their_colours() -> None:
    doccano = json.dumps([{"text": "DRUG", "suffix_key": "d", "background_color": "#209CEE"}])
    studio = '<View><Labels name="l"><Label value="DRUG" background="#209CEE"/></Labels></View>'

    (of_doccano,) = read_file(doccano.encode(), "label_config.json")
    (of_studio,) = read_file(studio.encode(), "config.xml")

    assert of_doccano == of_studio == ProposedLabel("DRUG", color="#209CEE")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.json", b"{", "is not JSON"),
        ("a.json", b"7", "holds no list of labels"),
        ("a.json", b'[{"colour": "red"}]', "names no label; expected"),
        ("a.json", b"[" * 100_000, "is not JSON"),
        ("a.txt", b"\xff", "not UTF-8"),
        ("a.txt", b"\n", "holds no label"),
        ("a.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "a.xml: "),
        ("a.txt", b"x" * (LARGEST_FILE + 1), "a file of documents"),
    ],
)
def test_a_file_that_is_no_list_of_labels_is_refused_with_the_remedy(
    name: str, content: bytes, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        read_file(content, name)

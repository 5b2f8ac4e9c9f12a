"""The law of every format: what comes back is what went out, or the tally says what does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import accumulate

import pytest
from hypothesis import HealthCheck, given, settings

from storage.formats import FORMATS
from storage.formats.export_tally import Written, unread
from storage.records import DocumentRecord, SpanRecord
from tests.storage.formats.material import DOCUMENT, READ_AS, documents, read, written
from tests.thorough import examples

MANY = 40
BOTH_WAYS = [
    name
    for name, format in FORMATS.items()
    if format.write and (format.read or name in READ_AS) and name != "text"  # which has no entities
]


@pytest.mark.parametrize("format", BOTH_WAYS)
@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(document=documents())
def test_a_round_trip_is_the_identity_or_says_what_it_lost(
    format: str, document: DocumentRecord
) -> None:
    content, tally = written([document], format)
    back = read(content, READ_AS.get(format, format))

    if tally.documents == 0:
        assert len(tally.refused) == 1
        assert back == []
        return
    assert [type(record) for record in back] == [DocumentRecord], back
    _check_text(document, back[0], tally)
    _check_properties(document, back[0], tally)
    _check_entities(document, back[0], tally)


@pytest.mark.parametrize("format", BOTH_WAYS)
def test_many_documents_come_back_in_order(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.formats.hugging_face._GROUP", 16)
    many = [
        DocumentRecord(
            f"Anna {number} saw Rome.", f"d{number}", (SpanRecord(0, 4, "PER", key="a"),)
        )
        for number in range(MANY)
    ]
    content, tally = written(many, format)
    back = read(content, READ_AS.get(format, format))

    assert tally.documents == len(back) == MANY
    assert tally.entities == MANY
    assert [document.text.split()[1] for document in back] == list(map(str, range(MANY)))
    assert {(s.start, s.end, s.label) for d in back for s in d.entities} == {(0, 4, "PER")}


@pytest.mark.parametrize("format", BOTH_WAYS)
def test_the_same_documents_are_the_same_bytes(format: str) -> None:
    assert written([DOCUMENT], format)[0] == written([DOCUMENT], format)[0]


@pytest.mark.parametrize("format", BOTH_WAYS)
def test_no_documents_make_a_file_that_can_be_read(format: str) -> None:
    content, tally = written([], format)

    assert tally == Written()
    back = read(content, READ_AS.get(format, format))
    assert [record for record in back if isinstance(record, DocumentRecord)] == []


def _check_text(document: DocumentRecord, back: DocumentRecord, tally: Written) -> None:
    if tally.properties["spacing"]:
        assert "".join(back.text.split()) == "".join(document.text.split())
        assert back.text != document.text
    else:
        assert back.text == document.text


def _check_properties(document: DocumentRecord, back: DocumentRecord, tally: Written) -> None:
    assumed = "new" if unread(document) else "submitted"
    status = back.status or assumed
    differs = {
        "name": document.name != back.name,
        "split": document.split not in (None, back.split),
        "status": document.status not in (None, status),
        "provenance": bool(document.provenance) and document.provenance != back.provenance,
        "meta": bool(document.meta) and document.meta != back.meta,
        "comment": document.comment != back.comment,
        "unread": unread(document) and not unread(back),
    }
    counted = {name: bool(tally.properties[name]) for name in differs}
    assert counted == differs


def _check_entities(document: DocumentRecord, back: DocumentRecord, tally: Written) -> None:
    lost = [(x.start, x.end, x.label) for x in tally.nested + tally.unaligned]
    present = [(s.start, s.end, s.label) for s in document.entities or () if s.status == "accepted"]
    assert len(set(lost)) == len(lost)
    assert set(lost) <= set(present)

    out, home = _placed(document, tally, lost), dict(_placed(back, tally, []))
    assert home.keys() <= dict(out).keys(), "entities that were not there"
    missing = [span.status for location, span in out if location not in home]
    assert "accepted" not in missing
    assert tally.undecided == len(missing)
    assert tally.entities == len(home)
    assert tally.labels == Counter(label for *_, label, status in home if status == "accepted")
    assert tally.splits == {document.split or "": 1}

    both = [(span, home[location]) for location, span in out if location in home]
    changed = {
        "score": sum(a.score is not None and a.score != b.score for a, b in both),
        "source": sum(a.source != b.source for a, b in both),
        "id": sum(a.key != b.key for a, b in both),
    }
    assert {name: tally.properties[name] for name in changed} == changed


def _placed(
    document: DocumentRecord, tally: Written, lost: list[tuple[int, int, str]]
) -> list[tuple[tuple[int, int, str, str], SpanRecord]]:
    """The entities that are not lost by where they lie: in code points, or without white space."""
    measure = _measure(document.text, tally)
    return [
        ((measure(span.start), measure(span.end), span.label, span.status), span)
        for span in document.entities or ()
        if span.status != "accepted" or (span.start, span.end, span.label) not in lost
    ]


def _measure(text: str, tally: Written) -> Callable[[int], int]:
    if not tally.properties["spacing"]:
        return lambda offset: offset
    before = list(accumulate((not character.isspace() for character in text), initial=0))
    return before.__getitem__

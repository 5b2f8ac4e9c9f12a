"""What an exported file does not hold, in words for the page and the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from storage.formats.export_tally import Written

WORDS: Mapping[str, tuple[str, str]] = {
    "name": ("name of {} document", "names of {} documents"),
    "split": ("split of {} document", "splits of {} documents"),
    "status": ("status of {} document", "statuses of {} documents"),
    "provenance": ("origin of {} document", "origins of {} documents"),
    "meta": ("metadata of {} document", "metadata of {} documents"),
    "comment": ("comment on {} document", "comments on {} documents"),
    "skip_reason": ("reason for skipping {} document", "reasons for skipping {} documents"),
    "history": ("history of {} document", "histories of {} documents"),
    "answers": (
        "other people’s answers to {} document, which JSON lines with history hold",
        "other people’s answers to {} documents, which JSON lines with history hold",
    ),
    "unread": (
        "fact that nobody has annotated {} document, which reads as one without entities",
        "fact that nobody has annotated {} documents, which read as ones without entities",
    ),
    "score": ("score of {} entity", "scores of {} entities"),
    "source": ("source of {} entity", "sources of {} entities"),
    "id": ("id of {} entity", "ids of {} entities"),
    "confidence": ("parts of the score of {} entity", "parts of the scores of {} entities"),
    "spacing": (
        "spacing of {} document, whose words are joined by single blanks",
        "spacing of {} documents, whose words are joined by single blanks",
    ),
    "text": ("text of {} document", "texts of {} documents"),
    "rowless": ("{} document without entities", "{} documents without entities"),
    "prefixed": (
        "{} cell as it is: an apostrophe keeps spreadsheets from taking it for a formula",
        "{} cells as they are: an apostrophe keeps spreadsheets from taking them for formulas",
    ),
    "blanks in labels": (
        "blanks in the label of {} entity",
        "blanks in the labels of {} entities",
    ),
    "entities whose labels differ in blanks alone": (
        "{} entity whose label differs from another’s in blanks alone",
        "{} entities whose labels differ from others’ in blanks alone",
    ),
}
"""What `Written.properties` counts, for one and for several."""
_NOT_ACCEPTED = ("{} suggestion not accepted", "{} suggestions not accepted")


def loss_lines(written: Written) -> tuple[str, ...]:
    """What of the documents and entities in the file it does not hold, each with its number."""
    undecided = (written.undecided, _NOT_ACCEPTED)
    named = [(number, WORDS[name]) for name, number in written.properties.items()]
    return tuple(
        (singular if number == 1 else many).format(f"{number:,}")
        for number, (singular, many) in (undecided, *named)
        if number
    )

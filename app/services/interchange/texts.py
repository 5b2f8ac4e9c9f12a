"""The texts that an import has come across, what is said of each, and how its records are counted.

An import and its preview count by the same rules: the one knows the texts from the database, batch
by batch, the other remembers those of its file.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Literal

from app.services.interchange.read_records import Checked, ImportReport
from app.services.interchange.same_text import Combiner, ContradictionError, says_the_same
from storage.records import BadRecord
from storage.repository.bulk import NewDocument

Outcome = Literal["new", "duplicate", "merged", "response", "differing"]


@dataclass(slots=True)
class Text:
    """A text, and the document that the records so far make of it."""

    document: NewDocument
    is_open: bool
    """Whether further records may add to it."""
    first: Checked | None = None
    """The record that brought it, if it is of this part of the file."""
    changed: bool = False
    line: int = 1
    """Of the newest record of it."""


@dataclass(slots=True)
class Counts:
    """What became of records, by outcome, and of those that contradict an earlier one."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    contradictions: list[BadRecord] = field(default_factory=list)

    def add_to(self, report: ImportReport) -> None:
        """All but the documents that are new, since the database may refuse them."""
        report.duplicates += self.outcomes["duplicate"]
        report.merged += self.outcomes["merged"]
        report.responses += self.outcomes["response"]
        report.differing += self.outcomes["differing"]
        report.contradictions += len(self.contradictions)
        for record in self.contradictions:
            report.refuse(record)


@dataclass(slots=True)
class Texts:
    """By SHA-256."""

    combiner: Combiner
    counts: Counts = field(default_factory=Counts)
    found: dict[str, Text] = field(default_factory=dict)

    def know(self, document: NewDocument, *, is_open: bool) -> None:
        """What the project has."""
        self.found[document.sha256] = Text(document, is_open)

    def is_open(self, checked: Checked) -> bool:
        """Whether the record may add anything to its text."""
        text = self.found.get(checked.document.sha256)
        return text is None or text.is_open

    def add(self, checked: Checked) -> Outcome | None:
        """Adds a record to what is known of its text; None where it contradicts that."""
        outcome: Outcome
        document, text = checked.document, self.found.get(checked.document.sha256)
        has_history = checked.record.history is not None
        if text is None:
            self.found[document.sha256] = Text(document, not has_history, checked)
            outcome = "new"
        elif not text.is_open or has_history:
            outcome = "duplicate" if _is_known(text.document, document) else "differing"
        else:
            try:
                text.document, outcome = self.combiner.combine(text.document, document)
            except ContradictionError as error:
                self.counts.contradictions.append(BadRecord(checked.record.line, str(error)))
                return None
            if outcome != "duplicate":
                text.changed, text.line = True, checked.record.line
        self.counts.outcomes[outcome] += 1
        return outcome

    def entities(self, checked: Checked) -> int:
        """Of the record's text as far as it is known."""
        text = self.found.get(checked.document.sha256)
        return text.document.entities if text else 0

    def forget_text(self, checked: Checked) -> None:
        """Keeps of a text only what later records are compared with: a file may be larger than the
        memory."""
        text = self.found[checked.document.sha256]
        text.first = None
        text.document = replace(text.document, text="", meta={}, comment="", operations=())


def _is_known(document: NewDocument, other: NewDocument) -> bool:
    """Whether some version of the document says what the other does."""
    if not other.sets:
        return True
    return any(says_the_same(present, other.sets[-1]) for present in document.sets)

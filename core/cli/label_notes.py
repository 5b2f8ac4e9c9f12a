"""What a file's labels and a model's do not share, told before the scores that follow from it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..types import Example


def note_labels(corpora: Mapping[Path, Sequence[Example]], labels: Iterable[str]) -> None:
    """Print, for each file that a model with these `labels` is scored on, which of the file's
    labels the model does not have, and which of the model's the file never uses."""
    known = frozenset(labels)
    for path, examples in corpora.items():
        for note in _notes(examples, known):
            print(f"{path}: {note}", file=sys.stderr)


def _notes(examples: Iterable[Example], known: frozenset[str]) -> list[str]:
    used = Counter(entity.label for example in examples for entity in example.entities)
    unknown = ", ".join(f"{label} ({used[label]})" for label in sorted(used.keys() - known))
    unused = ", ".join(sorted(known - used.keys()))
    notes = []
    if unknown:
        notes.append(f"labels that the model does not have, whose entities are missed: {unknown}")
    if unused:
        notes.append(f"labels that it never uses, whose suggestions are not counted: {unused}")
    return notes

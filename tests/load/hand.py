"""What an annotator does next to a document, drawn by chance: decide, correct, add, take back."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Operation = dict[str, Any]
MOST_ADDED = 3
"""Entities that a person adds to a document."""


@dataclass
class Hand:
    """One person's way with one document; a new one for each."""

    client: str
    chance: random.Random
    inverses: list[Operation] = field(default_factory=list)
    """What takes back each step that was made."""
    added: int = 0

    def next(self, data: Mapping[str, Any], under_way: Collection[str]) -> list[Operation]:
        """The next step's operations; `under_way` are the spans that unanswered ones are about.

        The last one of a document is a submission.
        """
        free = [span for span in data["spans"] if span["id"] not in under_way]
        open_ = [span for span in free if span["status"] == "suggested"]
        draw = self.chance.random()
        if self.inverses and draw < 0.08:
            return [self.inverses.pop()]
        if open_ and draw < 0.75:
            return self._decide(open_[0], data)
        if self.added < MOST_ADDED and draw < 0.9:
            return self._add(data)
        mine = [span for span in free if span["status"] == "accepted"]
        if mine and draw < 0.95:
            return self._change(self.chance.choice(mine), data)
        ids = [span["id"] for span in data["spans"] if span["status"] == "suggested"]
        return [*([{"op": "accept_all", "ids": ids}] if ids else []), {"op": "submit"}]

    def _decide(self, span: Mapping[str, Any], data: Mapping[str, Any]) -> list[Operation]:
        draw = self.chance.random()
        if draw < 0.3:
            return self._change(span, data)
        self.inverses.append(_restore(span))
        return [{"op": "reject" if draw < 0.45 else "accept", "id": span["id"]}]

    def _change(self, span: Mapping[str, Any], data: Mapping[str, Any]) -> list[Operation]:
        """Another label, or another end; never what is there already."""
        taken = {(value["start"], value["end"], value["label"]) for value in data["spans"]}
        locations = [(span["start"], span["end"], label) for label in _labels(data)]
        locations += [
            (span["start"], end, span["label"])
            for _, end in words(data)
            if span["start"] < end <= span["start"] + 40
        ]
        left = [location for location in locations if location not in taken]
        if not left:
            return [{"op": "accept", "id": span["id"]}]
        self.inverses.append(_restore(span))
        start, end, label = self.chance.choice(left)
        if label != span["label"]:
            return [{"op": "relabel", "id": span["id"], "label": label}]
        return [{"op": "move", "id": span["id"], "start": start, "end": end}]

    def _add(self, data: Mapping[str, Any]) -> list[Operation]:
        self.added += 1
        known = words(data)
        first = self.chance.randrange(len(known))
        last = min(first + self.chance.randrange(3), len(known) - 1)
        name = f"{self.client}-{data['doc_id']}-{self.added}"
        self.inverses.append({"op": "delete", "id": name})
        location = {"start": known[first][0], "end": known[last][1]}
        return [{"op": "add", "id": name, **location, "label": self.chance.choice(_labels(data))}]


def words(data: Mapping[str, Any]) -> Sequence[tuple[int, int]]:
    """The words as the component reads them: the gap before each and its length, in turn."""
    steps = list(map(int, data["tokens"].split()))
    result, at = [], 0
    for gap, length in zip(steps[::2], steps[1::2], strict=True):
        result.append((at + gap, at + gap + length))
        at += gap + length
    return result


def _labels(data: Mapping[str, Any]) -> list[str]:
    return [label["name"] for label in data["labels"]]


def _restore(span: Mapping[str, Any]) -> Operation:
    known = ("id", "start", "end", "label", "status", "source", "score")
    return {"op": "restore", **{key: span[key] for key in known}}

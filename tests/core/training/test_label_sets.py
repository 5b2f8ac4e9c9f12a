"""The labels that a fine-tuned model has."""

from __future__ import annotations

import pytest

from core.training.label_sets import LabelMode, label_change

NAMES = ("LOC", "ORG", "PER")


@pytest.mark.parametrize(
    ("mode", "corpus", "labels", "new", "dropped"),
    [
        ("auto", ("LOC", "PER"), NAMES, (), ()),
        ("auto", NAMES, NAMES, (), ()),
        ("auto", ("GENE",), ("GENE",), ("GENE",), NAMES),
        ("auto", ("GENE", "PER"), ("GENE", "PER"), ("GENE",), ("LOC", "ORG")),
        ("join", ("GENE", "PER"), (*NAMES, "GENE"), ("GENE",), ()),
        ("join", ("PER",), NAMES, (), ()),
        ("replace", ("PER",), ("PER",), (), ("LOC", "ORG")),
        ("replace", NAMES[::-1], NAMES[::-1], (), ()),
    ],
)
def test_labels_replace_or_join_those_of_the_parent(
    mode: LabelMode,
    corpus: tuple[str, ...],
    labels: tuple[str, ...],
    new: tuple[str, ...],
    dropped: tuple[str, ...],
) -> None:
    change = label_change(NAMES, corpus, mode)

    assert (change.labels, change.new, change.dropped) == (labels, new, dropped)

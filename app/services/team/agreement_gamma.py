"""The gamma of Mathet, Widlöcher and Métivier (2015): agreement on entities as wholes, boundaries
and labels at once, overlapping ones too. By the package `pygamma-agreement`, which not everybody
has."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from app.services.team.agreement import Annotated

SAMPLES = 30
"""Random continua that a document's disorder by chance is estimated from, as in the paper."""


class GammaMissingError(RuntimeError):
    """The package is not installed."""


def gamma(annotated: Sequence[Annotated], seed: int = 0) -> float | None:
    """The mean of the documents' gammas, each counted as often as it has entities; None where no
    document has any. A place is a number of words, so that no alphabet weighs more.

    Raises `GammaMissingError`.
    """
    weighted, total = 0.0, 0
    for document in annotated:
        entities = sum(map(len, document.responses.values()))
        total += entities
        if (
            sum(map(bool, document.responses.values())) >= 2
        ):  # else they agree on nothing: gamma is 0
            weighted += entities * _of_document(document, seed)
    return weighted / total if total else None


def _of_document(document: Annotated, seed: int) -> float:
    package, segment = _package()
    continuum = package.Continuum()
    starts, ends = [start for start, _ in document.words], [end for _, end in document.words]
    for person in sorted(document.responses):
        continuum.add_annotator(person)
        for start, end, label in sorted(document.responses[person]):
            first = int(np.searchsorted(ends, start, side="right"))
            last = int(np.searchsorted(starts, end, side="left"))
            continuum.add(person, segment(first, max(last, first + 1)), label)
    np.random.seed(seed)  # the package draws from the global generator
    dissimilarity = package.CombinedCategoricalDissimilarity(alpha=1, beta=1)
    return float(continuum.compute_gamma(dissimilarity, n_samples=SAMPLES).gamma)


def _package() -> tuple[Any, Any]:
    try:
        package = import_module("pygamma_agreement")
        segment = import_module("pyannote.core").Segment
    except ImportError as error:
        raise GammaMissingError(
            "gamma needs the package pygamma-agreement, which is not installed; pip install -r "
            "requirements-agreement.txt, then try again"
        ) from error
    logging.getLogger().addFilter(_without_solver)
    return package, segment


def _without_solver(record: logging.LogRecord) -> bool:
    """The package warns at each document that it solves with GLPK, which it brings along."""
    return "CBC solver" not in record.getMessage()

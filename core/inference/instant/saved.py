"""Heads and suggesters as bytes: safetensors, with all that is no tensor in one JSON text.

Nothing is unpickled, and what does not fit together is refused with a reason.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from .head import InstantHead
from .ngram_counts import CELLS, ROWS, smallest
from .policy import RECENT, Outcome, Thresholds
from .scaling import Scaling
from .string_counts import Occurrences
from .suggester import InstantSuggester

FORMAT = 1
_TEXT = "json"


class InstantStateError(ValueError):
    """Bytes that hold no head or suggester of this version; the remedy is to learn the documents
    again."""


def head_to_bytes(head: InstantHead) -> bytes:
    """A head's state: about 5 MB for its sums, and 1 to 4 MB for the counts of strings."""
    text = {
        "flat": head.flat,
        "known": sorted(head.known),
        "documents": head.documents,
        "counts": dict(sorted(head.counts.items())),
        "marked": {key: dict(sorted(c.items())) for key, c in sorted(head.strings.marked.items())},
        "ngrams": head.strings.ngrams.total,
        "outcomes": head.outcomes,
    }
    size = len(head.ridge.gram)
    above, right = torch.triu_indices(size, size)
    tensors = {
        "gram": head.ridge.gram[above, right],
        "moments": head.ridge.moments,
        "mean": head.scaling.mean,
        "deviation": head.scaling.deviation,
        "cells": smallest(head.strings.ngrams.cells),
    }
    return _pack("head", text, tensors)


def head_from_bytes(data: bytes) -> InstantHead:
    """Read a head's state. Raises InstantStateError."""
    text, tensors = _unpack("head", data)
    try:
        scaling = Scaling(_floats(tensors["mean"], 1), _floats(tensors["deviation"], 1))
        head = InstantHead(scaling, bool(text["flat"]), [str(label) for label in text["known"]])
        head.counts = _counts(text["counts"])
        head.documents = _whole(text["documents"])
        size, labels = len(head.ridge.gram), len(head.counts)
        above, right = torch.triu_indices(size, size)
        packed = _shaped(tensors["gram"], (len(above),), torch.float64)
        head.ridge.gram[above, right] = packed
        head.ridge.moments = _shaped(tensors["moments"], (size, labels), torch.float64)
        head.strings.marked = {str(key): _counts(item) for key, item in text["marked"].items()}
        head.strings.ngrams.cells = _cells(tensors["cells"])
        head.strings.ngrams.total = _whole(text["ngrams"])
        head.outcomes = [_outcome(*item) for item in text["outcomes"]][-RECENT:]
        _shaped(scaling.deviation, (size - 1,), torch.float32)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InstantStateError(f"the head's state does not hold together: {error}") from error
    return head


def suggester_to_bytes(suggester: InstantSuggester) -> bytes:
    """A suggester: some 40 KB, and about 50 bytes for every marked string."""
    text = {
        "labels": suggester.labels,
        "strings": {
            string: [item.total, *(item.by_label.get(label, 0) for label in suggester.labels)]
            for string, item in sorted(suggester.strings.items())
        },
        "head": dict(suggester.thresholds.head),
        "model": dict(suggester.thresholds.model),
        "flat": suggester.flat,
        "documents": suggester.documents,
    }
    return _pack("suggester", text, {"weights": suggester.weights})


def suggester_from_bytes(data: bytes) -> InstantSuggester:
    """Read a suggester. Raises InstantStateError."""
    text, tensors = _unpack("suggester", data)
    try:
        labels = tuple(str(label) for label in text["labels"])
        weights = _floats(tensors["weights"], 2)
        strings = {
            str(string): Occurrences(_whole(total), dict(zip(labels, by_label, strict=True)))
            for string, (total, *by_label) in text["strings"].items()
        }
        thresholds = Thresholds(_scores(text["head"]), _scores(text["model"]))
        _shaped(weights, (len(weights), len(labels)), torch.float32)
        flat, documents = bool(text["flat"]), _whole(text["documents"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InstantStateError(f"the suggester does not hold together: {error}") from error
    return InstantSuggester(labels, weights, strings, thresholds, flat, documents)


def _pack(kind: str, text: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> bytes:
    headed = {"kind": kind, "format": FORMAT, **text}
    written = json.dumps(headed, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    packed = {name: tensor.contiguous() for name, tensor in tensors.items()}
    packed[_TEXT] = torch.frombuffer(bytearray(written), dtype=torch.uint8)
    return save(packed)  # no metadata: safetensors writes it in an order of its own


def _unpack(kind: str, data: bytes) -> tuple[Any, dict[str, Tensor]]:
    try:
        tensors = load(data)
        text = json.loads(tensors.pop(_TEXT).numpy().tobytes())
        stated = text["kind"], text["format"]
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InstantStateError(
            f"expected the bytes of an instant {kind}, got {len(data)} bytes that are none: "
            f"{error}; learn the documents again"
        ) from None
    if stated != (kind, FORMAT):
        raise InstantStateError(
            f"expected an instant {kind} of format {FORMAT}, got {stated[0]} of format "
            f"{stated[1]}; learn the documents again"
        )
    return text, tensors


def _shaped(tensor: Tensor, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    if tensor.shape != shape or tensor.dtype != dtype or not tensor.isfinite().all():
        raise ValueError(
            f"expected finite numbers {dtype} of shape {shape}, got {tensor.dtype} of "
            f"{tuple(tensor.shape)}"
        )
    return tensor


def _floats(tensor: Tensor, dimensions: int) -> Tensor:
    if tensor.dim() != dimensions:
        raise ValueError(f"expected {dimensions} dimensions, got {tensor.dim()}")
    return _shaped(tensor, tuple(tensor.shape), torch.float32)


def _cells(tensor: Tensor) -> Tensor:
    if tensor.is_floating_point() or tensor.shape != (ROWS, CELLS):
        raise ValueError(f"expected whole numbers of shape {(ROWS, CELLS)}, got {tensor.shape}")
    return tensor.to(torch.int32)


def _whole(number: Any) -> int:
    if not isinstance(number, int) or number < 0:
        raise ValueError(f"expected a whole number, got {number!r}")
    return number


def _counts(counts: Mapping[str, Any]) -> Counter[str]:
    return Counter({str(label): _whole(number) for label, number in counts.items()})


def _scores(scores: Mapping[str, Any]) -> dict[str, float]:
    return {str(label): float(score) for label, score in scores.items()}


def _outcome(
    document: Any, label: Any, by_model: Any, score: Any, right: Any, exists: Any
) -> Outcome:
    return Outcome(
        int(document), str(label), bool(by_model), float(score), bool(right), bool(exists)
    )

"""The measurements, and the limits they are checked against."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from typing import Any

import torch

from ...config import TrainingConfig
from ...modeling.model import DiffusionNER
from ...types import Example, SamplerSettings
from .annotating import parts, setting_name, speeds
from .learning import step_seconds

if sys.platform != "win32":
    import resource

AT_LEAST = {setting_name(5, 60): 0.4, setting_name(1, 60): 0.7}
AT_MOST = {"training step": 2.5}
"""Ratios to the tagger's, on two CPU cores."""

AUTHORS = {1: (40.8, 59.7), 5: (15.5, 22.2)}
"""Sentences per CPU second of the authors' code by γ: in its own batches, and in batches that were
sorted by length for it. A constant, since its code has no licence and cannot come along, put
down on 29 November 2026: two idle cores, 6 layers x 384, K = 60, wikigold's test file; this model
had 117.3 and 73.6 in the same run in float32, 203.2 and 113.3 in bfloat16."""

_MEGABYTE = 2**20


def measure(
    model: DiffusionNER,
    examples: Sequence[Example],
    steps: Sequence[int],
    num_spans: Sequence[int],
    rounds: int,
) -> dict[str, Any]:
    """Measure one model on one device. Training comes last: it changes the weights."""
    words = [example.words for example in examples]
    device = model.device
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    rows = speeds(model, words, steps, num_spans, rounds)
    breakdown = parts(model, words, SamplerSettings(), rounds)
    annotating = _peak(device)
    training = step_seconds(model, examples, TrainingConfig(), rounds)
    return {
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        "machine": platform.machine(),
        "threads": torch.get_num_threads(),
        "sentences": len(words),
        "words_a_sentence": round(sum(map(len, words)) / len(words), 1),
        "peak_memory_mb": {"annotating": annotating, "training": _peak(device)},
        "annotation": rows,
        "parts": breakdown,
        "training": training,
        "authors": AUTHORS,
        "bars": bars([*rows, *training]),
    }


def bars(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that have a limit, and whether they pass it."""
    checked = []
    for row in rows:
        what, ratio = row["what"], row["of_tagger"]
        if what in AT_LEAST:
            checked.append((what, ratio, f"≥ {AT_LEAST[what]}", ratio >= AT_LEAST[what]))
        if what in AT_MOST:
            checked.append((what, ratio, f"≤ {AT_MOST[what]}", ratio <= AT_MOST[what]))
    names = ("what", "of_tagger", "bar", "passed")
    return [dict(zip(names, row_values, strict=True)) for row_values in checked]


def as_text(figures: dict[str, Any]) -> str:
    """Format the measurements of one device as tables."""
    memory = figures["peak_memory_mb"]
    annotating, training = (
        "–" if memory[what] is None else f"{memory[what]} MB" for what in ("annotating", "training")
    )
    lines = [
        f"{figures['device']}, {figures['threads']} threads: {figures['sentences']} sentences of "
        f"{figures['words_a_sentence']} words",
        f"peak memory: {annotating} annotating, {training} training",
        "",
        f"{'annotation':34} {'sentences/s':>12} {'× tagger':>9}",
    ]
    for row in figures["annotation"]:
        lines.append(
            f"{row['what']:34} {row['sentences_per_second']:12.1f} {row['of_tagger']:9.2f}"
        )
    lines += ["", *_authors()]
    lines += ["", f"{'its parts, γ = 5, K = 60':34} {'ms/sentence':>12} {'share':>9}"]
    for row in figures["parts"]:
        lines.append(f"{row['what']:34} {row['ms_a_sentence']:12.2f} {row['share']:9.2f}")
    lines += ["", f"{'training':34} {'ms/step':>12} {'× tagger':>9}"]
    for row in figures["training"]:
        lines.append(f"{row['what']:34} {row['ms_a_step']:12.0f} {row['of_tagger']:9.2f}")
    lines += ["", f"{'bars (for two CPU cores)':34} {'× tagger':>12} {'bar':>9}"]
    for row in figures["bars"]:
        verdict = "pass" if row["passed"] else "FAIL"
        lines.append(f"{row['what']:34} {row['of_tagger']:12.2f} {row['bar']:>9}  {verdict}")
    return "\n".join(lines)


def _authors() -> list[str]:
    head = "the authors' code, 6 layers x 384"
    lines = [
        "a constant of 29 November 2026, in sentences/CPU-s, two idle cores:",
        f"{head:34} {'as it is':>12} {'sorted':>9}",
    ]
    for steps, (plain, by_length) in AUTHORS.items():
        lines.append(f"{setting_name(steps, 60):34} {plain:12.0f} {by_length:9.0f}")
    return lines


def _peak(device: torch.device) -> int | None:
    """The peak memory so far, in MB: the device's on CUDA. None on Windows."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) // _MEGABYTE
    if sys.platform == "win32":
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (_MEGABYTE if sys.platform == "darwin" else 1024)

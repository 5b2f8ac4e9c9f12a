"""Sections of a model card that are written by themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..config import UNCALIBRATED, ModelConfig
from .metrics import percent

_CALIBRATION, _COMMAND = "## Calibration", "## Command"
_PHI = re.compile(r"φ = [\d.]+, flat [\d.]+")


def phi_line(config: ModelConfig) -> str:
    return f"φ = {config.phi(flat=False):.3f}, flat {config.phi(flat=True):.3f}"


def file_name(path: str) -> str:
    """The last folder and the file."""
    return "/".join(Path(path).parts[-2:])


def calibration_section(config: ModelConfig, tests: Sequence[Mapping[str, Any]]) -> str:
    """What a score means, and the expected calibration error on the test files, as `measure`
    returned it."""
    paragraph = f"{_CALIBRATION}\n\n{_meaning(config)}"
    if not tests:
        return paragraph
    lines = [
        "Expected calibration error of the suggestions that reach φ (ten bins), in per cent:",
        "",
        "| file | decoding | suggestions | before | calibrated |",
        "|---|---|---|---|---|",
    ]
    for row in tests:
        errors = (row["uncalibrated_error"], row["calibration_error"])
        figures = " | ".join(percent(error, 1) for error in errors)
        name = file_name(row["file"])
        lines.append(f"| {name} | {row['decoding']} | {row['predicted']} | {figures} |")
    return paragraph + "\n\n" + "\n".join(lines)


def _meaning(config: ModelConfig) -> str:
    if config.calibration == config.flat_calibration == UNCALIBRATED:
        return "Scores are not calibrated: they order suggestions, no more."
    fitted = (config.calibration, config.flat_calibration)
    nested, flat = (f"slope {slope:.3f}, shift {shift:+.3f}" for slope, shift in fitted)
    return (
        "A score is the probability that a suggestion is right, fitted on the development "
        f"sentences: σ(slope · logit(s) + shift) of the weighted sum s. Nested: {nested}; flat: "
        f"{flat}. φ is on the same scale."
    )


def with_calibration_section(
    card: str, config: ModelConfig, tests: Sequence[Mapping[str, Any]]
) -> str:
    """The card with this section in the place of its own, or before the command, and with φ as it
    is."""
    section = calibration_section(config, tests) + "\n\n"
    card = _PHI.sub(phi_line(config), card)
    before, heading, after = card.partition(f"{_CALIBRATION}\n")
    if heading:
        _, next_heading, rest = after.partition("\n## ")
        return (before + section + next_heading.lstrip("\n") + rest).rstrip() + "\n"
    before, heading, after = card.partition(f"{_COMMAND}\n")
    return (before.rstrip() + "\n\n" + section + heading + after).rstrip() + "\n"

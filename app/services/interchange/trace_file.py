"""A trace as a file: everything that was computed, and everything needed to compute it again.

    {"format": "spanneal trace", "version": 2,
     "model": {"version": 3, "folder": "assets/models/default"},
     "text": "…", "settings": {"steps": 5, "num_spans": 60, "seed": 0, …}, "threshold": 0.72,
     "sentences": [[{"start", "end"} of each word]],
     "steps": [{"index", "t", "t_prev", "sentences": [SentenceStep]}],
     "entities": [Entity], "kept": [Origin or null], "uncovered": [Token]}

The fields are those of the records in `core.types`, where each is explained; offsets are half-open.
`threshold` is the φ in force; `settings.threshold` is null where that was the model's own. The
pointers' probabilities are rounded to four places, nothing else is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from core.types import SamplerSettings, Trace

FORMAT = "spanneal trace"
VERSION = 2
"""The first had scores and φ from 0 to 3."""
_PLACES = 4


def trace_file(trace: Trace, *, model_version: int, folder: str) -> str:
    """The trace as JSON text; `folder` is the model's, as the registry records it."""
    made = trace.to_json()
    for step in made["steps"]:
        for sentence in step["sentences"]:
            if sentence["pointers"] is not None:
                sentence["pointers"] = {
                    side: [[round(p, _PLACES) for p in row] for row in rows]
                    for side, rows in sentence["pointers"].items()
                }
    model = {"version": model_version, "folder": folder}
    head = {"format": FORMAT, "version": VERSION, "model": model}
    return json.dumps(head | made, ensure_ascii=False, separators=(",", ":"))


def replay_of(text: str) -> tuple[str, SamplerSettings]:
    """What to ask a model for the same trace again: the text and the sampler's settings.

    Raises ValueError for a file that is no trace or of another version.
    """
    try:
        read: Any = json.loads(text)
    except ValueError as error:
        raise ValueError(f"a trace is a JSON file, got {text[:40]!r} ({error})") from None
    kind = (read.get("format"), read.get("version")) if isinstance(read, Mapping) else (None, None)
    if kind not in ((FORMAT, 1), (FORMAT, VERSION)):
        raise ValueError(
            f"expected a {FORMAT!r} of version {VERSION} or 1, got {kind[0]!r} of version "
            f"{kind[1]!r}; use a file from “Trace (JSON)” on the Denoise page"
        )
    known = {field.name for field in fields(SamplerSettings)}
    settings = {name: value for name, value in read["settings"].items() if name in known}
    if kind == (FORMAT, 1) and settings.get("threshold") is not None:
        settings["threshold"] /= 3
    return str(read["text"]), SamplerSettings(**settings)

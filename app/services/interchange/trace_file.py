"""A trace as a file: everything that was computed, and everything needed to compute it again.

    {"format": "spanneal trace", "version": 2,
     "model": {"version": 3, "folder": "assets/models/default"},
     "text": "…", "settings": {"steps": 5, "num_spans": 60, "seed": 0, …}, "threshold": 0.72,
     "sentences": [[{"start", "end"} of each word]],
     "steps": [{"index", "t", "t_prev", "sentences": [SentenceStep]}],
     "entities": [Entity], "kept": [Origin or null], "uncovered": [Token]}

The fields are those of the records in `core.types`, where each is explained; offsets are half-open.
`threshold` is the φ in force; `settings.threshold` is null where that was the model's own. Scores
are calibrated from P^l, P^r and P^c by `weights` and `calibration`. The pointers' probabilities are
rounded to four places, nothing else is. The text and the settings give the same trace again.
"""

from __future__ import annotations

import json

from core.types import Trace

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

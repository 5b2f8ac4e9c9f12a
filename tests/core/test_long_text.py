"""A document of any length is annotated in the memory of a few of its windows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.pipeline import Pipeline
from core.types import SamplerSettings
from tests.core.conftest import NewModel

_MEASURE = """
import json, sys, tracemalloc
import core.pipeline
from core.pipeline import Pipeline
from core.types import SamplerSettings

core.pipeline._STRETCH = 400
pipeline = Pipeline.load(sys.argv[1])
settings = SamplerSettings(steps=1, num_spans=2, threshold=3.0)
sentence = "Ms. Haag of Kyiv Co. met the city council in May 2%03d. "
told = {}
for words in map(int, sys.argv[2:]):
    text = "".join(sentence % (number % 1000) for number in range(words // 12))
    pipeline.predict(text[:2000], settings)
    tracemalloc.start()
    pipeline.predict(text, settings)
    told[words] = len(text), tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
print(json.dumps(told))
"""


def test_memory_does_not_grow_with_the_text(new_model: NewModel, tmp_path: Path) -> None:
    new_model(num_layers=1).save(tmp_path)
    command = [sys.executable, "-c", _MEASURE, str(tmp_path), "2000", "8000"]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    (short, small), (long, large) = told["2000"], told["8000"]
    assert large - small < 3 * (long - short)  # bytes a character; its words would take twenty


@pytest.mark.parametrize("gap", ["\n", " "])
def test_a_text_read_in_stretches_has_the_entities_of_the_whole(
    new_model: NewModel, monkeypatch: pytest.MonkeyPatch, gap: str
) -> None:
    pipeline = Pipeline(new_model())
    text = gap.join(f"Ms. Haag of Kyiv met the council in 2{number:03}." for number in range(40))
    settings = SamplerSettings(steps=2, num_spans=8, threshold=0.0)
    whole = pipeline.predict(text, settings)
    monkeypatch.setattr("core.pipeline._STRETCH", 25)
    pieces = pipeline.predict(text, settings)
    assert whole.entities
    assert [(e.start, e.end, e.label) for e in pieces.entities] == [
        (e.start, e.end, e.label) for e in whole.entities
    ]

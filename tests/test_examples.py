"""The Python examples of the documents run as they stand, with the bundled model.

Those of `spanneal.client` run in tests/app/http/api/test_client.py, beside a page to ask, and that
of Ray in tests/test_corpus_on_ray.py.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

import core
from core.evaluation.metrics import score
from core.training.metrics_file import METRICS, MetricsWriter
from core.training.records import Evaluated, Progress
from core.types import Example, Span

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md")))
_FENCED = re.compile(
    r"^( *)```python\n(.*?)^\1```\n(?:\n\1```\n(.*?)^\1```)?", re.MULTILINE | re.DOTALL
)


def examples() -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Where each begins, and what it is: lines that are moved in are moved out; and the output of
    those that are followed by it."""
    result, outputs = [], {}
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for match in _FENCED.finditer(text):
            line = text.count("\n", 0, match.start()) + 2
            source = re.sub(f"^{match[1]}", "", match[2], flags=re.MULTILINE)
            location = f"{document.relative_to(ROOT)}:{line}"
            result.append((location, source))
            if match[3]:
                outputs[location] = re.sub(f"^{match[1]}", "", match[3], flags=re.MULTILINE)
    return result, outputs


FOUND, OUTPUTS = examples()
CLIENT_EXAMPLES = [(location, source) for location, source in FOUND if "spanneal.client" in source]
RAY_EXAMPLES = [(location, source) for location, source in FOUND if "import ray" in source]
EXAMPLES = [example for example in FOUND if example not in (*CLIENT_EXAMPLES, *RAY_EXAMPLES)]


def trained(folder: Path) -> None:
    """What a training of one epoch leaves for its reader."""
    folder.mkdir()
    rates, losses = {"encoder_lr": 1e-4}, {"boundary": 2.0, "type": 1.0}
    scores = score([(Example(("Oslo",), (Span(0, 1, "LOC"),)), [Span(0, 1, "LOC")])])
    writer = MetricsWriter(folder, 0)
    writer.append(Progress(10, 20, 1, losses, rates, seconds=1.0, eta_seconds=1.0))
    writer.append(Evaluated(20, 20, 1, scores, {"threshold": 0.5}, seconds=2.0, best=True))


def test_the_readme_and_the_guide_for_programs_have_examples() -> None:
    locations = [location for location, _ in EXAMPLES]

    assert any(location.startswith("README.md:") for location in locations)
    assert any(location.startswith("docs/programs.md:") for location in locations)


@pytest.mark.parametrize(
    ("location", "source"), EXAMPLES, ids=[location for location, _ in EXAMPLES]
)
def test_an_example_runs_and_shows_something(
    location: str,
    source: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every example ends in what it prints; one that prints nothing found nothing."""
    if "import spacy" in source:
        pytest.importorskip("spacy")
        import_module("core.integrations.spacy_component")  # what `pip install .` tells spaCy
    monkeypatch.setitem(sys.modules, "spanneal", core)  # the name that `pip install .` gives it
    monkeypatch.chdir(ROOT)
    if METRICS in source:
        trained(tmp_path / "out")
        monkeypatch.chdir(tmp_path)

    exec(compile(source, location, "exec"), {"__name__": "example"})

    captured = capsys.readouterr().out
    assert captured.strip()
    assert captured == OUTPUTS.get(location, captured)

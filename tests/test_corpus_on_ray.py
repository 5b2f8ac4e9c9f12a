"""The example that annotates a corpus of files on Ray: whole, in order, and going on after a crash.

Ray is not among our requirements: where it is missing, a stand-in of one actor runs the example.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

import core
from core.inference.pipeline import Pipeline
from tests.test_examples import RAY_EXAMPLES, ROOT

KEYS = ("start", "end", "label", "score")
LETTERS = ["Anna Haag met the Bank of China in Oslo.", "Nothing of note.", "Bo Li left Kyiv."]
REPORTS = ["The University of Kyiv hired Ms. Haag.", "The city of Oslo met Bo Li."]


class StandIn:
    """What the example asks of Ray, done at once by one actor in this process."""

    def __init__(self, rows: Iterable[Any], override_num_blocks: int) -> None:
        assert override_num_blocks >= 1
        self._rows = rows

    def map(self, actor: type, **_: Any) -> StandIn:
        self._rows = map(actor(), self._rows)
        return self

    def iter_rows(self) -> Iterator[Any]:
        return iter(self._rows)

    @classmethod
    def module(cls) -> Any:
        return SimpleNamespace(
            init=lambda **_: None,
            cluster_resources=lambda: {"CPU": 1.0},
            get_runtime_context=lambda: SimpleNamespace(get_actor_id=lambda: "1"),
            data=SimpleNamespace(from_items=cls, ActorPoolStrategy=lambda size: size),
        )


@pytest.fixture(
    params=[
        "stand-in",
        pytest.param("ray", marks=pytest.mark.skipif(not find_spec("ray"), reason="no Ray here")),
    ]
)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "spanneal", core)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # where Ray's processes find it
    if request.param == "stand-in":
        monkeypatch.setitem(sys.modules, "ray", StandIn.module())
        yield
    else:
        import ray

        yield
        ray.shutdown()


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with three shards, one of which is done, and what a crash left."""
    monkeypatch.chdir(tmp_path)
    for folder in ("corpus", "annotated"):
        Path(folder).mkdir()
    rows = "".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(LETTERS))
    Path("corpus/letters.jsonl").write_text(rows)
    parquet.write_table(pa.table({"text": REPORTS}), "corpus/reports.parquet")
    Path("corpus/done.jsonl").write_text('{"text": "Oslo"}\n')
    Path("annotated/done.jsonl.jsonl").write_text("done before\n")
    Path("annotated/1.part").write_text("half of a sha")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines that the example prints."""
    ((location, source),) = RAY_EXAMPLES
    exec(compile(source, location, "exec"), {"__name__": "example"})
    return capsys.readouterr().out.splitlines()


def expected(texts: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "text": prediction.text,
            "entities": [{key: getattr(entity, key) for key in KEYS} for entity in prediction],
        }
        for prediction in Pipeline.from_pretrained().pipe(texts)
    ]


@pytest.mark.filterwarnings("default")  # Ray's own
def test_waiting_shards_are_annotated_in_order_and_done_ones_skipped(
    engine: None, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head, *printed = run(capsys)

    assert head.startswith("2 of 3 shards to annotate")
    assert {"letters.jsonl: 3 texts", "reports.parquet: 2 texts"} <= set(printed)
    done = corpus / "annotated"
    for shard, texts in (("letters.jsonl", LETTERS), ("reports.parquet", REPORTS)):
        lines = (done / f"{shard}.jsonl").read_text("utf-8").splitlines()
        result = [json.loads(line) for line in lines]
        wanted = expected(texts)
        assert [item["text"] for item in result] == texts
        assert sum(len(item["entities"]) for item in wanted) > 0
        assert result == wanted
    assert (done / "done.jsonl.jsonl").read_text() == "done before\n"

    head, *_ = run(capsys)
    assert head.startswith("0 of 3 shards to annotate")

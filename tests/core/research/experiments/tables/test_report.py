from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.research.experiments.runs.plan import Corpus, Run
from core.research.experiments.studies.convergence import first_step_near
from core.research.experiments.tables.averages import average, late_gain
from core.research.experiments.tables.report import Chart, Report, as_csv, as_markdown, as_picture
from core.types import SamplerSettings

CORPUS = Corpus.at(Path("gum_named"))


def run(model: str, seed: int = 0, **options: Any) -> Run:
    cells = (("model", model),)
    return Run(f"{model} {seed}", cells, (CORPUS,), seed=seed, **options)


def row(*f1: float, **more: Any) -> dict[str, Any]:
    measures = [
        {
            "corpus": "gum_named",
            "precision": 0.5,
            "recall": 0.5,
            "f1": item,
            "nested_recall": 1.0,
            "nested_gold": 0,
            "sentences_per_second": 9.0,
            **more,
        }
        for item in f1
    ]
    return {"parameters": 7, "measures": measures, "train_seconds": 60, "best_dev_f1": 0.25}


def report(records: list[dict[str, Any]], lines: bool = False) -> Report:
    chart = Chart("model", "F1", ("corpus",), lines)
    return Report("Title", ("model", "corpus", "F1"), tuple(records), ("A note.",), chart)


def test_seeds_are_averaged_over_those_that_are_there() -> None:
    runs = [run("ours", seed) for seed in range(3)]
    done = [(runs[0], row(0.5)), (runs[1], None), (runs[2], row(0.7))]
    (record,) = average(done)
    assert record["seeds"] == 2
    assert round(record["F1"], 6) == 60
    assert round(record["± seeds"], 3) == 14.142
    assert record["dev F1"] == 25
    assert record["minutes"] == 1
    assert record["nested R"] is None


def test_what_is_undefined_is_missing_in_the_mean_and_its_spread() -> None:
    undefined = row(0.5)
    undefined["measures"][0] |= {"precision": None, "f1": None}
    (record,) = average([(run("ours", 0), row(0.5)), (run("ours", 1), undefined)])
    assert (record["P"], record["F1"], record["± seeds"]) == (None, None, None)
    assert record["R"] is not None
    assert "| ours | gum_named | – |" in as_markdown(report([record]))


def test_a_row_that_is_not_there_yet_is_dashes_in_markdown_and_empty_in_csv() -> None:
    records = average([(run("ours"), row(0.5)), (run("tagger"), None)])
    table = report(records)
    assert as_markdown(table).splitlines()[4:6] == [
        "| ours | gum_named | 50.00 |",
        "| tagger | gum_named | – |",
    ]
    lines = list(csv.reader(io.StringIO(as_csv(table.columns, table.records))))
    assert lines[2] == ["tagger", "gum_named", ""]
    assert "A note." in as_markdown(table)


def test_a_table_without_any_result_can_be_made_and_drawn() -> None:
    records = average([(run("ours"), None)])
    for lines in (False, True):
        table = report(records, lines)
        assert "| ours | gum_named | – |" in as_markdown(table)
        assert "Title" in as_picture(table)


def test_each_sampler_is_a_record_of_its_own_and_a_baseline_is_one() -> None:
    grid = (SamplerSettings(1, 10), SamplerSettings(5, 10))
    ours = row(0.1, steps=1, num_spans=10)
    ours["measures"] += row(0.2, steps=5, num_spans=10)["measures"]
    done = [
        (run("ours", samplers=grid), ours),
        (run("tagger", kind="tagger", samplers=grid), row(0.3)),
    ]
    result = [(item["model"], item.get("γ"), item["F1"]) for item in average(done, samplers=True)]
    assert result == [("ours", 1, 10), ("ours", 5, 20), ("tagger", None, 30)]


def test_lines_are_drawn_in_the_order_of_x() -> None:
    records = [{"model": x, "corpus": "a", "F1": float(x)} for x in (5, 1, 3)]
    page = as_picture(report(records, lines=True))
    assert '"x":[1,3,5]' in page


def test_near_the_end_is_the_first_step_with_nine_tenths_of_what_is_kept() -> None:
    points = [(10, 0.2), (20, 0.55), (30, 0.65), (40, 0.6)]
    assert first_step_near(points, final=0.6) == 20
    assert first_step_near(points, final=0.65) == 30
    assert first_step_near([(10, 0.0), (20, 0.0)], final=0.0) is None
    assert first_step_near([(10, None), (20, None)], final=None) is None


def test_the_late_rise_is_what_the_last_quarter_of_the_steps_won() -> None:
    assert late_gain([(10, 0.5), (20, 0.25), (30, 0.625), (40, 0.75)]) == 12.5
    assert late_gain([(10, None), (20, None)]) is None
    assert late_gain([(10, 0.5), (20, 0.75), (30, 0.75), (40, 0.5)]) == 0
    assert late_gain([(40, 0.5)]) == 50


def test_a_result_is_found_again_when_the_corpus_has_another_name() -> None:
    moved = replace(run("ours"), corpora=(replace(CORPUS, name="elsewhere"),))
    (record,) = average([(moved, row(0.5))])
    assert (record["corpus"], record["F1"]) == ("elsewhere", 50)

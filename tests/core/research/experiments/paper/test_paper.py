from __future__ import annotations

from typing import get_args

import pytest

from core.config import Departure, ModelConfig, TrainingConfig
from core.research.experiments.paper import departures, reported
from core.research.experiments.runs.settings import split_overrides
from core.research.experiments.studies.recipe import CHANGES
from core.research.presets.paper import PRESETS


@pytest.mark.parametrize("name", [*reported.TABLE1, *reported.TABLE2])
def test_precision_and_recall_of_the_paper_make_its_f1(name: str) -> None:
    lines = {**reported.TABLE1, **reported.TABLE2}[name]
    assert lines[-1].model == "DiffusionNER"
    assert len({line.model for line in lines}) == len(lines)
    for line in lines:
        assert (line.precision is None) == (line.recall is None)
        if line.precision is not None and line.recall is not None:
            # The MRC model's are printed so, here and where they were first published.
            f1 = 2 * line.precision * line.recall / (line.precision + line.recall)
            assert line.f1 == pytest.approx(
                f1, abs=0.12 if "Li et al. 2020" not in line.model else 0.45
            )


def test_the_tables_have_a_preset_for_each_of_their_corpora() -> None:
    assert set(reported.TABLE1) == {name for name, preset in PRESETS.items() if preset.nested}
    assert set(reported.TABLE2) == {name for name, preset in PRESETS.items() if not preset.nested}


def test_the_speed_ups_of_table_3_follow_from_its_speeds() -> None:
    slowest = reported.TABLE3[0].sentences_per_second
    for line in reported.TABLE3:
        assert line.speed_up == pytest.approx(line.sentences_per_second / slowest, rel=0.01)


def test_the_ablations_share_the_results_of_the_default_setting() -> None:
    default = (88.39, 92.78)
    assert reported.TABLE4["default"] == reported.TABLE4["BERT-Large"] == default
    assert max(pair[1] for pair in reported.TABLE5.values()) == 92.87
    assert reported.TABLE5["cosine", 1000][0] == default[0]
    assert reported.TABLE5["linear", 1000][1] == default[1]
    assert reported.TABLE6["random", 60][1] == default[1]
    assert len(reported.TABLE5) == len(reported.TABLE6) == 6


def test_the_rows_lead_from_the_paper_to_ours_by_one_departure_each() -> None:
    made = []
    for _, overrides in departures.rows():
        model, training = split_overrides(overrides)
        made.append((ModelConfig(("A",), **model), TrainingConfig(**training)))
    assert made[0][0] == made[1][0], "line 9 as printed, and all words"
    assert (made[1][0].architecture, made[1][0].departures) == ("paper", ())
    steps = [len(model.departures) for model, _ in made[1:-1]]
    assert steps == [*range(len(get_args(Departure)) + 1), len(get_args(Departure))]
    assert made[-1] == (ModelConfig(("A",)), TrainingConfig())
    assert made[-2][0].decoding == made[-1][0].decoding
    assert made[-2][1] == made[-1][1], "what is left is the network and its objective"


def test_every_row_of_the_recipe_changes_settings_that_there_are() -> None:
    assert CHANGES["default"] == {}
    for overrides in CHANGES.values():
        split_overrides(overrides)
    changed = [tuple(overrides.items()) for overrides in CHANGES.values()]
    assert len(set(changed)) == len(changed)

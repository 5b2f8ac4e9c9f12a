"""The experiments by name."""

from __future__ import annotations

from core.experiments.ablations import TABLE4, TABLE5, TABLE6
from core.experiments.ask import Experiment
from core.experiments.convergence import CONVERGENCE
from core.experiments.corpora import MAIN
from core.experiments.curves import FIGURE3, FIGURE4, TABLE3
from core.experiments.forgetting import FORGETTING
from core.experiments.published import TABLE1, TABLE2
from core.experiments.recipe import RECIPE
from core.experiments.sampling import SEEDS
from core.experiments.trust import CONFIDENCE, CONSTRAINED, LABEL_ERRORS
from core.experiments.warm import CROSSNER, FEW

_OF_THE_PAPER = (TABLE1, TABLE2, TABLE3, FIGURE3, FIGURE4, TABLE4, TABLE5, TABLE6)
_OURS = (
    RECIPE,
    MAIN,
    CROSSNER,
    FEW,
    FORGETTING,
    CONVERGENCE,
    SEEDS,
    CONSTRAINED,
    CONFIDENCE,
    LABEL_ERRORS,
)
EXPERIMENTS: dict[str, Experiment] = {each.name: each for each in (*_OF_THE_PAPER, *_OURS)}

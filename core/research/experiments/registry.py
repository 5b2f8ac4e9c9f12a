"""The experiments by name."""

from __future__ import annotations

from .experiment import Experiment
from .paper.ablations import TABLE4, TABLE5, TABLE6
from .paper.curves import FIGURE3, FIGURE4, TABLE3
from .paper.departures import DEPARTURES
from .paper.published import TABLE1, TABLE2
from .studies.convergence import CONVERGENCE
from .studies.corpora import MAIN
from .studies.forgetting import FORGETTING
from .studies.recipe import RECIPE
from .studies.sampling import SEEDS
from .studies.trust import CONFIDENCE, CONSTRAINED, LABEL_ERRORS
from .studies.warm import CROSSNER, FEW_SHOT

_OF_THE_PAPER = (TABLE1, TABLE2, TABLE3, FIGURE3, FIGURE4, TABLE4, TABLE5, TABLE6)
_FURTHER = (
    RECIPE,
    DEPARTURES,
    MAIN,
    CROSSNER,
    FEW_SHOT,
    FORGETTING,
    CONVERGENCE,
    SEEDS,
    CONSTRAINED,
    CONFIDENCE,
    LABEL_ERRORS,
)
EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment for experiment in (*_OF_THE_PAPER, *_FURTHER)
}

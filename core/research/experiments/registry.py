"""The experiments by name."""

from __future__ import annotations

from .ablations import TABLE4, TABLE5, TABLE6
from .convergence import CONVERGENCE
from .corpora import MAIN
from .curves import FIGURE3, FIGURE4, TABLE3
from .departures import DEPARTURES
from .experiment import Experiment
from .forgetting import FORGETTING
from .published import TABLE1, TABLE2
from .recipe import RECIPE
from .sampling import SEEDS
from .trust import CONFIDENCE, CONSTRAINED, LABEL_ERRORS
from .warm import CROSSNER, FEW_SHOT

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

"""The experiments by name."""

from __future__ import annotations

from core.experiments.ask import Experiment
from core.experiments.corpora import MAIN
from core.experiments.recipe import RECIPE

EXPERIMENTS: dict[str, Experiment] = {each.name: each for each in (RECIPE, MAIN)}

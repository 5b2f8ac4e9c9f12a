"""The configuration of a model and of its training: frozen, validated, to and from JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

ScheduleName = Literal["cosine", "linear"]
Expansion = Literal["mixed", "random", "repetition"]
BoundaryLoss = Literal["all_words", "gold_word"]
Architecture = Literal["spanneal", "paper"]
"""Ours; and the paper's own, DiffusionNER to the letter (`core.modeling.paper`)."""
Departure = Literal[
    "words", "features", "positions", "pointer", "matching", "all_steps", "score", "restarts"
]
"""Parts of ours that can take the place of the paper's one by one; ARCHITECTURE.md says what each
of them is."""
Weights = tuple[float, float, float]
Calibration = tuple[float, float]
"""The slope and the shift of a score's logit (`core.inference.scoring`)."""
UNCALIBRATED: Calibration = (1.0, 0.0)
"""Scores stay as they are."""


def _choose(name: str, value: str, options: tuple[str, ...]) -> None:
    if value not in options:
        raise ValueError(f"{name} must be one of {', '.join(options)}, got {value!r}")


def _check(settings: object, names: Iterable[str], least: float, most: float = math.inf) -> None:
    """Raise ValueError for a field that is no finite number from `least` to `most`."""
    expected = f"at least {least}" if most == math.inf else f"from {least} to {most}"
    for name in names:
        value = getattr(settings, name)
        if not (math.isfinite(value) and least <= value <= most):
            raise ValueError(f"{name} must be {expected}, got {value}")


@dataclass(frozen=True, slots=True)
class DecodingRules:
    """How entities are read off the denoising steps; the defaults are ours."""

    weights: Weights = (0.5, 0.5, 2.0)
    """Of P^l, P^r and P^c in an entity's score. They sum to 3."""
    all_steps: bool = True
    """Entities come from all steps; False takes the last one alone."""
    restarts: bool = True
    """Crowded spans restart between two steps, unless the sampler's `renew` is off."""
    calibration: Calibration = UNCALIBRATED
    """Makes a probability of a score, in the same order."""


OURS = DecodingRules()
_ALGORITHM_2 = DecodingRules(weights=(1.0, 1.0, 1.0), all_steps=False, restarts=False)


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The architecture and its settings. Saved as `config.json` beside the weights."""

    labels: tuple[str, ...]
    architecture: Architecture = "spanneal"
    departures: tuple[Departure, ...] = ()
    """Of the architecture `paper`: the parts that are ours instead."""
    hidden_size: int = 256
    """h of the decoder; a quarter of BERT-large's is plenty for encoders of 384."""
    num_heads: int = 8
    """Appendix C."""
    pointer_size: int = 128
    """Inner width of the boundary pointers."""
    lstm_layers: int = 0
    """Stacked BiLSTM over the words (section 4.2); 0 leaves it out."""
    dropout: float = 0.1
    self_attention: bool = True
    cross_attention: bool = True
    timesteps: int = 1000
    """T, section 5.3."""
    schedule: ScheduleName = "cosine"
    scale: float = 1.0
    """λ, section 5.3; the paper takes 2.0 for GENIA and OntoNotes."""
    threshold: float = 0.5
    """φ, the minimum score of an entity, 0 to 1; tuned on development data."""
    flat_threshold: float = 0.5
    """φ of flat decoding, tuned likewise: a better overlapping entity already removes the weaker
    one, so the best threshold is usually lower."""
    calibration: Calibration = UNCALIBRATED
    """Fitted on development data, so that a score is the probability of being right."""
    flat_calibration: Calibration = UNCALIBRATED
    """The same of flat decoding, where what is left after a better one is right more often."""
    max_words: int = 100
    """The longest window, in words; longer sentences are split with an overlap."""

    def __post_init__(self) -> None:
        _choose("schedule", self.schedule, get_args(ScheduleName))
        _choose("architecture", self.architecture, get_args(Architecture))
        for departure in self.departures:
            _choose("a departure", departure, get_args(Departure))
        if self.departures and self.architecture != "paper":
            raise ValueError(
                f"departures are made from the architecture 'paper', got {list(self.departures)} "
                f"for {self.architecture!r}, which has them all"
            )
        if self.architecture == "paper" and not self.lstm_layers and "words" not in self.departures:
            raise ValueError(
                "the paper's sentence encoder ends in a BiLSTM: lstm_layers must be at least 1, "
                f"got {self.lstm_layers}"
            )
        if len(set(self.labels)) != len(self.labels):
            raise ValueError(f"labels must be distinct, got {list(self.labels)}")
        _check(self, ("hidden_size", "num_heads", "pointer_size", "max_words"), 1)
        _check(self, ("lstm_layers",), 0)
        _check(self, ("dropout",), 0, 1)
        if self.hidden_size % (2 * self.num_heads):
            raise ValueError(
                f"hidden_size must be a multiple of 2 x num_heads, got {self.hidden_size} "
                f"for {self.num_heads} heads"
            )
        for slope, shift in (self.calibration, self.flat_calibration):
            if not (0 < slope < math.inf and math.isfinite(shift)):
                raise ValueError(
                    f"a calibration has a slope above 0 and a finite shift, got {slope} and "
                    f"{shift}; {UNCALIBRATED} leaves scores as they are"
                )
        if self.timesteps < 1 or not 0 < self.scale < math.inf:
            raise ValueError(
                f"timesteps must be >= 1 and scale > 0, got {self.timesteps} and {self.scale}"
            )

    def phi(self, flat: bool) -> float:
        """Return φ for flat or for nested decoding."""
        return self.flat_threshold if flat else self.threshold

    def calibration_of(self, flat: bool) -> Calibration:
        """Return the calibration of flat or of nested decoding."""
        return self.flat_calibration if flat else self.calibration

    @property
    def decoding(self) -> DecodingRules:
        """How entities are read off this architecture's steps, before calibration."""
        if self.architecture == "spanneal":
            return OURS
        return DecodingRules(
            (OURS if "score" in self.departures else _ALGORITHM_2).weights,
            "all_steps" in self.departures,
            "restarts" in self.departures,
        )

    def to_json(self) -> dict[str, Any]:
        lists = {name: list(getattr(self, name)) for name in _TUPLES}
        return {**asdict(self), **lists}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ModelConfig:
        tuples = {name: tuple(data[name]) for name in _TUPLES if name in data}
        return cls(**{**data, **tuples})


TUNED = frozenset({"threshold", "flat_threshold", "calibration", "flat_calibration"})
"""The fields of `ModelConfig` that are tuned on development data once the weights are trained."""
_TUPLES = ("labels", "departures", "calibration", "flat_calibration")
"""The fields of `ModelConfig` that are lists in JSON."""
_LARGEST_SEED = 10**12
"""A step's seed is a million times as large, and a generator takes 64 bits."""


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """The hyper-parameters of Algorithm 1 and its optimiser. docs/results/training.md has the
    measurements behind them."""

    epochs: int = 5
    frozen_epochs: int = 0
    """The first epochs, in which the pretrained encoder does not learn (appendix C)."""
    evaluate_every: int = 1
    """Epochs between two development scores; the last epoch is always scored."""
    patience: int = 3
    """The number of development scores without a better F1 after which training stops."""
    batch_size: int = 16
    encoder_lr: float = 1e-4
    """Small encoders need more than the paper's 2e-5 for BERT-large."""
    decoder_lr: float = 5e-4
    weight_decay: float = 0.01
    warmup: float = 0.1
    """The share of steps with a rising learning rate; linear decay follows (section 5.3)."""
    num_spans: int = 30
    """K in training; inference may use any other."""
    expansion: Expansion = "mixed"
    gold_copies: int = 6
    """Copies of each gold entity in the mixed expansion."""
    distance_weight: float = 2.0
    """Weight of |noisy - gold boundary| / M in the matching's cost."""
    pure_noise: float = 0.3
    """The share of sentences trained at t = T, where inference begins."""
    boundary_loss: BoundaryLoss = "all_words"
    """Of the architecture `paper`: the likelihood of all words' sigmoids, or P^l and P^r of the
    gold words alone, as Algorithm 1 is printed (`core.training.paper`)."""
    no_entity_weight: float = 0.2
    """Weight of ∅ in the type loss."""
    all_spans_weight: float = 0.0
    """Of our own architecture: weight of a type loss over all spans of at most 25 words, beside
    that over proposals and near misses; 1 is for text where nearly every noun phrase is an
    entity."""
    auxiliary_share: float = 0.4
    """Sentences of auxiliary corpora in an epoch, as a share of the others (`core.training`)."""
    seed: int = 0

    def __post_init__(self) -> None:
        _choose("expansion", self.expansion, get_args(Expansion))
        _choose("boundary_loss", self.boundary_loss, get_args(BoundaryLoss))
        _check(self, ("epochs", "evaluate_every", "patience", "batch_size", "num_spans"), 1)
        _check(self, ("encoder_lr", "decoder_lr", "weight_decay", "distance_weight"), 0)
        _check(self, ("no_entity_weight", "gold_copies"), 0)
        _check(self, ("warmup", "pure_noise"), 0, 1)
        _check(self, ("seed",), -_LARGEST_SEED, _LARGEST_SEED)
        if not 0 <= self.all_spans_weight < math.inf:
            raise ValueError(
                f"all_spans_weight must be 0 or more, got {self.all_spans_weight}; 0 leaves the "
                "loss over all spans out"
            )
        if not 0 <= self.auxiliary_share < math.inf:
            raise ValueError(
                f"auxiliary_share must be 0 or more, got {self.auxiliary_share}; 0.7 adds 7 "
                "auxiliary sentences to 10 others in each epoch"
            )
        if not 0 <= self.frozen_epochs < self.epochs:
            raise ValueError(
                f"frozen_epochs must be at least 0 and less than epochs, got {self.frozen_epochs} "
                f"of {self.epochs}: the encoder would never learn; raise epochs or lower it"
            )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


_MODELS: Mapping[str, Mapping[str, Any]] = {
    "spanneal": {},
    "paper": {"lstm_layers": 2, "threshold": 2.5 / 3, "flat_threshold": 2.5 / 3},
}
"""What an architecture changes of `ModelConfig`'s defaults. The paper stacks BiLSTMs without saying
how many; two are those of the authors' configuration files."""


def new_model_config(
    labels: Iterable[str], architecture: Architecture = "spanneal", **settings: Any
) -> ModelConfig:
    """The configuration of a new model: the architecture's defaults, then `settings`."""
    _choose("architecture", architecture, get_args(Architecture))
    defaults = _MODELS[architecture]
    return ModelConfig(tuple(labels), architecture, **{**defaults, **settings})


_ALGORITHM_1: Mapping[str, Any] = {
    "num_spans": 60,
    "expansion": "random",
    "distance_weight": 0.0,
    "pure_noise": 0.0,
    "no_entity_weight": 1.0,
}
"""K = 60 and the strategy of table 2 (section 6.3); nothing that the paper does not have."""

OF_DIFFUSION = frozenset(
    {
        *("num_spans", "expansion", "gold_copies", "distance_weight", "pure_noise"),
        *("boundary_loss", "no_entity_weight", "all_spans_weight", "auxiliary_share"),
    }
)
"""Settings of `TrainingConfig` that a training without noisy spans, a baseline's, does not have."""

_OBJECTIVE_OF: Mapping[str, Architecture] = {
    "all_spans_weight": "spanneal",
    "boundary_loss": "paper",
}
"""Training settings that the objective of one architecture alone has."""

TRAINING: Mapping[Architecture, TrainingConfig] = {
    "spanneal": TrainingConfig(),
    "paper": TrainingConfig(
        epochs=50,
        frozen_epochs=5,
        patience=50,
        batch_size=8,
        encoder_lr=2e-5,
        decoder_lr=2e-5,
        weight_decay=0.1,
        **_ALGORITHM_1,
    ),
}
"""The training settings of each architecture. The paper's: section 5.3 and appendix C; epochs and
rate are its commonest, for large encoders."""


def check_objective(config: TrainingConfig, architecture: Architecture) -> None:
    """Raise ValueError for a setting that this architecture's objective would ignore."""
    for name, owner in _OBJECTIVE_OF.items():
        value, default = getattr(config, name), getattr(TRAINING[architecture], name)
        if owner != architecture and value != default:
            raise ValueError(
                f"{name} belongs to the architecture {owner!r}, got {value!r} for a model of "
                f"{architecture!r}, whose training would ignore it; leave it out"
            )


FINE_TUNING = TrainingConfig(batch_size=8)
"""Defaults for fine-tuning a trained model on few sentences: batches small enough to give
sufficient steps, and the full learning rates. A third of the encoder's rate learns too little of a
new domain and keeps known labels no better (docs/results/training.md)."""


def fine_tuning_settings(architecture: Architecture) -> TrainingConfig:
    """`FINE_TUNING` with the objective's settings of an architecture."""
    return FINE_TUNING if architecture == "spanneal" else replace(FINE_TUNING, **_ALGORITHM_1)

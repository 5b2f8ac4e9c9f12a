"""The configuration of a model and of its training: frozen, validated, to and from JSON."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

ScheduleName = Literal["cosine", "linear"]
Expansion = Literal["mixed", "random", "repetition"]


def _choose(name: str, value: str, options: tuple[str, ...]) -> None:
    if value not in options:
        raise ValueError(f"{name} must be one of {', '.join(options)}, got {value!r}")


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The architecture. Saved as `config.json` beside the weights."""

    labels: tuple[str, ...]
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
    max_words: int = 100
    """The longest window, in words; longer sentences are split with an overlap."""

    def __post_init__(self) -> None:
        _choose("schedule", self.schedule, get_args(ScheduleName))
        if len(set(self.labels)) != len(self.labels):
            raise ValueError(f"labels must be distinct, got {list(self.labels)}")
        if self.hidden_size % (2 * self.num_heads):
            raise ValueError(
                f"hidden_size must be a multiple of 2 x num_heads, got {self.hidden_size} "
                f"for {self.num_heads} heads"
            )
        if self.timesteps < 1 or self.scale <= 0:
            raise ValueError(
                f"timesteps must be >= 1 and scale > 0, got {self.timesteps} and {self.scale}"
            )

    def phi(self, flat: bool) -> float:
        """Return φ for flat or for nested decoding."""
        return self.flat_threshold if flat else self.threshold

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "labels": list(self.labels)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ModelConfig:
        return cls(**{**data, "labels": tuple(data["labels"])})


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """The hyper-parameters of Algorithm 1 and its optimiser. docs/results/training.md has the
    measurements behind them."""

    epochs: int = 5
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
    no_entity_weight: float = 0.2
    """Weight of ∅ in the type loss."""
    auxiliary_share: float = 0.4
    """Sentences of auxiliary corpora in an epoch, as a share of the others (`core.training`)."""
    seed: int = 0

    def __post_init__(self) -> None:
        _choose("expansion", self.expansion, get_args(Expansion))
        for name in ("epochs", "evaluate_every", "patience", "batch_size", "num_spans"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not 0 <= self.auxiliary_share < math.inf:
            raise ValueError(
                f"auxiliary_share must be 0 or more, got {self.auxiliary_share}; 0.7 adds 7 "
                "auxiliary sentences to 10 others in each epoch"
            )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


FINE_TUNING = TrainingConfig(batch_size=8)
"""Defaults for fine-tuning a trained model on few sentences: batches small enough to give
sufficient steps, and the full learning rates. A third of the encoder's rate learns too little of a
new domain and keeps known labels no better (docs/results/training.md)."""

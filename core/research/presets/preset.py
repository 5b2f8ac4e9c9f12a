"""A corpus of the paper: its training settings, and how its files are found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from ...config import TRAINING, ModelConfig, ScheduleName, TrainingConfig, new_model_config
from ...data.readers.ontonotes import files_below
from ...types import SamplerSettings


class Files(NamedTuple):
    """The files to train on, to select by and to test on."""

    train: tuple[Path, ...]
    dev: tuple[Path, ...]
    test: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Preset:
    """A corpus of the paper with the settings of its training."""

    name: str
    encoder: str
    """The encoder's name on the Hugging Face hub."""
    labels: tuple[str, ...]
    nested: bool
    """True for the corpora of table 1; those of table 2 are flat."""
    learning_rate: float
    batch_size: int
    epochs: int
    hidden_size: int
    threshold: float
    """φ."""
    scale: float
    """λ."""
    schedule: ScheduleName
    max_words: int
    """Longer sentences are split."""
    patterns: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    """File name patterns for train, dev and test; the first that matches is taken."""
    learns_dev: bool = False
    departures: tuple[str, ...] = ()
    """The differences from the paper on this corpus only."""

    def model(self, labels: tuple[str, ...] | None = None) -> ModelConfig:
        """The paper's architecture, for the corpus's labels or for other ones."""
        return new_model_config(
            self.labels if labels is None else labels,
            "paper",
            hidden_size=self.hidden_size,
            num_heads=8,
            dropout=0.1,
            timesteps=1000,
            schedule=self.schedule,
            scale=self.scale,
            threshold=self.threshold,
            flat_threshold=self.threshold,
            max_words=self.max_words,
        )

    def training(self, seed: int = 0) -> TrainingConfig:
        """The paper's training: one rate for encoder and decoder, all epochs, K = 60."""
        return replace(
            TRAINING["paper"],
            epochs=self.epochs,
            patience=self.epochs,
            batch_size=self.batch_size,
            encoder_lr=self.learning_rate,
            decoder_lr=self.learning_rate,
            seed=seed,
        )

    def sampler(self, seed: int = 0) -> SamplerSettings:
        """The paper's sampler: γ = 5, K_eval = 60."""
        return SamplerSettings(steps=5, num_spans=60, flat=not self.nested, seed=seed)

    def files(self, folder: Path) -> Files:
        """Find the corpus in `folder`, by the names in docs/corpora.md. Raises ValueError if a part
        is missing or ambiguous."""
        train, dev, test = (self._find(folder, patterns) for patterns in self.patterns)
        learnt = (*train, *dev) if self.learns_dev and dev != train else train
        return Files(learnt, dev, test)

    def _find(self, folder: Path, patterns: tuple[str, ...]) -> tuple[Path, ...]:
        files = next(
            (matches for matches in (sorted(folder.glob(p)) for p in patterns) if matches), []
        )
        if len(files) == 1:
            return tuple(files_below(files[0])) if files[0].is_dir() else (files[0],)
        got = ", ".join(str(path.relative_to(folder)) for path in files) or "nothing of that name"
        raise ValueError(
            f"{self.name}: expected exactly one of {', '.join(patterns)} in {folder}, got {got}; "
            "docs/corpora.md says what each file must look like"
        )

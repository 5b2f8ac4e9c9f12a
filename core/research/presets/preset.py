"""A corpus of the paper: the settings it was learnt with, and how its files are found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ...config import ModelConfig, ScheduleName, TrainingConfig
from ...data.readers.ontonotes import files_below
from ...types import SamplerSettings


class Files(NamedTuple):
    """What to learn from, to choose by and to measure on."""

    train: tuple[Path, ...]
    dev: tuple[Path, ...]
    test: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Preset:
    """A corpus of the paper with the settings it was learnt with."""

    name: str
    encoder: str
    """On the Hugging Face hub."""
    labels: tuple[str, ...]
    nested: bool
    """Table 1; the others are flat and of table 2."""
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
    """Longer sentences are cut."""
    patterns: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    """What the files to train, choose and test by may be called, the first that is there."""
    learns_dev: bool = False
    departures: tuple[str, ...] = ()
    """What differs from the paper on this corpus alone."""

    def model(self, labels: tuple[str, ...] | None = None) -> ModelConfig:
        """The architecture, for the corpus's labels or for others that the files hold."""
        return ModelConfig(
            self.labels if labels is None else labels,
            hidden_size=self.hidden_size,
            num_heads=8,
            lstm_layers=2,
            dropout=0.1,
            timesteps=1000,
            schedule=self.schedule,
            scale=self.scale,
            threshold=self.threshold,
            flat_threshold=self.threshold,
            max_words=self.max_words,
        )

    def training(self, seed: int = 0) -> TrainingConfig:
        """One rate for encoder and decoder, every epoch run, K = 60."""
        return TrainingConfig(
            epochs=self.epochs,
            patience=self.epochs,
            batch_size=self.batch_size,
            encoder_lr=self.learning_rate,
            decoder_lr=self.learning_rate,
            weight_decay=0.1,
            warmup=0.1,
            num_spans=60,
            seed=seed,
        )

    def sampler(self, seed: int = 0) -> SamplerSettings:
        """γ = 5, K_eval = 60."""
        return SamplerSettings(steps=5, num_spans=60, flat=not self.nested, seed=seed)

    def files(self, folder: Path) -> Files:
        """The corpus in `folder`, by the names in docs/corpora.md. Raises ValueError where a
        part is missing or several files could be it."""
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

"""The paper's six corpora: its hyper-parameters (table 8, section 5.3) as our settings.

`DEPARTURES` and each preset's own `departures` say what cannot be carried over.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from core.config import ModelConfig, ScheduleName, TrainingConfig
from core.readers.ontonotes import files_below
from core.types import SamplerSettings

DEPARTURES = (
    "The encoder learns from the first step on; the paper keeps it fixed for five epochs.",
    "The encoder's input embeddings stay fixed.",
    "φ is tuned on the development sentences from 0 to 3; the paper's is where it begins.",
    "Matching, expansion and the losses' weights are ours: appendix C does not give them.",
    "Two BiLSTM layers and the schedule are those of the authors' configuration files; the "
    "paper gives neither for every corpus.",
    "A sentence is read alone; the authors' files hold its neighbours too, as context.",
)
"""What differs from the paper on every corpus."""

_SEEN_DEV = (
    "As in the paper, the development sentences are learnt too. The paper does not say what the "
    "best epoch is then chosen by; here it is these same sentences, so that a late one wins."
)


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
        train, dev, test = (self._find(folder, each) for each in self.patterns)
        learnt = (*train, *dev) if self.learns_dev and dev != train else train
        return Files(learnt, dev, test)

    def _find(self, folder: Path, patterns: tuple[str, ...]) -> tuple[Path, ...]:
        found = next((each for each in (sorted(folder.glob(p)) for p in patterns) if each), [])
        if len(found) == 1:
            return tuple(files_below(found[0])) if found[0].is_dir() else (found[0],)
        got = ", ".join(str(path.relative_to(folder)) for path in found) or "nothing of that name"
        raise ValueError(
            f"{self.name}: expected exactly one of {', '.join(patterns)} in {folder}, got {got}; "
            "docs/corpora.md says what each file must look like"
        )


_ACE = ("FAC", "GPE", "LOC", "ORG", "PER", "VEH", "WEA")
_JSON = (
    ("train.json*", "*train*.json*"),
    ("dev.json*", "*dev*.json*", "*valid*.json*"),
    ("test.json*", "*test*.json*"),
)
_COLUMNS = (
    ("eng.train", "train.txt", "*train*"),
    ("eng.testa", "dev.txt", "valid.txt", "*dev*", "*valid*"),
    ("eng.testb", "test.txt", "*test*"),
)
_TREES = (
    ("train", "**/train/data/english"),
    ("dev", "development", "**/development/data/english"),
    ("test", "**/test/data/english"),
)
_ONTONOTES = (
    *("CARDINAL", "DATE", "EVENT", "FAC", "GPE", "LANGUAGE", "LAW", "LOC", "MONEY"),
    *("NORP", "ORDINAL", "ORG", "PERCENT", "PERSON", "PRODUCT", "QUANTITY", "TIME", "WORK_OF_ART"),
)

_ALL = (
    Preset(
        name="ace04",
        encoder="google-bert/bert-large-cased",
        labels=_ACE,
        nested=True,
        learning_rate=2e-5,
        batch_size=8,
        epochs=100,
        hidden_size=1024,
        threshold=2.55,
        scale=1.0,
        schedule="cosine",
        max_words=200,
        patterns=_JSON,
    ),
    Preset(
        name="ace05",
        encoder="google-bert/bert-large-cased",
        labels=_ACE,
        nested=True,
        learning_rate=3e-5,
        batch_size=8,
        epochs=50,
        hidden_size=1024,
        threshold=2.65,
        scale=1.0,
        schedule="cosine",
        max_words=200,
        patterns=_JSON,
    ),
    Preset(
        name="genia",
        encoder="dmis-lab/biobert-large-cased-v1.1",
        labels=("DNA", "RNA", "cell_line", "cell_type", "protein"),
        nested=True,
        learning_rate=2e-5,
        batch_size=8,
        epochs=50,
        hidden_size=1024,
        threshold=2.50,
        scale=2.0,
        schedule="cosine",
        max_words=200,
        patterns=_JSON,
        learns_dev=True,
        departures=(_SEEN_DEV,),
    ),
    Preset(
        name="conll03",
        encoder="google-bert/bert-large-cased",
        labels=("LOC", "MISC", "ORG", "PER"),
        nested=False,
        learning_rate=2e-5,
        batch_size=8,
        epochs=100,
        hidden_size=1024,
        threshold=2.50,
        scale=1.0,
        schedule="linear",
        max_words=200,
        patterns=_COLUMNS,
        learns_dev=True,
        departures=(_SEEN_DEV,),
    ),
    Preset(
        name="ontonotes",
        encoder="google-bert/bert-large-cased",
        labels=_ONTONOTES,
        nested=False,
        learning_rate=2e-5,
        batch_size=8,
        epochs=50,
        hidden_size=1024,
        threshold=2.55,
        scale=2.0,
        schedule="linear",
        max_words=200,
        patterns=_TREES,
        departures=(
            "The sentences are all of CoNLL-2012's but the New Testament; the paper's 49,706 to "
            "learn from are fewer, and it does not say which.",
        ),
    ),
    Preset(
        name="msra",
        encoder="hfl/chinese-bert-wwm",
        labels=("LOC", "ORG", "PER"),
        nested=False,
        learning_rate=5e-6,
        batch_size=16,
        epochs=100,
        hidden_size=768,
        threshold=2.60,
        scale=1.0,
        schedule="cosine",
        max_words=400,
        patterns=_COLUMNS,
    ),
)

PRESETS: dict[str, Preset] = {preset.name: preset for preset in _ALL}
"""By name, which is the corpus's folder too, in the order of the paper's tables."""

"""What the baselines have in common: a head on DiffusionNER's sentence encoder, and a folder.

A baseline's folder holds `config.json`, the weights under the baseline's name and the tokenizer:
enough to load it again without the encoder it began with. B sentences, M words, G outputs.
"""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import ClassVar, Self

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoTokenizer, PreTrainedModel

from ..config import ModelConfig
from ..data.batching import inference_batches
from ..data.fitting import fit
from ..devices import mixed_precision
from ..evaluation.metrics import Scores, score
from ..installation import PROGRAM
from ..modeling.encoder import SentenceEncoder, encoder_config_from
from ..modeling.model import CONFIG, DiffusionNER, ModelError, write_surroundings
from ..types import Example, Span

NEVER = -1e4
"""The logit of a label that a sentence's annotators did not look for."""


class Baseline(nn.Module, ABC):
    """A head on the sentence encoder of `host`, whose denoiser stays unused."""

    kind: ClassVar[str]
    """Its name on the command line, and of its weights."""
    label_rows: ClassVar[tuple[str, ...]]
    """The parameters whose first dimension is the G outputs."""

    def __init__(self, host: DiffusionNER) -> None:
        super().__init__()
        self.config = host.config
        self.tokenizer = host.tokenizer
        self.encoder = host.encoder
        self.batch = host.batch
        self.fit = partial(fit, host)

    @property
    def labels(self) -> tuple[str, ...]:
        return self.config.labels

    @property
    @abstractmethod
    def outputs(self) -> list[tuple[str, str]]:
        """(part, label) of each output; the label is empty where it says "no entity"."""

    @abstractmethod
    def loss(self, examples: Sequence[Example]) -> Tensor:
        """Labels that a sentence's annotators did not look for take no part."""

    @abstractmethod
    def decode(self, sentences: Sequence[Sequence[str]]) -> list[tuple[Span, ...]]:
        """The entities of one batch."""

    @torch.inference_mode()
    def predict(self, sentences: Sequence[Sequence[str]]) -> list[tuple[Span, ...]]:
        """The entities of any number of sentences, batched by length."""
        found: list[tuple[Span, ...]] = [()] * len(sentences)
        device = self.encoder.layer_weights.device
        for rows in inference_batches([len(words) for words in sentences], device):
            with mixed_precision(device):
                decoded = self.decode([sentences[row] for row in rows])
            for row, spans in zip(rows, decoded, strict=True):
                found[row] = spans
        return found

    def measure(self, examples: Sequence[Example]) -> tuple[Scores, float]:
        """Scores, and sentences a second, on sentences that fit."""
        start = time.perf_counter()
        said = self.predict([example.words for example in examples])
        seconds = time.perf_counter() - start
        return score(zip(examples, said, strict=True)), len(examples) / seconds

    def with_labels(self, labels: Sequence[str]) -> Self:
        """The same for other labels, as `DiffusionNER.with_labels`: known ones keep their
        weights, new ones start from the mean of the known, lost ones are dropped."""
        config = replace(self.config, labels=tuple(labels))
        grown = type(self)(DiffusionNER(config, self.encoder, self.tokenizer))
        state = self.state_dict()
        for name in self.label_rows:
            state[name] = self._regrow(state[name], grown.outputs)
        grown.load_state_dict(state)
        return grown.to(self.encoder.layer_weights.device).train(self.training)

    def _regrow(self, rows: Tensor, wanted: Sequence[tuple[str, str]]) -> Tensor:
        known = dict(zip(self.outputs, rows, strict=True))
        grown = []
        for output in wanted:
            kin = [row for each, row in known.items() if each[0] == output[0]]
            fresh = torch.stack(kin).mean(0) if kin else torch.zeros_like(rows[0])
            grown.append(known.get(output, fresh))
        return torch.stack(grown)

    def save(self, folder: Path) -> None:
        """Write the folder; a save that is killed leaves the weights that were there."""
        folder.mkdir(parents=True, exist_ok=True)
        state = {name: value.contiguous() for name, value in self.state_dict().items()}
        fresh = folder / f"{self.kind}.safetensors.new"
        save_file(state, fresh)
        fresh.replace(fresh.with_suffix(""))
        write_surroundings(folder, self.config, self.encoder, self.tokenizer)

    @classmethod
    def load(cls, folder: Path | str, device: str | torch.device = "cpu") -> Self:
        """Read what `save` wrote. Raises ModelError where the folder holds no such baseline."""
        folder = Path(folder)
        for name in (CONFIG, f"{cls.kind}.safetensors"):
            if not (folder / name).is_file():
                raise ModelError(
                    f"{folder} holds no {cls.kind}: {name} is missing; expected a folder that "
                    f"`{PROGRAM} baseline --kind {cls.kind} --out` wrote"
                )
        try:
            saved = json.loads((folder / CONFIG).read_text())
            known = {field.name for field in fields(ModelConfig)}  # most are the denoiser's
            config = ModelConfig.from_json({k: v for k, v in saved["model"].items() if k in known})
            encoder = SentenceEncoder(config, encoder_config_from(saved["encoder"]))
            baseline = cls(DiffusionNER(config, encoder, AutoTokenizer.from_pretrained(folder)))
            baseline.restore(folder)
        except (KeyError, TypeError, RuntimeError, SafetensorError) as error:
            raise ModelError(
                f"{folder} does not hold together: its configuration, weights and tokenizer must "
                f"come from one `{PROGRAM} baseline` of this version; {error}"
            ) from error
        return baseline.to(device)

    def restore(self, folder: Path) -> None:
        """Take back the weights that `save` wrote."""
        self.load_state_dict(load_file(folder / f"{self.kind}.safetensors"))
        self.eval()


@dataclass
class BaselineLearner:
    """A baseline for `core.training.trainer`: the same loop, data, rates and stopping rule."""

    baseline: Baseline

    @property
    def network(self) -> nn.Module:
        return self.baseline

    @property
    def architecture(self) -> ModelConfig:
        return self.baseline.config

    @property
    def pretrained(self) -> PreTrainedModel:
        return self.baseline.encoder.transformer

    def losses(self, examples: Sequence[Example], generator: torch.Generator) -> dict[str, Tensor]:
        return {self.baseline.kind: self.baseline.loss(examples)}

    def evaluate(self, examples: Sequence[Example]) -> Scores:
        return self.baseline.measure(examples)[0]

    def save(self, folder: Path) -> None:
        self.baseline.save(folder)

    def restore(self, folder: Path) -> None:
        self.baseline.restore(folder)

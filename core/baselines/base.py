"""The common part of the baselines: a head on DiffusionNER's sentence encoder, and a folder.

A baseline's folder holds `config.json`, the weights under the baseline's name and the tokenizer:
enough to load it again without the original encoder. B sentences, M words, G outputs.
"""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import ClassVar, Self, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoTokenizer, PreTrainedModel

from ..config import ModelConfig
from ..data.fitting import fit_to_window
from ..devices import mixed_precision
from ..evaluation.error_analysis import ErrorAnalysis, analyse_errors
from ..evaluation.metrics import Scores, score
from ..inference.decoding import Candidate
from ..installation import PROGRAM
from ..modeling.architectures import build_encoder
from ..modeling.encoder import encoder_config_from
from ..modeling.model import CONFIG, DiffusionNER, ModelError, write_config_and_tokenizer
from ..types import Example, Span
from ..whole_files import whole_path

UNKNOWN_LOGIT = -1e4
"""The logit of a label that a sentence's annotators did not annotate."""
THRESHOLD = 0.5
"""The least score of a candidate that is an entity."""
Decoded = TypeVar("Decoded")


class Baseline(nn.Module, ABC):
    """A head on the sentence encoder of `host`, whose denoiser stays unused."""

    kind: ClassVar[str]
    """The baseline's name on the command line and of its weights file."""
    label_rows: ClassVar[tuple[str, ...]]
    """The parameters whose first dimension is the G outputs."""

    def __init__(self, host: DiffusionNER) -> None:
        super().__init__()
        self.config = host.config
        self.tokenizer = host.tokenizer
        self.encoder = host.encoder
        self.batch = host.batch
        self.inference_batches = host.inference_batches
        self.fit_to_window = partial(fit_to_window, host)

    @property
    def labels(self) -> tuple[str, ...]:
        return self.config.labels

    @property
    @abstractmethod
    def outputs(self) -> list[tuple[str, str]]:
        """(part, label) of each output; the label is empty for "no entity"."""

    @abstractmethod
    def loss(self, examples: Sequence[Example]) -> Tensor:
        """The loss of a batch; labels that were not annotated in a sentence are masked."""

    @abstractmethod
    def decode(self, sentences: Sequence[Sequence[str]]) -> list[tuple[Span, ...]]:
        """The entities of one batch."""

    @property
    def flat(self) -> bool:
        """Whether entities never overlap."""
        return True

    def candidates(self, sentences: Sequence[Sequence[str]]) -> list[list[Candidate]]:
        """What might be an entity of one batch, best first. Entities are those that reach
        `THRESHOLD` and conflict with no better one. A baseline that decides by words has no
        others."""
        return [
            [Candidate(*span.key, score=1.0, step=1, slot=0) for span in spans]
            for spans in self.decode(sentences)
        ]

    def predict(self, sentences: Sequence[Sequence[str]]) -> list[tuple[Span, ...]]:
        """The entities of any number of sentences, batched by length."""
        return self._batched(sentences, self.decode)

    def analyse_errors(self, examples: Sequence[Example]) -> ErrorAnalysis:
        """Count errors by kind, on sentences that fit the encoder."""
        proposals = self._batched([example.words for example in examples], self.candidates)
        return analyse_errors(examples, proposals, THRESHOLD, self.flat)

    @torch.inference_mode()
    def _batched(
        self,
        sentences: Sequence[Sequence[str]],
        decode: Callable[[Sequence[Sequence[str]]], list[Decoded]],
    ) -> list[Decoded]:
        results: dict[int, Decoded] = {}
        device = self.encoder.device
        for rows in self.inference_batches(sentences):
            with mixed_precision(device):
                decoded = decode([sentences[row] for row in rows])
            results |= dict(zip(rows, decoded, strict=True))
        return [results[row] for row in range(len(sentences))]

    def measure(self, examples: Sequence[Example]) -> tuple[Scores, float]:
        """Scores and sentences per second, on sentences that fit the encoder."""
        start = time.perf_counter()
        predictions = self.predict([example.words for example in examples])
        seconds = time.perf_counter() - start
        return score(zip(examples, predictions, strict=True)), len(examples) / seconds

    def with_labels(self, labels: Sequence[str]) -> Self:
        """The baseline for another set of labels, as `DiffusionNER.with_labels`: known labels keep
        their weights, new ones start from the mean of the known, and missing ones are dropped."""
        config = replace(self.config, labels=tuple(labels))
        resized = type(self)(DiffusionNER(config, self.encoder, self.tokenizer))
        state = self.state_dict()
        for name in self.label_rows:
            state[name] = self._resize_label_rows(state[name], resized.outputs)
        resized.load_state_dict(state)
        return resized.to(self.encoder.device).train(self.training)

    def _resize_label_rows(self, rows: Tensor, wanted: Sequence[tuple[str, str]]) -> Tensor:
        known = dict(zip(self.outputs, rows, strict=True))
        resized = []
        for output in wanted:
            siblings = [row for known_output, row in known.items() if known_output[0] == output[0]]
            new_row = torch.stack(siblings).mean(0) if siblings else torch.zeros_like(rows[0])
            resized.append(known.get(output, new_row))
        return torch.stack(resized)

    def save(self, folder: Path) -> None:
        """Write the folder. If the process is killed, the previous weights remain."""
        folder.mkdir(parents=True, exist_ok=True)
        state = {name: value.contiguous() for name, value in self.state_dict().items()}
        with whole_path(folder / f"{self.kind}.safetensors") as file:
            save_file(state, file)
        write_config_and_tokenizer(folder, self.config, self.encoder, self.tokenizer)

    @classmethod
    def load(cls, folder: Path | str, device: str | torch.device = "cpu") -> Self:
        """Read a folder that `save` wrote. Raises ModelError if it holds no such baseline."""
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
            encoder = build_encoder(config, encoder_config_from(saved["encoder"]))
            baseline = cls(DiffusionNER(config, encoder, AutoTokenizer.from_pretrained(folder)))
            baseline.restore(folder)
        except (KeyError, TypeError, RuntimeError, SafetensorError) as error:
            raise ModelError(
                f"{folder} does not hold together: its configuration, weights and tokenizer must "
                f"come from one `{PROGRAM} baseline` of this version; {error}"
            ) from error
        return baseline.to(device)

    def restore(self, folder: Path) -> None:
        """Load the weights that `save` wrote into this baseline."""
        self.load_state_dict(load_file(folder / f"{self.kind}.safetensors"))
        self.eval()


@dataclass
class BaselineLearner:
    """Train a baseline with `core.training.trainer`: the same loop, data, rates and stopping
    rule."""

    baseline: Baseline

    @property
    def network(self) -> nn.Module:
        return self.baseline

    @property
    def architecture(self) -> ModelConfig:
        return self.baseline.config

    @property
    def thresholds(self) -> dict[str, float]:
        return {}

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

"""The baseline to beat: a BIO tagger on the same sentence encoder.

It holds one label a word, so of nested entities it is given the outermost.
B sentences, M words, G tags.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import PreTrainedModel

from core.batches import by_length
from core.config import ModelConfig
from core.evaluation import EVALUATION_BATCH
from core.metrics import Scores, score
from core.model import DiffusionNER
from core.tags import decode_tags, encode_tags
from core.types import Example, WordSpan

_WEIGHTS = "tagger.safetensors"
_NEVER = -1e4


class Tagger(nn.Module):
    """A linear layer of BIO tags over DiffusionNER's sentence encoder."""

    def __init__(self, model: DiffusionNER) -> None:
        super().__init__()
        self.batch = model.batch
        self.encoder = model.encoder
        self.config = model.config
        self.labels = model.config.labels
        self.tags = ["O", *(f"{part}-{label}" for label in self.labels for part in "BI")]
        self.scores = nn.Linear(model.config.hidden_size, len(self.tags))

    def forward(self, sentences: Sequence[Sequence[str]]) -> Tensor:
        """Logits (B, M, G)."""
        return self.scores(self.encoder(self.batch(sentences)))

    def loss(self, examples: Sequence[Example]) -> Tensor:
        """Cross-entropy over the words; tags of labels that a sentence's annotators did not
        look for take no part."""
        logits = self([example.words for example in examples])
        targets = torch.full(logits.shape[:2], -100)
        unknown = torch.zeros(len(examples), len(self.tags), dtype=torch.bool)
        for row, example in enumerate(examples):
            tags, _ = encode_tags(example.entities, len(example.words), "BIO")
            targets[row, : len(tags)] = torch.tensor([self.tags.index(tag) for tag in tags])
            if example.labels is not None:
                missing = [tag[2:] not in example.labels for tag in self.tags[1:]]
                unknown[row, 1:] = torch.tensor(missing)
        logits = logits.masked_fill(unknown.to(logits.device)[:, None], _NEVER)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten().to(logits.device))

    @torch.inference_mode()
    def predict(self, sentences: Sequence[Sequence[str]]) -> list[tuple[WordSpan, ...]]:
        found: list[tuple[WordSpan, ...]] = [()] * len(sentences)
        for rows in by_length([len(words) for words in sentences], EVALUATION_BATCH):
            best = self([sentences[row] for row in rows]).argmax(-1).tolist()
            for row, indices in zip(rows, best, strict=True):
                tags = [self.tags[index] for index in indices[: len(sentences[row])]]
                found[row] = decode_tags(tags)
        return found


@dataclass
class TaggerLearner:
    """The tagger for `core.training`: the same loop, data, rates and stopping rule."""

    tagger: Tagger

    @property
    def network(self) -> nn.Module:
        return self.tagger

    @property
    def architecture(self) -> ModelConfig:
        return self.tagger.config

    @property
    def pretrained(self) -> PreTrainedModel:
        return self.tagger.encoder.transformer

    def losses(self, examples: Sequence[Example], generator: torch.Generator) -> dict[str, Tensor]:
        return {"tags": self.tagger.loss(examples)}

    def evaluate(self, examples: Sequence[Example]) -> Scores:
        said = self.tagger.predict([example.words for example in examples])
        return score(zip(examples, said, strict=True))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        state = {name: value.contiguous() for name, value in self.tagger.state_dict().items()}
        save_file(state, folder / _WEIGHTS)

    def restore(self, folder: Path) -> None:
        """Take back the best version that `save` wrote."""
        self.tagger.load_state_dict(load_file(folder / _WEIGHTS))
        self.tagger.eval()

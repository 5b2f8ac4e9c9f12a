"""The classifier at work beside its model: spans in, entities of one or more fragments out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from ..data.batching import inference_batches
from ..devices import mixed_precision
from ..installation import PROGRAM
from ..modeling.model import DiffusionNER, ModelError
from ..types import Span
from .classifier import PairBatch, PairClassifier
from .cliques import entities_of
from .records import FragmentedEntity

WEIGHTS = "fragments.safetensors"
"""Beside the model's own weights, in the model's folder."""


class Combiner:
    """Joins the spans of sentences; `model` is only read."""

    def __init__(self, model: DiffusionNER, classifier: PairClassifier | None = None) -> None:
        self.model = model
        fresh = classifier or PairClassifier(model.config.hidden_size)
        self.classifier = fresh.to(model.device).eval()

    @torch.inference_mode()
    def combine(
        self, sentences: Sequence[Sequence[str]], spans: Sequence[Sequence[Span]]
    ) -> list[list[FragmentedEntity]]:
        """Each sentence's entities, in text order."""
        found: list[list[FragmentedEntity]] = [[] for _ in sentences]
        some = [row for row, each in enumerate(spans) if each]
        for places in inference_batches([len(sentences[row]) for row in some], self.model.device):
            rows = [some[place] for place in places]
            pairs = PairBatch.of([spans[row] for row in rows], self.model.device)
            with mixed_precision(self.model.device):
                states = self.word_states([sentences[row] for row in rows])
                answers = self.classifier(states, pairs).float().sigmoid().tolist()
            asked: list[dict[tuple[int, int], float]] = [{} for _ in rows]
            columns = (pairs.rows.tolist(), pairs.first.tolist(), pairs.second.tolist())
            for place, first, second, answer in zip(*columns, answers, strict=True):
                asked[place][first, second] = answer
            for row, probabilities in zip(rows, asked, strict=True):
                found[row] = entities_of(spans[row], probabilities)
        return found

    @torch.no_grad()
    def word_states(self, sentences: Sequence[Sequence[str]]) -> Tensor:
        """H_S (B, M, H) of the frozen model."""
        return self.model.encoder(self.model.batch(sentences))

    def save(self, folder: Path) -> None:
        state = {k: v.cpu().contiguous() for k, v in self.classifier.state_dict().items()}
        fresh = folder / (WEIGHTS + ".new")
        save_file(state, fresh)
        fresh.replace(folder / WEIGHTS)

    @classmethod
    def load(cls, model: DiffusionNER, folder: Path | str) -> Combiner:
        """The classifier in a model's folder. Raises ModelError where there is none that fits."""
        file = Path(folder) / WEIGHTS
        if not file.is_file():
            raise ModelError(
                f"{folder} cannot join fragments: {WEIGHTS} is missing; train it by "
                f"`{PROGRAM} fragments`"
            )
        combiner = cls(model)
        try:
            combiner.classifier.load_state_dict(load_file(file))
        except (RuntimeError, SafetensorError) as error:
            raise ModelError(
                f"{file} does not fit the model beside it; train it again by "
                f"`{PROGRAM} fragments`; {error}"
            ) from error
        return combiner

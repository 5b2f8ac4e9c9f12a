"""Apply the pair classifier beside its model: spans to entities of one or more fragments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from ..devices import mixed_precision
from ..installation import PROGRAM
from ..modeling.model import DiffusionNER, ModelError
from ..types import Span
from ..whole_files import whole_path
from .classifier import PairBatch, PairClassifier
from .cliques import entities_of
from .records import FragmentedEntity

WEIGHTS = "fragments.safetensors"
"""The classifier's weights, in the model's folder."""


class Combiner:
    """Join the spans of sentences into entities; `model` is not changed."""

    def __init__(self, model: DiffusionNER, classifier: PairClassifier | None = None) -> None:
        self.model = model
        module = classifier or PairClassifier(model.config.hidden_size)
        self.classifier = module.to(model.device).eval()

    @torch.inference_mode()
    def combine(
        self, sentences: Sequence[Sequence[str]], spans: Sequence[Sequence[Span]]
    ) -> list[list[FragmentedEntity]]:
        """Each sentence's entities, in text order."""
        entities: list[list[FragmentedEntity]] = [[] for _ in sentences]
        rows_with_spans = [row for row, sentence_spans in enumerate(spans) if sentence_spans]
        for batch in self.model.inference_batches([sentences[row] for row in rows_with_spans]):
            rows = [rows_with_spans[place] for place in batch]
            pairs = PairBatch.of([spans[row] for row in rows], self.model.device)
            with mixed_precision(self.model.device):
                states = self.word_states([sentences[row] for row in rows])
                answers = self.classifier(states, pairs).float().sigmoid().tolist()
            probabilities_by_row: list[dict[tuple[int, int], float]] = [{} for _ in rows]
            columns = (pairs.rows.tolist(), pairs.first.tolist(), pairs.second.tolist())
            for place, first, second, answer in zip(*columns, answers, strict=True):
                probabilities_by_row[place][first, second] = answer
            for row, probabilities in zip(rows, probabilities_by_row, strict=True):
                entities[row] = entities_of(spans[row], probabilities)
        return entities

    @torch.no_grad()
    def word_states(self, sentences: Sequence[Sequence[str]]) -> Tensor:
        """The word states H_S (B, M, H) of the frozen model."""
        return self.model.encoder(self.model.batch(sentences))

    def save(self, folder: Path) -> None:
        state = {k: v.cpu().contiguous() for k, v in self.classifier.state_dict().items()}
        with whole_path(folder / WEIGHTS) as file:
            save_file(state, file)

    @classmethod
    def load(cls, model: DiffusionNER, folder: Path | str) -> Combiner:
        """Load the classifier from a model's folder. Raises ModelError if there is none that
        fits."""
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

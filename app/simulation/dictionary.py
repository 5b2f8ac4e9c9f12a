"""What was marked before, suggested wherever the same words stand: the string recommender of
INCEpTION (Klie et al. 2018), instead of a model."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.text.phrases import MAX_WORDS, PhraseList
from core.text.tokenization import tokenize
from core.types import Entity, Key, Prediction, SamplerSettings


@dataclass
class Dictionary:
    """The strings that were marked, with the label that each of them had most often."""

    model_version_id: int
    """The version that the suggestions are stored under; it is not asked."""
    labels: defaultdict[tuple[str, ...], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    """How often the words were marked with a label."""

    def add(self, text: str, entities: Iterable[Key]) -> None:
        """Enter what a person marked. Entities of more than `MAX_WORDS` words are left out."""
        for start, end, label in entities:
            words = tuple(_words(text[start:end]))
            if len(words) <= MAX_WORDS:
                self.labels[words][label] += 1

    def threshold(self, flat: bool = False) -> float:
        """Of scores; all are 1."""
        return 0.0

    def predict(
        self,
        text: str,
        settings: SamplerSettings,
        fixed: Sequence[Entity] = (),
        suppressed: Sequence[Entity] = (),
    ) -> Prediction:
        """At each word the longest string that stands there, if no earlier one reaches into it."""
        strings = list(self.labels)
        text_tokens = tokenize(text)
        words = [text[token.start : token.end] for token in text_tokens]
        longest: dict[int, tuple[int, int]] = {}
        for start, end, number in PhraseList(enumerate(strings)).find(words):
            longest[start] = end, number  # the lengths of a word's phrases come in order
        entities, free = [], 0
        for start, (end, number) in longest.items():
            if start >= free:
                ((label, _),) = self.labels[strings[number]].most_common(1)
                entities.append(
                    Entity(text_tokens[start].start, text_tokens[end - 1].end, label, 1.0)
                )
                free = end
        return Prediction(text, tuple(entities), ())


def _words(text: str) -> list[str]:
    return [text[token.start : token.end] for token in tokenize(text)]

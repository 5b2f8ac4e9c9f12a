"""How many gestures instant learning saves on annotated sentences, in documents of five: each is
suggested on before it is learnt, and nothing is retrained.

python -m core.research.instant MODEL FILE … [--limit 300]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..data.examples import read_examples
from ..data.fitting import fit_to_window
from ..inference.instant.embeddings import SentenceSpans, embed_spans
from ..inference.instant.head import Annotated, InstantHead
from ..inference.instant.policy import Outcome
from ..inference.instant.scaling import Scaling
from ..modeling.model import DiffusionNER
from ..types import Example

_SENTENCES = 5
_FIRST = 5


@dataclass(frozen=True)
class Cost:
    """Of one document."""

    gestures: int
    """1 to submit, 1 a wrong or wrongly labelled suggestion, 2 a missed entity."""
    without: int
    """Without suggestions."""
    seconds: float
    """Processor time to learn it, with the next suggester made."""


def simulate(model: DiffusionNER, scaling: Scaling, examples: Sequence[Example]) -> Iterator[Cost]:
    """Suggest on and learn document after document, flat."""
    head = InstantHead(scaling, flat=True)
    fitted = fit_to_window(model, examples)
    for first in range(0, len(fitted), _SENTENCES):
        document = fitted[first : first + _SENTENCES]
        started = time.process_time()
        sentences = embed_spans(model, [example.words for example in document])
        gestures = 1 + _suggest(head, sentences, document, first)
        head.learn(
            [
                Annotated(sentence, example.entities)
                for sentence, example in zip(sentences, document, strict=True)
            ]
        )
        head.count_document()
        head.suggester()
        entities = sum(len(example.entities) for example in document)
        yield Cost(gestures, 1 + 2 * entities, time.process_time() - started)


def _suggest(
    head: InstantHead, sentences: Sequence[SentenceSpans], gold: Sequence[Example], document: int
) -> int:
    """Record what would have become of each candidate; returns the gestures to correct what was
    suggested."""
    suggester, gestures, outcomes = head.suggester(), 0, []
    for sentence, example in zip(sentences, gold, strict=True):
        entities = set(example.entities)
        places = {(span.start, span.end) for span in entities}
        candidates = suggester.candidates(sentence).head
        for score, span in candidates:
            exists = (span.start, span.end) in places
            outcomes.append(Outcome(document, span.label, False, score, span in entities, exists))
        suggested = {item.span for item in candidates if suggester.suggests(item)}
        covered = {(span.start, span.end) for span in suggested}
        gestures += len(suggested - entities)
        gestures += 2 * sum((span.start, span.end) not in covered for span in entities)
    head.record(outcomes)
    return gestures


def ratio(costs: Sequence[Cost]) -> float:
    """The gestures, over those without suggestions."""
    return sum(cost.gestures for cost in costs) / sum(cost.without for cost in costs)


def main() -> None:
    """Print a line for each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--limit", type=int, default=300)
    options = parser.parse_args()
    model = DiffusionNER.load(options.model)
    scaling = Scaling.of(model)
    for path in options.files:
        costs = list(simulate(model, scaling, read_examples(path)[: options.limit]))
        late = costs[2 * len(costs) // 3 :]
        seconds = sum(cost.seconds for cost in costs) / len(costs)
        print(
            f"{path}: {ratio(costs):.3f}, first {_FIRST} documents {ratio(costs[:_FIRST]):.2f}, "
            f"last third {ratio(late):.2f}, {1000 * seconds:.0f} ms a document",
            flush=True,
        )


if __name__ == "__main__":
    main()

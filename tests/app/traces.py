"""Synthetic traces with the sampler's shape, without a model: the same call, the same trace."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import accumulate

from core.inference.scoring import entity_score
from core.types import (
    Entity,
    Origin,
    Pointers,
    SamplerSettings,
    SentenceStep,
    Step,
    Token,
    Trace,
)

Target = tuple[int, int, str]
"""First word, word after the last, label."""

SENTENCES: tuple[tuple[str, tuple[Target, ...]], ...] = (
    (
        "President Olena Kovalenko visited New York University Hospital 🏥 on Monday and met "
        "researchers from the European Space Agency in Paris.",
        (
            (1, 3, "PER"),
            (4, 6, "LOC"),
            (4, 7, "ORG"),
            (4, 8, "ORG"),
            (16, 17, "LOC"),
            (16, 19, "ORG"),
            (20, 21, "LOC"),
        ),
    ),
    ("It rained 🌧️  all day.", ()),
    (
        "Her  team then flew home to Kyiv\tPolytechnic Institute 👩‍🔬, by way of Milan.",
        ((6, 7, "LOC"), (6, 9, "ORG"), (-2, -1, "LOC")),
    ),
)
LABELS = ("PER", "ORG", "LOC", "MISC")
COLOURS = {"PER": "#e4572e", "ORG": "#2e86ab", "LOC": "#3b8e5a", "MISC": "#9b6bdf"}
TIMESTEPS = 1000
THRESHOLD = 0.7
_WORD = re.compile(r"\w+|[^\w\s]+")


def build_trace(
    sentences: Sequence[tuple[str, Sequence[Target]]] = SENTENCES,
    *,
    steps: int = 5,
    num_spans: int = 60,
    seed: int = 0,
) -> Trace:
    """A document of the given sentences, joined by one space, and how it was denoised.

    Targets may count words from the end. Each has at least one noisy span as long as
    `num_spans` allows; the others end as no entity.
    """
    rng = random.Random(seed)
    text, tokens = _tokenized([sentence for sentence, _ in sentences])
    targets = [
        [(a % len(words), b % len(words) or len(words), label) for a, b, label in wanted]
        for (_, wanted), words in zip(sentences, tokens, strict=True)
    ]
    films = [
        _film(rng, len(words), wanted, steps, num_spans)
        for words, wanted in zip(tokens, targets, strict=True)
    ]
    entities, stored, scores = _decoded(tokens, targets, films)
    return Trace(
        text=text,
        sentences=tokens,
        settings=SamplerSettings(steps=steps, num_spans=num_spans, seed=seed),
        threshold=THRESHOLD,
        steps=tuple(
            Step(
                index=i + 1,
                t=round(TIMESTEPS * (1 - i / steps)),
                t_prev=round(TIMESTEPS * (1 - (i + 1) / steps)),
                sentences=tuple(animation[i] for animation in films),
            )
            for i in range(steps)
        ),
        entities=entities,
        kept=stored,
        scores=scores,
    )


def _tokenized(sentences: Sequence[str]) -> tuple[str, tuple[tuple[Token, ...], ...]]:
    text, tokens = "", []
    for sentence in sentences:
        text += " " if text else ""
        tokens.append(
            tuple(
                Token(len(text) + match.start(), len(text) + match.end())
                for match in _WORD.finditer(sentence)
            )
        )
        text += sentence
    return text, tuple(tokens)


def _film(
    rng: random.Random, length: int, targets: Sequence[Target], steps: int, num_spans: int
) -> list[SentenceStep]:
    """The steps of one sentence: each noisy span walks from x_T towards its own x_0."""
    owners = [
        targets[k] if k < len(targets) else rng.choice([*targets, *targets, *targets, None])
        for k in range(num_spans)
    ]
    homes = [owner[:2] if owner else _clean(rng, length) for owner in owners]
    noise = [sorted(rng.uniform(0, length) for _ in "lr") for _ in range(num_spans)]
    made = []
    for i in range(steps):
        done, sure = i / steps, (i + 1) / steps
        noisy = tuple(
            (done * home[0] + (1 - done) * left, done * home[1] + (1 - done) * right)
            for home, (left, right) in zip(homes, noise, strict=True)
        )
        guesses = [home if rng.random() < sure**0.5 else _clean(rng, length) for home in homes]
        labels = tuple(
            _label(rng, owner, hit=guess == home, sure=sure)
            for owner, guess, home in zip(owners, guesses, homes, strict=True)
        )
        chances = [
            tuple(_chance(rng, sure, typed=label is not None) for label in labels) for _ in "lrc"
        ]
        pointers = Pointers(
            *(_pointed(guesses, chances[edge], edge, length) for edge in (0, 1)),
        )
        made.append(SentenceStep(noisy, tuple(guesses), labels, *chances, pointers=pointers))
    return made


def _pointed(
    guesses: Sequence[tuple[int, int]], chances: Sequence[float], edge: int, length: int
) -> tuple[tuple[float, ...], ...]:
    """The probability that is left goes to the word after the boundary, the last one's to the
    first."""
    rows = []
    for guess, chance in zip(guesses, chances, strict=True):
        row = [0.0] * length
        word = guess[edge] - edge
        row[(word + 1) % length] = 1 - chance
        row[word] = chance
        rows.append(tuple(row))
    return tuple(rows)


def _clean(rng: random.Random, length: int) -> tuple[int, int]:
    start = rng.randrange(length)
    return start, min(length, start + rng.randint(1, 4))


def _label(rng: random.Random, owner: Target | None, *, hit: bool, sure: float) -> str | None:
    if owner and hit:
        return owner[2]
    return rng.choice(LABELS) if rng.random() < 0.4 * (1 - sure) else None


def _chance(rng: random.Random, sure: float, *, typed: bool) -> float:
    return min(0.999, (0.35 + 0.62 * sure if typed else 0.3) * rng.uniform(0.92, 1.02))


def _decoded(
    tokens: Sequence[Sequence[Token]],
    targets: Sequence[Sequence[Target]],
    films: Sequence[Sequence[SentenceStep]],
) -> tuple[tuple[Entity, ...], tuple[Origin, ...], tuple[tuple[float, ...], ...]]:
    """Every target that noisy spans ended on, in reading order, with the best of these and the
    highest score that it had until each step."""
    decoded: list[tuple[Entity, Origin, tuple[float, ...]]] = []
    for number, (words, wanted, animation) in enumerate(zip(tokens, targets, films, strict=True)):
        for target in wanted:
            scores = [_scores(step, target) for step in animation]
            if not scores[-1]:
                continue
            best = max(scores[-1], key=scores[-1].__getitem__)
            start, end, label = target
            until = list(accumulate((max(step.values(), default=0.0) for step in scores), max))
            entity = Entity(words[start].start, words[end - 1].end, label, until[-1])
            decoded.append((entity, Origin(number, len(animation), best), tuple(until)))
    decoded.sort(key=lambda item: item[0])
    entities, stored, curves = zip(*decoded, strict=True) if decoded else ((), (), ())
    return entities, stored, curves


def _scores(step: SentenceStep, target: Target) -> dict[int, float]:
    """The scores of the noisy spans that predict exactly the target."""
    return {
        k: entity_score(step.p_left[k], step.p_right[k], step.p_type[k])
        for k, (span, label) in enumerate(zip(step.spans, step.labels, strict=True))
        if (*span, label) == target
    }


def one_word(made: SentenceStep, threshold: float = 1.0) -> Trace:
    return Trace(
        text="Ann",
        sentences=((Token(0, 3),),),
        settings=SamplerSettings(steps=1, num_spans=len(made.spans)),
        threshold=threshold,
        steps=(Step(1, 1000, 0, (made,)),),
        entities=(Entity(0, 3, "PER", 0.7),) if made.labels[0] else (),
        kept=(Origin(0, 1, 0),) if made.labels[0] else (),
        scores=((0.7,),) if made.labels[0] else (),
    )

"""The plain records that every layer shares. Nothing here imports torch.

Offsets are half-open everywhere: code points of the raw text in `Entity` and `Token`,
word indices of a sentence in `Span` and in the trace. The paper's inclusive
boundaries (l, r) and its signal interval [-λ, λ] live in `core.diffusion.boundaries` alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, SupportsIndex, TypedDict

NO_ENTITY = None
"""The paper's ∅: the label of a noisy span that is no entity."""


Key = tuple[int, int, str]
"""Start, end and label: what makes two spans of a sentence, or two entities of a text, the same."""


class Labelled(Protocol):
    """Anything from `start` to `end` with a label."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...

    @property
    def label(self) -> str: ...


def key_of(span: Labelled) -> Key:
    """The key of anything labelled, see `Span.key` and `Entity.key`."""
    return span.start, span.end, span.label


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the seeds of an ensemble agree on an entity: shares of the seeds, 0 to 1. Each seed
    counts with what it would have suggested alone."""

    existence: float
    """The share of seeds that have an entity overlapping this one."""
    boundary: float
    """The share of seeds that have an entity with exactly these boundaries."""
    type: float | None
    """Among the seeds with an overlapping entity, the share whose best one has this label; None if
    no seed has one."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """The signals behind an entity's score."""

    left: float
    """P^l of the proposal with the highest P^l + P^r."""
    right: float
    """P^r of the same proposal."""
    type: float
    """P^c."""
    since: int | None
    """The step, 1 … γ, since which some noisy span has stayed on this entity until the end; None if
    none is on it after the last step."""
    support: float
    """The share of all noisy spans of all steps that landed on this entity: 0 if it was only a
    candidate beside their predictions."""
    agreement: Agreement | None = None
    """None unless an ensemble was asked for."""


@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """A labelled stretch of a document, in code points.

    `score` is (½ P^l + ½ P^r + 2 P^c) / 3 of its best proposal, or (P^l + P^r + P^c) / 3 with the
    architecture `paper`, calibrated to the probability that it is right
    (`core.inference.scoring`): between 0 and 1; 1 for an entity that a person fixed for the model,
    None for one that a person annotated. Where two windows of a long sentence do not agree on it,
    it is the lower one of theirs (`core.inference.windows`). `confidence` is None if no model was
    asked. `text` is the entity's own text if a pipeline made it, else empty. Neither takes part in
    comparisons.
    """

    start: int
    end: int
    label: str
    score: float | None = None
    confidence: Confidence | None = field(default=None, compare=False)
    text: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(
                f"an entity needs 0 <= start < end, got start={self.start}, end={self.end} "
                f"for {self.label!r}; offsets are code points, end exclusive"
            )

    @property
    def key(self) -> Key:
        return key_of(self)


@dataclass(frozen=True, slots=True, order=True)
class Token:
    """A word's offsets in the raw text, in code points, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A labelled run of words of one sentence, end exclusive."""

    start: int
    end: int
    label: str

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(
                f"a span needs 0 <= start < end, got start={self.start}, end={self.end} "
                f"for {self.label!r}; offsets count words, end exclusive"
            )

    @property
    def key(self) -> Key:
        return key_of(self)


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence to train or evaluate on.

    `labels` is the set of labels that its annotators annotated; None means all of the model's. A
    label outside the set is unknown in this sentence, not absent: it is neither trained against nor
    counted as an error. `nested` is False where the annotators of the sentence's corpus marked
    nothing inside an entity: nested decoding is then tuned on other sentences, if there are any.
    """

    words: tuple[str, ...]
    entities: tuple[Span, ...] = ()
    labels: frozenset[str] | None = None
    nested: bool = True

    def __post_init__(self) -> None:
        for entity in self.entities:
            if entity.end > len(self.words):
                raise ValueError(
                    f"entity [{entity.start}, {entity.end}) {entity.label!r} reaches past the "
                    f"sentence of {len(self.words)} words; word offsets are half-open"
                )


@dataclass(frozen=True, slots=True)
class SamplerSettings:
    """The settings of the reverse process (Algorithm 2) that can be chosen at run time."""

    steps: int = 5
    """γ: the length of the sampled subsequence of timesteps; the paper's 5."""
    num_spans: int = 60
    """K_eval: how many noisy spans each sentence starts from; the paper's 60."""
    eta: float = 0.0
    """DDIM stochasticity η: 0 is the paper's equation 7, 1 is ancestral sampling."""
    seed: int = 0
    """The same seed gives bit-identical results."""
    threshold: float | None = None
    """φ, the least score, between 0 and 1; None takes the one tuned with the model."""
    flat: bool = False
    """True keeps only entities that do not overlap."""
    renew: bool = True
    """Box renewal (DiffusionDet, Chen et al. 2023, section 3.4), for spans that crowd instead of
    spans that score low: between steps, a span on boundaries that a sixth of all spans already hold
    restarts from noise. False is the paper's Algorithm 2, which the architecture `paper` always
    takes."""
    ensemble: int = 1
    """The number of seeds, `seed`, `seed` + 1 …, that are denoised separately and decoded together;
    the sentence is encoded once for all of them."""

    def __post_init__(self) -> None:
        for name in ("steps", "num_spans", "seed", "ensemble"):
            value = getattr(self, name)
            if not isinstance(value, SupportsIndex):
                raise ValueError(f"{name} must be a whole number, got {value!r}; int() makes one")
        if min(self.steps, self.num_spans, self.ensemble) < 1:
            raise ValueError(
                f"steps, num_spans and ensemble must be at least 1, got steps={self.steps}, "
                f"num_spans={self.num_spans}, ensemble={self.ensemble}"
            )
        if not 0.0 <= self.eta <= 1.0:
            raise ValueError(f"eta must lie in [0, 1], got {self.eta}; 0 is the paper's DDIM")
        if self.threshold is not None and not 0.0 <= self.threshold <= 1.0:
            raise ValueError(
                f"threshold must lie in [0, 1], got {self.threshold}; it is the least score of an "
                "entity, from 0.0 for any to 1.0 for none but certain ones"
            )


class SamplerOptions(TypedDict, total=False):
    """The fields of `SamplerSettings` as keywords."""

    steps: int
    num_spans: int
    eta: float
    seed: int
    threshold: float | None
    flat: bool
    renew: bool
    ensemble: int


@dataclass(frozen=True, slots=True)
class Pointers:
    """The boundary pointers' probabilities of the words: K rows of M. They sum to 1, except for the
    sigmoids of the architecture `paper`."""

    left: tuple[tuple[float, ...], ...]
    """P^l."""
    right: tuple[tuple[float, ...], ...]
    """P^r."""


@dataclass(frozen=True, slots=True)
class SentenceStep:
    """One sentence after one denoising step. Every tuple has K items, one for each noisy span; E x
    K with an ensemble."""

    noisy: tuple[tuple[float, float], ...]
    """x_t before the step, as continuous word offsets in [0, M], end exclusive."""
    spans: tuple[tuple[int, int], ...]
    """The predicted clean boundaries x̂_0, as word offsets, end exclusive."""
    labels: tuple[str | None, ...]
    """The most probable type of each predicted span; None is ∅."""
    p_left: tuple[float, ...]
    p_right: tuple[float, ...]
    p_type: tuple[float, ...]
    """P^l and P^r at the predicted boundaries, and P^c: the probability of the best type other than
    ∅, also where `labels` is None, so that P^c always means "an entity"."""
    renewed: tuple[int, ...] = ()
    """The indices of the noisy spans that restart from noise after this step."""
    pointers: Pointers | None = None
    """None unless the trace was asked for them. A fixed span has the model's own distributions,
    although its `p_left` and `p_right` are 1."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step (t → t_prev) of the reverse process over all sentences of a document."""

    index: int
    """1 … γ."""
    t: int
    t_prev: int
    sentences: tuple[SentenceStep, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """The noisy span and the step that gave an entity its highest score, by its predicted
    boundaries or by a candidate beside them."""

    sentence: int
    """An index into `Trace.sentences`."""
    step: int
    """1 … γ, as in `Step.index`; the noisy span may have moved away since."""
    slot: int
    """The index of the noisy span among K; an ensemble's seeds follow one another."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A document, every denoising step, and the entities decoded from all of them."""

    text: str
    sentences: tuple[tuple[Token, ...], ...]
    """The words of each sentence (window) that the model saw."""
    settings: SamplerSettings
    threshold: float
    """The φ that was applied."""
    steps: tuple[Step, ...]
    entities: tuple[Entity, ...]
    kept: tuple[Origin | None, ...]
    """Where each entity scored highest, parallel to `entities`; None for a fixed entity that does
    not consist of whole words of one sentence."""
    scores: tuple[tuple[float, ...], ...]
    """Each entity's score after every step, parallel to `entities`: γ numbers, 0 where the steps
    until then did not propose it. The last one is its own score. Empty where `kept` is None."""
    uncovered: tuple[Token, ...] = ()
    """Tokens that no window could cover; empty for ordinary text."""
    weights: tuple[float, float, float] = (0.5, 0.5, 2.0)
    """Of P^l, P^r and P^c in a score (`core.config.DecodingRules`)."""
    calibration: tuple[float, float] = (1.0, 0.0)
    """The slope and the shift of a score's logit (`core.inference.scoring`)."""

    def to_json(self) -> dict[str, Any]:
        """The trace as plain lists and dictionaries, ready for `json.dumps`; the text once."""
        record = asdict(self)
        for entity in record["entities"]:
            del entity["text"]
        return record


@dataclass(frozen=True, slots=True)
class Prediction:
    """The entities that the model finds in a document; there may be none."""

    text: str
    entities: tuple[Entity, ...]
    uncovered: tuple[Token, ...] = ()

    def __iter__(self) -> Iterator[Entity]:
        return iter(self.entities)

"""What is asked of the model for texts, and how the answers look."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, model_validator

from app.edit_operations import MAX_LABEL
from app.http.common.limits import MOST_TEXT, cost
from core.types import Entity, SamplerSettings
from storage.enums import Source

_DEFAULTS = SamplerSettings()
MOST_STEPS, MOST_SPANS = 20, 200
MOST_TEXTS = 100
"""Of one request."""
_MOST_DECIDED = 100


def _whole(value: object) -> object:
    """JSON has one kind of number: 8.0 is the integer 8."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = BeforeValidator(_whole)
"""Stands after the limits, which the interface's description would lose otherwise."""
_LARGEST_OFFSET = 2**31 - 1


class SettingsWanted(BaseModel):
    """How to denoise; what is left out is as on the page."""

    model_config = ConfigDict(extra="forbid")

    steps: Annotated[StrictInt, Field(ge=1, le=MOST_STEPS), Whole] = _DEFAULTS.steps
    """Denoising steps, the paper's γ."""
    num_spans: Annotated[StrictInt, Field(ge=1, le=MOST_SPANS), Whole] = _DEFAULTS.num_spans
    """Noisy spans that each sentence starts from, the paper's K."""
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 0
    """Beyond this limit JSON's numbers are not exact everywhere."""
    threshold: Annotated[float | None, Field(ge=0, le=1)] = None
    """The least score; the model's own where there is none."""
    flat: bool | None = None
    """Only entities that do not overlap. Without it, as the project is set up; without a project,
    nested ones too."""
    project: Annotated[int | None, Field(ge=1, lt=2**31)] = None
    """Answer as this project's page would: under its present label names, with what its submitted
    documents taught and with its rules. The default is the token's project, where it has one.
    Without a project, or with a `threshold`, the model alone answers; without a project it uses
    the label names that it was trained with."""

    @property
    def by_model_alone(self) -> bool:
        """Whether nothing but the model is to answer, even for a project."""
        return self.threshold is not None

    def settings(self, flat: bool) -> SamplerSettings:
        return SamplerSettings(
            steps=self.steps,
            num_spans=self.num_spans,
            seed=self.seed,
            threshold=self.threshold,
            flat=flat,
        )

    def cost_of(self, text: str) -> int:
        """How many requests the text counts as: more steps and spans cost more."""
        share = self.steps * self.num_spans / (_DEFAULTS.steps * _DEFAULTS.num_spans)
        return max(1, round(cost(text) * max(1.0, share)))


class DecidedEntity(BaseModel):
    """An entity that a person decided on."""

    model_config = ConfigDict(extra="forbid")

    start: Annotated[StrictInt, Field(ge=0, lt=_LARGEST_OFFSET), Whole]
    end: Annotated[StrictInt, Field(ge=1, le=_LARGEST_OFFSET), Whole]
    label: Annotated[str, Field(min_length=1, max_length=MAX_LABEL)]

    @model_validator(mode="after")
    def _has_an_extent(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"an entity ends behind its start; got [{self.start}, {self.end})")
        return self

    def entity(self) -> Entity:
        return Entity(self.start, self.end, self.label)


Decided = Annotated[list[DecidedEntity], Field(max_length=_MOST_DECIDED)]


class TextWanted(BaseModel):
    """A text, and what a person decided in it."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=MOST_TEXT)]
    fixed: Decided = []
    """Entities that stay as they are, and beside which the others are denoised."""
    suppressed: Decided = []
    """Entities that never come back. With either the model alone answers."""

    @property
    def decided(self) -> bool:
        return bool(self.fixed or self.suppressed)


class Wanted(SettingsWanted, TextWanted):
    trace: bool = False
    """With every denoising step."""

    @property
    def by_model_alone(self) -> bool:
        return super().by_model_alone or self.decided


class BatchWanted(SettingsWanted):
    texts: Annotated[
        list[Annotated[str, Field(max_length=MOST_TEXT)] | TextWanted],
        Field(min_length=1, max_length=MOST_TEXTS),
    ]
    """Each a string, or an object with what was decided in it."""

    @property
    def each_text(self) -> list[TextWanted]:
        return [TextWanted(text=item) if isinstance(item, str) else item for item in self.texts]


class EntityOut(BaseModel):
    start: int
    """Code points of the text, half-open."""
    end: int
    label: str
    text: str
    score: float | None
    source: Source = "model"
    """`instant`: learnt from the project's submitted documents; `rule`: matched by its rules."""


class PredictionOut(BaseModel):
    model_version: int
    entities: list[EntityOut]
    uncovered: list[tuple[int, int]]
    """Stretches that the model could not look at."""
    trace: dict[str, Any] | None = None

"""What the annotations and predictions of a task of Label Studio say of its entities.

Of several annotations of one person the newest that was not cancelled counts. A task whose
annotations were all cancelled is skipped; one with predictions alone has suggestions, of the newest
prediction. An annotation that says which prediction it began with (`parent_prediction`) has refused
what it does not hold of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from core.types import key_of
from storage.enums import DocumentStatus, SpanStatus
from storage.formats.fields import FieldError, object_of, string, whole
from storage.formats.labelled_spans import Mark, list_of
from storage.records import Counted, Note

_LABELLED = ("labels", "hypertextlabels")
_MOST_PEOPLE = 50
"""So many responses a document may have; the newest are taken."""
_Object = Mapping[str, Any]


class Answer:
    """One person's annotation, or the newest prediction where there is no annotation."""

    def __init__(
        self,
        given: _Object | None,
        status: DocumentStatus | None,
        predictions: Sequence[_Object] = (),
    ) -> None:
        self.given, self.status = given or {}, status
        self._predictions = predictions

    def entities(self) -> tuple[list[Mark], tuple[Note, ...]]:
        """What it says of entities, and notes on results that say nothing of them. Raises
        `FieldError`."""
        passed: Counter[str] = Counter()
        marks = _read(self.given, "suggested" if self.status == "new" else "accepted", passed)
        if self.status == "submitted":
            held = {key_of(mark) for mark in marks}
            refused = _read(self._began_with(), "rejected", passed)
            marks += [mark for mark in refused if key_of(mark) not in held]
        counts = sorted(passed.items())
        return marks, tuple(Counted(f"results {kind} left out", n) for kind, n in counts if n)

    @property
    def person(self) -> str:
        """As a message names who gave it."""
        return _whose(self.given)[0] or self._number_name or "nobody named"

    @property
    def _number_name(self) -> str | None:
        number = _whose(self.given)[1]
        return None if number is None else f"user {number}"

    def provenance(self, several: bool) -> dict[str, Any]:
        """Who annotated it and when, or which model. Of several people each has a name: without
        one, their number's."""
        given = self.given
        person, number = _whose(given)
        known = {
            "person": self._number_name if several and person is None else person,
            "completed_by": number,
            "submitted_at": None if self.status == "new" else _time(given) or None,
            "lead_time": given.get("lead_time"),
            "ground_truth": given.get("ground_truth") or None,
            "model_version": given.get("model_version") if self.status == "new" else None,
        }
        return {key: value for key, value in known.items() if value is not None}

    def _began_with(self) -> _Object:
        """The prediction that the annotation began with: it refused what it does not hold of it."""
        began = self.given.get("parent_prediction")
        alike = (guess for guess in self._predictions if began and guess.get("id") == began)
        return next(alike, {})


def answers_of(
    annotations: Sequence[object], predictions: Sequence[object]
) -> tuple[list[Answer], tuple[Note, ...]]:
    """The answers of a task, the newest last, and what was left out. Raises `FieldError`."""
    given = [object_of(annotation, "an annotation") for annotation in annotations]
    guesses = [object_of(prediction, "a prediction") for prediction in predictions]
    further = 0
    finished = [annotation for annotation in given if not annotation.get("was_cancelled")]
    if finished:
        people = {_whose(annotation): annotation for annotation in _ordered(finished)}
        newest = _ordered(people.values())[-_MOST_PEOPLE:]
        responses = [Answer(annotation, "submitted", guesses) for annotation in newest]
        further = len(people) - len(responses)
    elif given:
        responses = [Answer(_ordered(given)[-1], "skipped")]
    elif guesses:
        older = (Counted("older predictions left out", len(guesses) - 1),)
        return [Answer(_ordered(guesses)[-1], "new")], older if len(guesses) > 1 else ()
    else:
        return [Answer(None, None)], ()
    left = {
        "older or cancelled annotations": len(given) - len(responses) - further,
        f"annotations of more than {_MOST_PEOPLE} people": further,
        "predictions beside an annotation": len(guesses),
    }
    return responses, tuple(Counted(f"{what} left out", n) for what, n in left.items() if n)


def _whose(answer: _Object) -> tuple[str | None, int | None]:
    """Who gave it: an address or a name, else a number."""
    by = answer.get("completed_by")
    if isinstance(by, dict):
        email, by = by.get("email"), by.get("id")
        if isinstance(email, str) and email:
            return email, None
    return (by, None) if isinstance(by, str) else (None, by if type(by) is int else None)


def _read(answer: _Object, status: SpanStatus, passed: Counter[str]) -> list[Mark]:
    """The entities of its results; `passed` counts the other results by kind."""
    marks = []
    for entry in listed(answer, "result"):
        result = object_of(entry, "a result")
        kind = result.get("type", "labels")
        if kind not in _LABELLED:
            passed[f"of type {kind!r}"] += 1
            continue
        labelled = _marks(result, str(kind), status)
        passed["without a label"] += not labelled
        marks += labelled
    return marks


def _marks(result: _Object, kind: str, status: SpanStatus) -> list[Mark]:
    """One entity for each label of a result."""
    value = object_of(result.get("value"), "'value'")
    offsets = object_of(value.get("globalOffsets") or value, "'globalOffsets'")
    if isinstance(offsets.get("start"), str):
        raise FieldError(
            f"an entity starts at the XPath {str(offsets['start'])[:60]!r}, which does not tell "
            "where in the text; whole numbers are expected, under 'globalOffsets' beside XPaths: "
            "annotate the text as <Text>, or export it from a newer Label Studio, which adds them"
        )
    labels = list_of(value.get(kind, value.get("labels", [])), f"{kind!r}")
    key, surface = result.get("id"), value.get("text")
    predicted = status != "accepted" or result.get("origin") == "prediction"
    return [
        Mark(
            start=whole(offsets, "start"),
            end=whole(offsets, "end"),
            label=string({"label": label}, "label"),
            surface=surface if isinstance(surface, str) else None,
            status=status,
            score=result.get("score"),
            source="model" if predicted else "person",
            key=key if isinstance(key, str) and number == 0 else "",
        )
        for number, label in enumerate(labels)
    ]


def listed(raw: _Object, key: str) -> list[object]:
    return list_of(raw.get(key) or [], repr(key))


def _ordered(responses: Collection[_Object]) -> list[_Object]:
    """Those changed last at the end; those that do not say when stay in their order."""
    return sorted(responses, key=_time)


def _time(answer: _Object) -> str:
    moment = answer.get("updated_at") or answer.get("created_at")
    return moment if isinstance(moment, str) else ""

"""What a project suggests in a text that is none of its documents, for programs that ask.

It is what the page would begin a new document with: a model's suggestions, those of what the
project's submitted documents taught, and those of its rules, by the labels that the project has.
"""

from __future__ import annotations

from app.services.suggestions import rules, suggest
from app.services.suggestions.suggest import Answer
from app.services.team.permissions import require
from storage.engine import Sessions
from storage.records import SpanRecord
from storage.repository import label_names, projects


def suggestions(
    sessions: Sessions, project_id: int, text: str, answer: Answer
) -> tuple[SpanRecord, ...]:
    """The answer's suggestions in `text` with those of the project's rules.

    Whether any may overlap another is as it was for the answer. Raises `LookupError` where there is
    no such project.
    """
    with sessions() as session:
        require(session, project_id, "annotate")
        names = label_names.current(session, project_id)
        labels = {label.name for label in projects.labels(session, project_id)}
        known = [span for span in suggest.spans_of(answer, names) if span.label in labels]
        return rules.suggest(session, project_id, text, known, flat=answer.settings.flat).spans

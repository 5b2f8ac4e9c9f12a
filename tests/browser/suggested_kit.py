"""Documents with suggestions for the pages without a model, as an import brings them."""

from __future__ import annotations

from app.services.operations.samples import SAMPLE_LABELS
from storage.engine import Sessions, writing
from storage.records import SpanRecord
from storage.repository import annotation_sets, documents, projects

SENTENCE = "Ada Lovelace wrote to Charles Babbage from London about the Analytical Engine."
NAMES = (
    ("Ada Lovelace", "ORG"),
    ("Charles Babbage", "ORG"),
    ("London", "ORG"),
    ("Analytical Engine", "ORG"),
)


def suggested(
    sessions: Sessions, project: str, names: list[str], *, lines: int = 1
) -> tuple[int, list[int]]:
    """A project of its own with a document for each name: its id, and theirs."""
    text = "\n".join([SENTENCE] * lines)
    with writing(sessions) as session:
        project_id = projects.create(session, project).id
        projects.ensure_labels(session, project_id, SAMPLE_LABELS)
        ids = []
        for name in names:
            document = documents.add(session, project_id, name=name, text=f"{text}\n{name}")
            assert document is not None
            annotation_sets.add_prediction(
                session, document.id, _spans(lines), model_version_id=None, provenance={}
            )
            ids.append(document.id)
        return project_id, ids


def _spans(lines: int) -> list[SpanRecord]:
    return [
        SpanRecord(
            start=line * (len(SENTENCE) + 1) + SENTENCE.index(words),
            end=line * (len(SENTENCE) + 1) + SENTENCE.index(words) + len(words),
            label=label,
            status="suggested",
            score=0.9,
            source="model",
            key=f"m{line}-{at}",
        )
        for line in range(lines)
        for at, (words, label) in enumerate(NAMES)
    ]

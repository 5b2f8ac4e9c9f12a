"""What an exported file is: enough to cite it, to check it, and to make it again.

    {"file": str, "bytes": int, "sha256": str,      of the data file
     "made": str,                                    when, in UTC
     "project": str, "format": str,
     "schema": str,                                  the database's revision
     "filters": {"splits": […], "labels": […], "people": […], "since": …, "until": …,
                 "undecided": bool, "history": bool,
                 "documents": [int, …]},             their numbers; empty or null: no filter
     "counts": {"documents": int, "entities": int,   what is in the file;
                "labels": {…}, "splits": {…}},       of labels the accepted entities
     "left_out": {…},                                what the format could not hold, by name
     "models": [{"id": int, "state": str, "created_at": str, "data_hash": str | null}]}

`models` are the versions that have made suggestions in the project, and the active one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.services.interchange.exporting import ExportReport
from storage.engine import Sessions
from storage.records import Selection
from storage.repository import origins, projects

SUFFIX = ".manifest.json"


def manifest(
    sessions: Sessions, project_id: int, report: ExportReport, path: Path, name: str = ""
) -> dict[str, Any]:
    """Describes the exported file at `path`; `name` is what its receiver knows it by."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with sessions() as session:
        project = projects.get(session, project_id).name
        models = [
            {
                "id": version.id,
                "state": version.state,
                "created_at": version.created_at.isoformat(),
                "data_hash": version.data_hash,
            }
            for version in origins.models_used(session, project_id)
        ]
        schema = origins.schema(session)
    return {
        "file": name or path.name,
        "bytes": path.stat().st_size,
        "sha256": digest,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "project": project,
        "format": report.format,
        "schema": schema,
        "filters": _filters(report.selection),
        "counts": {
            "documents": report.written.documents,
            "entities": report.written.entities,
            "labels": dict(sorted(report.written.labels.items())),
            "splits": dict(sorted(report.written.splits.items())),
        },
        "left_out": left_out(report),
        "models": models,
    }


def as_bytes(manifest: Mapping[str, Any]) -> bytes:
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()


def left_out(report: ExportReport) -> dict[str, int]:
    """What is not in the file, by name, with counts above zero."""
    written = report.written
    lost = {
        "undecided documents": report.undecided_left_out,
        "refused documents": len(written.refused),
        "nested entities": len(written.nested),
        "unaligned entities": len(written.unaligned),
        "entities in a format of text alone": written.textless,
        "suggestions not accepted": written.undecided,
        **written.properties,
    }
    return {name: count for name, count in lost.items() if count}


def _filters(selection: Selection) -> dict[str, Any]:
    """The selection as JSON."""
    since, until = selection.since, selection.until
    return {
        "splits": list(selection.splits),
        "labels": list(selection.labels),
        "people": list(selection.people),
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
        "undecided": selection.undecided,
        "history": selection.history,
        "documents": list(selection.documents),
    }

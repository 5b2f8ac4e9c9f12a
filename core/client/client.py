"""The verbs of the HTTP interface as methods."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

from ..types import Entity
from .bodies import PART, entities, json_lines, parsed_lines, plain_times
from .connection import Connection
from .records import (
    Annotations,
    Document,
    DocumentText,
    Exported,
    ImportReport,
    Instant,
    Job,
    JobLogLine,
    JobProgress,
    Label,
    ModelVersion,
    Project,
    PushReport,
    read,
)
from .team import Team
from .tokens import Tokens
from .webhooks import Webhooks

_PAGE = 500
_TEXTS = 100
_OPERATIONS = 1_000
"""The most of one request."""


class Client:
    """A running Spanneal. Every method raises `ServerError` for an answer that is no success.

    `url` is the page's address; `token` one of `python -m app token create`, which programs on the
    page's own machine need only where people sign in. One thread at a time.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8501",
        token: str | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._server = Connection(url, token, transport)
        self.team = Team(self._server)
        self.tokens = Tokens(self._server)
        self.webhooks = Webhooks(self._server)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._server.close()

    def projects(self) -> list[Project]:
        """The projects that the token reaches."""
        return [read(Project, item) for item in self._server.ask("GET", "/projects")]

    def project(self, name: str) -> Project:
        """The project of this name. Raises LookupError where there is none."""
        present = {project.name: project for project in self.projects()}
        if name not in present:
            raise LookupError(
                f"there is no project {name!r}; expected one of {', '.join(sorted(present))}"
            )
        return present[name]

    def create_project(self, name: str, labels: Sequence[str] = ()) -> Project:
        """A new project; an administrator's."""
        body = {"name": name, "labels": list(labels)}
        return read(Project, self._server.ask("POST", "/projects", json=body))

    def configure(self, project_id: int, **settings: Any) -> Project:
        """Changes settings by their names in `Project.settings`."""
        return read(Project, self._server.ask("PATCH", f"/projects/{project_id}", json=settings))

    def labels(self, project_id: int) -> list[Label]:
        answer = self._server.ask("GET", f"/projects/{project_id}/labels")
        return [read(Label, item) for item in answer]

    def add_label(self, project_id: int, name: str, **appearance: str) -> Label:
        """A further label, with `color` and `description` where they are given."""
        body = {"name": name, **appearance}
        return read(Label, self._server.ask("POST", f"/projects/{project_id}/labels", json=body))

    def change_label(self, project_id: int, label_id: int, **changes: str | None) -> Label:
        """Changes `name` (in every document), `color`, `key` or `description`."""
        path = f"/projects/{project_id}/labels/{label_id}"
        return read(Label, self._server.ask("PATCH", path, json=changes))

    def merge_label(self, project_id: int, label_id: int, into: int) -> int:
        """Makes every entity of the label one of the label `into`, and takes the label away;
        returns in how many documents."""
        path = f"/projects/{project_id}/labels/{label_id}/merge"
        merged: int = self._server.ask("POST", path, json={"into": into})["documents"]
        return merged

    def documents(self, project_id: int, **wanted: Any) -> Iterator[Document]:
        """The project's documents in order of arrival, page by page; those `wanted`: `status`,
        `search`, `label`, `person`, `updated_since`, `meta_key`, `meta_value`."""
        params: dict[str, Any] = {"limit": _PAGE, **plain_times(wanted)}
        after: int | None = 0
        while after is not None:
            page = self._server.ask(
                "GET", f"/projects/{project_id}/documents", params={**params, "after": after}
            )
            yield from (read(Document, item) for item in page["documents"])
            after = page["next"]

    def document(self, document_id: int) -> DocumentText:
        """A document with its exact text."""
        return read(DocumentText, self._server.ask("GET", f"/documents/{document_id}"))

    def push(
        self, project_id: int, documents: Iterable[Mapping[str, Any]], **options: Any
    ) -> ImportReport:
        """Adds documents, each a mapping with `text` and, where known, `name`, `entities`
        (mappings of `start`, `end`, `label`), `meta` and `status`; streamed, in one request. Texts
        that the project has already stay as they are. Options are those of `import_file`."""
        return self._import(project_id, json_lines(documents), {"format": "jsonl", **options})

    def import_file(self, project_id: int, file: Path | str, **options: Any) -> ImportReport:
        """Adds a file's documents, in any format that the page imports. Options: `format`, `split`,
        `as_suggestions`, `sentences`, `submit_empty`, `same_text`."""
        path = Path(file)
        with path.open("rb") as content:
            parts = iter(lambda: content.read(PART), b"")
            return self._import(project_id, parts, {"name": path.name, **options})

    def suggest(
        self, project_id: int, suggestions: Iterable[Mapping[str, Any]], model: str
    ) -> PushReport:
        """Brings another model's suggestions for documents that are there, each a mapping of
        `document`, its id, and `entities` (mappings of `start`, `end`, `label` and, where known,
        `score`); streamed, in one request. Annotators read the name of the `model`. Sent again,
        they take the place of those before."""
        path = f"/projects/{project_id}/suggestions"
        return read(
            PushReport,
            self._server.ask(
                "POST", path, params={"model": model}, content=json_lines(suggestions)
            ),
        )

    def open(self, document_id: int) -> Annotations:
        """Opens a document as on the page: with suggestions to decide on."""
        answer = self._server.ask("POST", f"/documents/{document_id}/open", repeatable=True)
        return read(Annotations, answer)

    def annotations(self, document_id: int) -> Annotations:
        """What was submitted, else the draft, of the token's person."""
        return read(Annotations, self._server.ask("GET", f"/documents/{document_id}/annotations"))

    def annotate(self, document_id: int, operations: Sequence[Mapping[str, Any]]) -> Annotations:
        """Applies operations as the page sends them, such as `{"op": "accept", "id": …}` and
        `{"op": "submit"}`, each exactly once, however often the request is repeated."""
        client = uuid4().hex
        numbered = [{"seq": seq, **operation} for seq, operation in enumerate(operations, 1)]
        answer: Any = None
        for first in range(0, len(numbered), _OPERATIONS):
            part = numbered[first : first + _OPERATIONS]
            answer = self._server.ask(
                "POST",
                f"/documents/{document_id}/annotations",
                json={"client": client, "operations": part},
                repeatable=True,
            )
        return read(Annotations, answer) if answer else self.annotations(document_id)

    def reopen(self, document_id: int) -> Annotations:
        """Makes a submitted or skipped document editable again."""
        answer = self._server.ask("POST", f"/documents/{document_id}/reopen", repeatable=True)
        return read(Annotations, answer)

    def export(
        self,
        project_id: int,
        out: Path | str,
        format: str = "jsonl",
        since: datetime | None = None,
        **selection: Any,
    ) -> Exported:
        """Writes the submitted documents into a file, those submitted from `since` on, which is
        there once it is whole; returns how many it holds, and what it does not. Warns where the
        format cannot hold some of the documents. `selection`: `split`, `label`, `person`, `until`,
        `undecided`, `history`."""
        params = {"format": format, **plain_times({"since": since, **selection})}
        headers = self._server.save(f"/projects/{project_id}/export", Path(out), params=params)
        refused = int(headers["spanneal-refused"])
        if refused:
            warnings.warn(
                f"the format {format} cannot hold {refused} of the documents; they are not in "
                f"{out}. jsonl holds everything",
                stacklevel=2,
            )
        left_out = json.loads(headers["spanneal-left-out"])
        return Exported(int(headers["spanneal-documents"]), left_out)

    def pull(
        self, project_id: int, since: datetime | None = None, **selection: Any
    ) -> Iterator[dict[str, Any]]:
        """The submitted documents with their entities, as `export` writes them in jsonl."""
        params = {"format": "jsonl", **plain_times({"since": since, **selection})}
        with self._server.stream(f"/projects/{project_id}/export", params=params) as answer:
            yield from parsed_lines(answer.iter_bytes())

    def predict(self, text: str, **settings: Any) -> tuple[Entity, ...]:
        """The entities of a text. Settings: `project`, `steps`, `num_spans`, `seed`, `threshold`,
        `flat`, `fixed`, `suppressed`."""
        body = {"text": text, **settings}
        return entities(self._server.ask("POST", "/predict", json=body, repeatable=True))

    def predict_batch(
        self, texts: Sequence[str | Mapping[str, Any]], **settings: Any
    ) -> list[tuple[Entity, ...]]:
        """The entities of each text, in their order. Settings as of `predict`; a text in which
        entities are decided is a mapping of `text`, `fixed` and `suppressed`."""
        predicted: list[tuple[Entity, ...]] = []
        for first in range(0, len(texts), _TEXTS):
            body = {"texts": list(texts[first : first + _TEXTS]), **settings}
            answer = self._server.ask("POST", "/predict/batch", json=body, repeatable=True)
            predicted += map(entities, answer)
        return predicted

    def instant(self, project_id: int) -> Instant:
        """Whether the project learns from every submitted document, and how many it has learnt."""
        return read(Instant, self._server.ask("GET", f"/projects/{project_id}/instant"))

    def learn_instantly(self, project_id: int, on: bool = True) -> Instant:
        """Makes the project learn from every submitted document, or not."""
        body = {"on": on}
        return read(Instant, self._server.ask("PUT", f"/projects/{project_id}/instant", json=body))

    def retrain(self, project_id: int, **settings: Any) -> Job:
        """Queues a retraining. Settings: `epochs`, `encoder_lr`, `decoder_lr`, `batch_size`,
        `seed`; those that are left out are chosen as on the page."""
        started = self._server.ask("POST", f"/projects/{project_id}/jobs", json=settings)
        return self.job(started["id"])

    def job(self, job_id: str) -> Job:
        return read(Job, self._server.ask("GET", f"/jobs/{job_id}"))

    def jobs(self, project_id: int) -> list[Job]:
        """The project's retraining jobs, the newest first."""
        return [read(Job, item) for item in self._server.ask("GET", f"/projects/{project_id}/jobs")]

    def job_log(self, job_id: str, after: int = 0) -> list[JobLogLine]:
        """What the job did and when, without the first `after` lines: up to a thousand lines."""
        lines = self._server.ask("GET", f"/jobs/{job_id}/log", params={"after": after})
        return [read(JobLogLine, line) for line in lines]

    def job_progress(self, job_id: str) -> JobProgress:
        """How far a training is, with its losses and development scores so far."""
        return read(JobProgress, self._server.ask("GET", f"/jobs/{job_id}/progress"))

    def wait(self, job_id: str, poll_seconds: float = 2.0) -> Job:
        """The job once it is done, failed or cancelled."""
        while (job := self.job(job_id)).active:
            time.sleep(poll_seconds)
        return job

    def cancel(self, job_id: str) -> None:
        """Stops a job that waits or runs."""
        self._server.ask("POST", f"/jobs/{job_id}/cancel", repeatable=True)

    def retry(self, job_id: str) -> None:
        """Goes on with a failed or cancelled job where it stopped."""
        self._server.ask("POST", f"/jobs/{job_id}/retry")

    def models(self) -> list[ModelVersion]:
        """All model versions, the newest first."""
        return [read(ModelVersion, item) for item in self._server.ask("GET", "/models")]

    def promote(self, version_id: int, why: str = "") -> ModelVersion:
        """Makes a version the one that suggests, in every project; an administrator's."""
        path = f"/models/{version_id}/promote"
        return read(ModelVersion, self._server.ask("POST", path, json={"why": why}))

    def roll_back(self, why: str = "") -> ModelVersion:
        """Makes the version active that was before the present one."""
        return read(ModelVersion, self._server.ask("POST", "/models/rollback", json={"why": why}))

    def download(self, version_id: int, out: Path | str) -> None:
        """Writes a version's folder into a zip file, which is there once it is whole."""
        self._server.save(f"/models/{version_id}/download", Path(out))

    def upload(self, file: Path | str) -> ModelVersion:
        """Brings in a zip of a model's folder as a proposed version."""
        path = Path(file)
        with path.open("rb") as content:
            answer = self._server.ask(
                "POST", "/models", params={"name": path.name}, content=content
            )
        return read(ModelVersion, answer["version"])

    def _import(
        self, project_id: int, content: Iterable[bytes], options: Mapping[str, Any]
    ) -> ImportReport:
        answer = self._server.ask(
            "POST",
            f"/projects/{project_id}/import",
            params=dict(options),
            content=content,
        )
        return read(ImportReport, answer)

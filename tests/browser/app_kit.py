"""The whole app under a browser: its pages, its worker, and a look into its database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from playwright.sync_api import Page, expect

from app.services.operations.samples import SAMPLE_LABELS, seed_sample_project
from app.services.operations.startup import SAMPLES
from storage.engine import Sessions, create_engine_from, session_factory, writing
from storage.enums import Split
from storage.models import AnnotationSet
from storage.records import SpanRecord
from storage.repository import annotation_sets, documents, projects
from tests.browser.desk import AnnotatorView
from tests.browser.servers import ROOT, Served

PAGES = "app/server.py"
SAMPLE = 1
"""The sample project's number."""
MODEL = 240_000  # milliseconds; a cold disk takes long to read torch
SETTLED = "() => !document.querySelector('[data-testid=stSkeleton], [data-testid=stSpinner]')"


def environment(data: Path) -> dict[str, str]:
    """The bundled model, unless the tests are told another one; everything else is fresh."""
    return {"SPANNEAL_DATA": str(data), "OMP_NUM_THREADS": "1"}


def without_model(data: Path, person: str) -> dict[str, str]:
    """No model is there: the pages start in no time."""
    return {
        **environment(data),
        "SPANNEAL_MODEL": str(data / "none"),
        "SPANNEAL_PERSON": person,
    }


@dataclass(frozen=True)
class Site:
    """A running app, and the folder of its data, where the database has its tables."""

    url: Served
    data: Path

    @cached_property
    def sessions(self) -> Sessions:
        """The app's database, with the sample project."""
        engine = create_engine_from(f"sqlite:///{self.data}/spanneal.db")
        sessions = session_factory(engine)
        seed_sample_project(sessions, SAMPLES)
        return sessions

    def own_samples(self, name: str, split: Split | None = None) -> tuple[int, Mapping[int, int]]:
        """Makes a project of a test's own out of the samples: its id, theirs by their numbers."""
        with writing(self.sessions) as session:
            project = projects.create(session, name)
            projects.ensure_labels(session, project.id, SAMPLE_LABELS)
            ids = {}
            for path in sorted(SAMPLES.glob("*.txt")):
                text = path.read_bytes().decode()
                added = documents.add(session, project.id, name=path.stem, text=text, split=split)
                assert added is not None
                ids[int(path.stem[:2])] = added.id
            return project.id, ids

    def stored(self, document_id: int, *, submitted: bool = False) -> list[SpanRecord]:
        """A document's spans in the database: the draft's, or the submitted ones."""
        with self.sessions() as session:
            find = annotation_sets.submitted_of if submitted else annotation_sets.draft_of
            result: AnnotationSet | None = find(session, document_id)
            return list(annotation_sets.spans_of(result)) if result else []

    def labels(self, document_id: int) -> list[str]:
        return sorted(span.label for span in self.stored(document_id))


class AnnotatePage(AnnotatorView):
    """The Annotate page as an annotator sees it."""

    def open(self, url: str, document_id: int, project_id: int = SAMPLE) -> None:
        self.page.goto(f"{url}/annotate?project={project_id}&document={document_id}")
        self.ready()

    def ready(self) -> None:
        """Waits until the text is there and nothing runs; the first time a model is loaded."""
        expect(self.text.locator(".txt").first).to_be_visible(timeout=MODEL)
        self.idle()

    def idle(self) -> None:
        expect(self.page.get_by_test_id("stApp")).to_have_attribute(
            "data-test-script-state", "notRunning"
        )
        self.page.wait_for_function(SETTLED)

    def shows(self, name: str) -> None:
        expect(self.page.get_by_role("heading", name=name)).to_be_visible()
        self.ready()

    def is_saved(self) -> None:
        """Waits for the page's own word."""
        expect(self.state).to_have_attribute("data-state", "saved")

    def suggested(self) -> list[str]:
        """The ids of the suggestions, in reading order, of a text that has some."""
        expect(self.bars.first).to_be_visible()
        result: list[str] = self.bars.evaluate_all(
            "bars => bars.filter(b => b.dataset.status === 'suggested').map(b => b.dataset.id)"
        )
        return list(dict.fromkeys(result))

    def select(self, span: str) -> dict[str, str]:
        """Clicks a span's bar; returns what the bar says of it."""
        bar = self.page.locator(f'[data-testid=bar][data-id="{span}"]').first
        bar.click()
        message: dict[str, str] = bar.evaluate("bar => ({...bar.dataset})")
        return message

    def drag(self, words: str) -> None:
        """Drags over the first occurrence of the words, from line to line where they wrap."""
        ends: list[list[float]] = self.text.evaluate(
            """(root, words) => {
                for (const line of root.querySelectorAll('.txt')) {
                    const node = line.firstChild, at = node.data.indexOf(words);
                    if (at < 0) continue;
                    line.scrollIntoView({block: 'center'});
                    const range = document.createRange();
                    range.setStart(node, at);
                    range.setEnd(node, at + words.length);
                    const boxes = [...range.getClientRects()];
                    const first = boxes[0], last = boxes[boxes.length - 1];
                    return [[first.left + 2, (first.top + first.bottom) / 2],
                            [last.right - 2, (last.top + last.bottom) / 2]];
                }
            }""",
            words,
        )
        mouse = self.page.mouse
        mouse.move(*ends[0])
        mouse.down()
        mouse.move(*ends[1], steps=4)
        mouse.up()

    def counts(self) -> str:
        return self.page.get_by_test_id("counts").inner_text()


@contextmanager
def worker(env: Mapping[str, str], log: Path) -> Iterator[None]:
    """The process that carries out retraining jobs."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "worker"],
            cwd=ROOT,
            env={**os.environ, **env},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def settled(page: Page) -> None:
    """Waits until the page's script has ended and nothing moves."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.wait_for_function(SETTLED)


def go_to(page: Page, name: str) -> None:
    """Follows the navigation at the top of the page."""
    link = page.get_by_role("link", name=name, exact=True)
    link.click()
    expect(link).to_have_attribute("aria-current", "page")
    settled(page)


def open_tab(page: Page, name: str) -> None:
    """Opens a tab once the page stands still: in its first drawing a choice is lost."""
    tab = page.get_by_role("tab", name=name)
    expect(tab).to_be_visible()
    settled(page)
    tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")

"""A process that learns when it is asked to, by a line: "learn URL MODEL PROJECT" or "rest …"."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.app.instant_kit import Classroom

ROOT = Path(__file__).parents[2]


class LearningProcess:
    """The process, as a test sees it."""

    def __init__(self) -> None:
        import torch

        command = [sys.executable, "-m", "tests.app.learning_process"]
        alike = {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())}
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=alike, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def learn(self, classroom: Classroom) -> str:
        """Learn until there is nothing more to do; returns how the last step ended."""
        return self._tell("learn", classroom)

    def rest(self, classroom: Classroom) -> str:
        return self._tell("rest", classroom)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def _tell(self, what: str, classroom: Classroom) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        url = classroom.sessions.kw["bind"].url.render_as_string(hide_password=False)
        request = [what, url, str(classroom.model.path), str(classroom.project_id)]
        self._process.stdin.write("\t".join(request) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


@contextmanager
def learning_process() -> Iterator[LearningProcess]:
    """Another process, which ends with the block."""
    process = LearningProcess()
    try:
        yield process
    finally:
        process.kill()


def _serve() -> None:
    from app.services.suggestions.instant_lessons import InstantLearning
    from app.services.suggestions.predictor import ModelPredictor
    from storage.engine import create_engine_from, session_factory
    from storage.repository import model_versions

    learning: InstantLearning | None = None
    for line in sys.stdin:
        what, url, path, project = line.rstrip("\n").split("\t")
        sessions = session_factory(create_engine_from(url))
        learning = learning or InstantLearning(sessions)
        with sessions() as session:
            version = model_versions.active(session)
            assert version is not None
        model = ModelPredictor(version.id, Path(path)).in_background()
        ended = "rested"
        if what == "rest":
            learning.rest(int(project), version.id)
        else:
            while (ended := learning.step(int(project), model)) == "learnt":
                pass
        print(ended, flush=True)


if __name__ == "__main__":
    _serve()

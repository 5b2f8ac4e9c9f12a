"""A fresh database for each example of a property: the copy of one that was made once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from storage.engine import Sessions, create_engine_from, session_factory
from tests.app.fake_model import seed
from tests.databases import copy_migrated


def template(folder: Path) -> Path:
    """A database with the project of `fake_model.seed`, whose first document has number 1."""
    path = copy_migrated(folder / "template.db")
    engine = create_engine_from(f"sqlite:///{path}")
    assert seed(session_factory(engine)) == 1
    engine.dispose()
    return path


@contextmanager
def copy_of(path: Path) -> Iterator[Sessions]:
    copy = shutil.copyfile(path, path.with_name(f"{uuid4()}.db"))
    engine = create_engine_from(f"sqlite:///{copy}")
    try:
        yield session_factory(engine)
    finally:
        engine.dispose()
        copy.unlink()

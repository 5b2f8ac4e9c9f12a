"""Commands that train or measure read a few of the sample sentences."""

from __future__ import annotations

import pytest

from core.inference.instant import scaling


@pytest.fixture(autouse=True)
def few_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "_SENTENCES", 5)

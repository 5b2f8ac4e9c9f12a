"""Gamma where its package is, and a clear word where it is not."""

from __future__ import annotations

import sys

import pytest

from app.services.team.agreement_gamma import GammaMissingError, gamma
from tests.app.services.team.test_agreement import ANNA, BO, TEXTS, annotated


def test_without_the_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygamma_agreement", None)
    with pytest.raises(GammaMissingError, match="pip install -r requirements-agreement"):
        gamma(annotated(TEXTS, {"Anna": ANNA, "Bo": BO}))


def test_where_nothing_was_found_there_is_no_gamma() -> None:
    assert gamma(annotated(["Nothing"], {"Anna": [set()], "Bo": [set()]})) is None


def test_where_only_one_found_something_gamma_is_nought() -> None:
    assert gamma(annotated(["Anna"], {"Anna": [{(0, 4, "PER")}], "Bo": [set()]})) == 0


def test_who_says_the_same_agrees_wholly_and_others_less() -> None:
    pytest.importorskip("pygamma_agreement")
    same = gamma(annotated(TEXTS, {"Anna": ANNA, "Bo": ANNA}))
    other = gamma(annotated(TEXTS, {"Anna": ANNA, "Bo": BO}))
    assert same == pytest.approx(1)
    assert other is not None
    assert other < 0.9
    assert other == gamma(annotated(TEXTS, {"Bo": BO, "Anna": ANNA}), seed=0)

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from safetensors.torch import load, save

from core.inference.instant.policy import Outcome
from core.inference.instant.saved import (
    InstantStateError,
    head_from_bytes,
    head_to_bytes,
    suggester_from_bytes,
    suggester_to_bytes,
)
from tests.core.inference.instant.test_head import TEACHING, assert_alike, embedded, head_of, learn


def trained(times: int = 2) -> bytes:
    head = head_of(*[TEACHING] * times)
    head.record(
        [Outcome(1, "DRUG", True, 0.25, True, True), Outcome(1, "DOSE", False, 0.5, False, True)]
    )
    head.known = frozenset({"DRUG"})
    return head_to_bytes(head)


def test_a_head_comes_back_byte_for_byte() -> None:
    assert head_to_bytes(head_from_bytes(trained())) == trained()


def test_a_head_that_comes_back_goes_on_learning() -> None:
    head = head_from_bytes(trained())
    learn(head, TEACHING)
    assert_alike(head, head_of(*[TEACHING] * 3), TEACHING)


def test_the_same_documents_make_the_same_bytes() -> None:
    first, second = (head_of(*[TEACHING] * 3) for _ in range(2))
    assert head_to_bytes(first) == head_to_bytes(second)
    assert suggester_to_bytes(first.suggester()) == suggester_to_bytes(second.suggester())


def test_a_suggester_comes_back_byte_for_byte_and_suggests_the_same() -> None:
    suggester = head_from_bytes(trained()).suggester()
    written = suggester_to_bytes(suggester)
    restored = suggester_from_bytes(written)
    assert suggester_to_bytes(restored) == written
    sentence = embedded(TEACHING[1])
    assert torch.equal(restored.predict(sentence), suggester.predict(sentence))
    assert restored.thresholds == suggester.thresholds
    assert restored.documents == 2


def test_heads_do_not_grow_with_their_documents() -> None:
    assert len(trained(20)) <= len(trained(2)) + 100


def test_an_empty_head_and_its_suggester_come_back() -> None:
    head = head_of()
    assert head_to_bytes(head_from_bytes(head_to_bytes(head))) == head_to_bytes(head)
    assert suggester_from_bytes(suggester_to_bytes(head.suggester())).labels == ()


@pytest.mark.parametrize("read", [head_from_bytes, suggester_from_bytes])
@pytest.mark.parametrize("data", [b"", b"\x80\x04K\x01.", b"\xff" * 64, save({"x": torch.ones(1)})])
def test_other_bytes_are_refused(read: Callable[[bytes], object], data: bytes) -> None:
    with pytest.raises(InstantStateError, match="learn the documents again"):
        read(data)


def test_a_head_is_no_suggester() -> None:
    with pytest.raises(InstantStateError, match="expected an instant suggester of format 1"):
        suggester_from_bytes(trained())


@pytest.mark.parametrize(
    ("name", "tensor"),
    [
        ("gram", torch.zeros(3, dtype=torch.float64)),
        ("moments", torch.zeros(29, 9, dtype=torch.float64)),
        ("mean", torch.full((28,), torch.nan)),
        ("deviation", torch.ones(5)),
        ("cells", torch.zeros(2, 8, dtype=torch.int32)),
    ],
)
def test_tensors_that_do_not_fit_are_refused(name: str, tensor: torch.Tensor) -> None:
    tensors = {**load(trained()), name: tensor}
    with pytest.raises(InstantStateError, match="does not hold together"):
        head_from_bytes(save(tensors))

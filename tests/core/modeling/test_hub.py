"""A model that is no folder is asked for on the hub, and why it cannot be had is told."""

from __future__ import annotations

import huggingface_hub
import pytest

from core.modeling.hub import model_folder
from core.modeling.model import ModelError


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (
            ConnectionRefusedError(111, "Connection refused"),
            "it cannot be had: nothing listens at hub.example.org:443; check the port, and that "
            "the program there runs. Expected a folder",
        ),
        (LookupError("no such repository"), "it cannot be had: no snapshot. Expected a folder"),
    ],
)
def test_why_the_hub_has_no_such_model_is_told(
    monkeypatch: pytest.MonkeyPatch, cause: Exception, reason: str
) -> None:
    def absent(*_: object, **__: object) -> None:
        raise LookupError("no snapshot") from cause

    monkeypatch.setattr(huggingface_hub, "snapshot_download", absent)
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "https://hub.example.org")
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(ModelError) as caught:
        model_folder("nobody/nothing")
    assert reason in str(caught.value)

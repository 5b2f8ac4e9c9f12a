"""Locate a model's folder: bundled, local, or on a hub."""

from __future__ import annotations

from pathlib import Path

from ..connection_errors import explain
from ..installation import BUNDLED
from .model import CARD, CONFIG, WEIGHTS, ModelError

_FETCHED = (CONFIG, CARD, "*.safetensors", "tokenizer*", "special_tokens_map.json", "vocab*")
"""The files of a hub's repository that a model consists of; nothing else is downloaded."""


def model_folder(name_or_folder: str | Path | None = None) -> Path:
    """The folder of a model: the bundled one for None, a local folder as it is, else that of a hub
    repository, `owner/name`, which is downloaded once. Raises ModelError if there is none."""
    if name_or_folder is None:
        return BUNDLED
    folder = Path(name_or_folder)
    if folder.exists() or isinstance(name_or_folder, Path):
        return folder
    return _downloaded(name_or_folder)


def _downloaded(name: str) -> Path:
    from huggingface_hub import constants, snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=list(_FETCHED)))
    except Exception as error:  # its HTTP library's errors have no base that it promises
        reason = explain(error, constants.ENDPOINT) or error
        raise ModelError(
            f"{name!r} is no folder here, and as a name on the Hugging Face hub it cannot be had: "
            f"{reason}. Expected a folder with {CONFIG}, {WEIGHTS} and a tokenizer, the "
            "owner/name of a repository that has them, or nothing for the bundled model"
        ) from error

"""Model versions as directories that leave and come: `core` loads them, and so does whoever keeps
to the Hugging Face hub's conventions (config.json, model.safetensors, tokenizer, README.md).

What comes in is not trusted: nothing is unpickled, no link is followed, nothing but the files
below is copied, and the weights are read before the version is recorded.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from app.services.model_registry.card import NAME as CARD
from app.services.model_registry.card import plain_card
from app.services.model_registry.registry import (
    CONFIG,
    WEIGHTS,
    ModelRegistry,
    VersionView,
    require_weights,
)
from app.services.operations.scratch import IMPORT, scratch_folder
from app.services.team.permissions import require_administrator
from app.settings import Settings
from core.modeling.tokenizer_file import TokenizerError, check_tokenizer
from storage.engine import Sessions
from storage.repository.projects import check_label_name

NEEDED = (CONFIG, WEIGHTS, "tokenizer.json", "tokenizer_config.json")
ALLOWED = (
    *NEEDED,
    CARD,
    "special_tokens_map.json",
    "vocab.txt",
    "fragments.safetensors",
    "span_scaling.safetensors",
    "scores.json",
)
"""Everything a version may be made of; the rest is left behind and named."""
LARGEST, LARGEST_JSON = 4 * 2**30, 2**27
"""Bytes of one file that is brought in; of one that is parsed."""
_PICKLED = re.compile(r".*\.(bin|pt|pth|pkl|pickle|ckpt|joblib|npy|npz)", re.IGNORECASE)


class ModelImportError(ValueError):
    """Why a directory does not become a model version, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A version that was brought in, proposed to nobody yet."""

    version: VersionView
    left_behind: tuple[str, ...]
    """Names of what lay beside the model and was not copied."""


def export(sessions: Sessions, version_id: int, folder: Path) -> tuple[str, ...]:
    """Writes a version into a new folder, as a whole or not at all; returns its files' names.

    Raises `ModelImportError` if the folder is there already, `LookupError` for an unknown
    version, `ModelFolderError` if its own folder can no longer be read, or holds other weights.
    """
    version = ModelRegistry(sessions).get(version_id)
    require_weights(version)
    if folder.exists():
        raise ModelImportError(f"{folder} already exists; name a new folder")
    names = tuple(name for name in ALLOWED if (version.path / name).is_file())
    fresh = _beside(folder)
    try:
        for name in names:
            shutil.copyfile(version.path / name, fresh / name)
        if CARD not in names:
            (fresh / CARD).write_text(plain_card(version), encoding="utf-8")
        (fresh / "scores.json").write_text(_about(version), encoding="utf-8")
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return tuple(sorted({*names, CARD, "scores.json"}))


def bring_in(
    sessions: Sessions, settings: Settings, folder: Path, source: str | None = None
) -> Brought:
    """Checks a model folder, copies it below the data folder, and records it as proposed, from
    `source`: a file's name, else the folder's.

    Raises `ModelImportError` for what is missing, linked, pickled, or does not load.
    """
    with sessions() as session:
        require_administrator(session)
    found = _checked(folder)
    models = settings.data / "models"
    models.mkdir(parents=True, exist_ok=True)
    final = models / f"imported-{token_hex(6)}"
    with scratch_folder(models, IMPORT) as scratch:
        fresh = scratch / "model"
        fresh.mkdir()
        for name in found:
            shutil.copyfile(folder / name, fresh / name)
        _load(fresh)
        fresh.rename(final)
    version = _recorded(sessions, final, source or folder.name)
    behind = sorted(path.name for path in folder.iterdir() if path.name not in found)
    return Brought(version, tuple(behind))


def _recorded(sessions: Sessions, folder: Path, source: str) -> VersionView:
    """The version of a folder that nobody else has; without one, no folder is left."""
    try:
        return ModelRegistry(sessions).bring_in(folder, {"imported": {"from": source}})
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _checked(folder: Path) -> tuple[str, ...]:
    """The names of the files that make the model."""
    if folder.is_symlink() or not folder.is_dir():
        raise ModelImportError(
            f"{folder.name} is not a folder; name the folder that holds {CONFIG}"
        )
    pickled = sorted(path.name for path in folder.iterdir() if _PICKLED.fullmatch(path.name))
    if pickled and not (folder / WEIGHTS).is_file():
        raise ModelImportError(
            f"{folder.name} holds {', '.join(pickled)}, which can run code when it is read, and no "
            f"{WEIGHTS}; save the model with safetensors"
        )
    found = tuple(name for name in ALLOWED if (folder / name).exists())
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise ModelImportError(
            f"{folder.name} lacks {', '.join(missing)}; a version is a folder as "
            "`python -m app model export` or `python -m core train` writes it"
        )
    for name in found:
        _check_file(folder / name)
    _check_config(folder)
    _check_tokenizer(folder)
    return found


def _check_file(path: Path) -> None:
    if path.is_symlink() or not path.is_file():
        raise ModelImportError(f"{path.name} is a link or not a file; put the file itself there")
    size, largest = path.stat().st_size, LARGEST_JSON if path.suffix == ".json" else LARGEST
    if size > largest:
        raise ModelImportError(
            f"{path.name} has {size} bytes, expected at most {largest}; is it another file?"
        )


def _check_config(folder: Path) -> None:
    config, encoder = _parsed(folder / CONFIG), _parsed(folder / "tokenizer_config.json")
    try:
        labels = config["model"]["labels"]
        code = [where for where in (config, encoder) if "auto_map" in where]
        code += ["auto_map"] if "auto_map" in (config.get("encoder") or {}) else []
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelImportError(
            f"{CONFIG} is not a valid model configuration ({type(error).__name__}: {error}); it "
            "must have the parts 'encoder' and 'model', and labels in the second"
        ) from None
    if code:
        raise ModelImportError(f"{folder.name} requests custom code ('auto_map'); remove it")
    if not isinstance(labels, list) or not labels or not all(isinstance(x, str) for x in labels):
        raise ModelImportError(f"{CONFIG}: labels must be a list of names, got {labels!r:.80}")
    if len(set(labels)) != len(labels):
        raise ModelImportError(f"{CONFIG} names a label twice: {', '.join(labels)}")
    for label in labels:
        check_label_name(label)


def _check_tokenizer(folder: Path) -> None:
    try:
        check_tokenizer(_parsed(folder / "tokenizer.json"))
    except TokenizerError as error:
        raise ModelImportError(str(error)) from None


def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelImportError(
            f"{path.name} is not a valid model configuration ({type(error).__name__}: {error}); "
            "it is no JSON, or cut off: copy the whole folder again"
        ) from None


def _load(folder: Path) -> None:
    from core.inference.instant.scaling import Scaling
    from core.modeling.model import DiffusionNER, parameter_count

    try:
        parameters = parameter_count(_parsed(folder / CONFIG))
        weights = (folder / WEIGHTS).stat().st_size
        if parameters > weights:  # a weight has a byte at the least
            raise ModelImportError(
                f"{CONFIG} describes {parameters} weights, and {WEIGHTS} has {weights} bytes; copy "
                "both from one model"
            )
        Scaling.load(folder, DiffusionNER.load(folder))
    except ModelImportError:
        raise
    except Exception as error:  # whatever a stranger's files do to the loader
        reason = str(error).replace(str(folder), "its folder")
        raise ModelImportError(f"the model cannot be loaded: {reason}") from error


def _beside(folder: Path) -> Path:
    fresh = folder.with_name(f".{folder.name}-{token_hex(4)}")
    fresh.mkdir(parents=True)
    return fresh


def _about(version: VersionView) -> str:
    """Where it comes from and how well it does, for programs."""
    about: dict[str, Any] = {
        "version": version.id,
        "parent": version.parent_id,
        "labels": list(version.labels),
        "data_hash": version.data_hash,
        "settings": dict(version.settings).get("training"),
        "scores": dict(version.metrics),
        "made": version.created_at.isoformat(),
    }
    return json.dumps(about, ensure_ascii=False, indent=2) + "\n"

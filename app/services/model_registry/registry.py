"""Model versions: the bundled one, those that retraining proposes, and the one that serves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.services.model_registry.significance import Difference, Estimate
from app.services.team.permissions import doer, require_administrator
from app.services.webhooks import events as webhook_events
from app.settings import ROOT
from core.evaluation.metrics import Shares, stored_shares
from core.modeling.file_format import outdated
from storage.engine import Sessions, writing
from storage.enums import VersionState
from storage.models import ModelVersion
from storage.repository import events, model_versions

CONFIG, WEIGHTS = "config.json", "model.safetensors"
DIGEST = "weights_sha256"
"""The setting of a version that says which weights its folder held."""
PROMOTED = "model promoted"
"""The event of a move of the active version."""


class ModelFolderError(ValueError):
    """A model folder that is missing or cannot be read, and what to do about it."""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """Old and new on the holdout split, for one label or for all; shares in 0..1."""

    label: str | None
    """None: all labels together."""
    gold: int
    """Entities to be found."""
    old: Shares
    """Of the parent."""
    new: Shares


@dataclass(frozen=True, slots=True)
class VersionView:
    """A model version as the page shows it."""

    id: int
    path: Path
    state: VersionState
    labels: tuple[str, ...]
    parent_id: int | None
    metrics: Mapping[str, Any]
    data_hash: str | None
    settings: Mapping[str, Any]
    created_at: datetime

    @property
    def comparison(self) -> tuple[ScoreRow, ...]:
        """The parent's scores beside this version's, all labels first; empty if never measured."""
        holdout = self.metrics.get("holdout")
        if not holdout:
            return ()
        old, new = holdout["old"], holdout["new"]
        labels = sorted({*old["per_label"], *new["per_label"]})
        return (
            _row(None, old, new),
            *(
                _row(name, old["per_label"].get(name), new["per_label"].get(name))
                for name in labels
            ),
        )

    @property
    def difference(self) -> Difference | None:
        """F1 against the parent's, with its interval; None if it was never tested."""
        holdout = self.metrics.get("holdout") or {}
        if "documents" not in holdout:
            return None
        estimate = holdout["difference"]
        old, new = (stored_shares(holdout[side])[2] for side in ("old", "new"))
        return Difference(
            old, new, None if estimate is None else Estimate(**estimate), holdout["documents"]
        )


class ModelRegistry:
    """The model versions of one database. Only `promote` moves the active one."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def ensure_bundled(self, folder: Path) -> VersionView:
        """The active version; where there is none yet, the model at `folder` becomes it.

        Raises `ModelFolderError` if the one or the other is no model folder, or one of a
        version of the program that this one cannot read.
        """
        present = self.active()
        if present is not None:
            labels_of(present.path)
            return present
        labels = labels_of(folder)
        with writing(self._sessions) as session:
            return _view(model_versions.ensure_active(session, recorded_path(folder), labels))

    def follow_update(self, folder: Path) -> None:
        """Make the model at `folder` a version of its own where the active version is recorded
        there with other weights, which an update of the program replaced: what those suggested and
        what was learnt on top of them stays theirs. Raises `ModelFolderError`."""
        path = recorded_path(folder)
        active = self.active()
        if active is None or recorded_path(active.path) != path:
            return
        labels, weights = labels_of(folder), _digest(folder / WEIGHTS)
        if active.settings.get(DIGEST) == weights:
            return
        with writing(self._sessions) as session:
            version = model_versions.active(session)
            if version is None or version.path != path:
                return
            present = version.settings.get(DIGEST)
            if present is None:
                version.settings = {**version.settings, DIGEST: weights}
            if present in (None, weights):
                return
            of_folder = (v for v in model_versions.every(session) if v.path == path)
            known = next((v for v in of_folder if v.settings.get(DIGEST) == weights), None)
            new = known or model_versions.register(
                session, path, labels, settings={DIGEST: weights}
            )
            _promote(session, new.id, "its folder holds other weights than before")

    def active(self) -> VersionView | None:
        with self._sessions() as session:
            version = model_versions.active(session)
            return _view(version) if version else None

    def get(self, version_id: int) -> VersionView:
        """Raises `LookupError` if there is no such version."""
        with self._sessions() as session:
            return _view(model_versions.get(session, version_id))

    def versions(self) -> tuple[VersionView, ...]:
        """All of them, the newest first."""
        with self._sessions() as session:
            return tuple(map(_view, model_versions.every(session)))

    def promote(self, version_id: int, why: str = "", *, back: bool = False) -> VersionView:
        """Makes a version the one that suggests from now on; a person decides this.

        Who did it, from which version and why is written down for good, unless it is active
        already. `back` marks a return, see `app.services.model_registry.promotions`. Raises
        `LookupError` for an unknown version, `ModelFolderError` if its folder can no longer be
        read, or holds other weights by now.
        """
        with self._sessions() as session:
            require_administrator(session)
        require_weights(self.get(version_id))
        with writing(self._sessions) as session:
            return _view(_promote(session, version_id, why.strip(), back))

    def propose(
        self,
        folder: Path,
        *,
        parent_id: int,
        metrics: Mapping[str, Any],
        data_hash: str,
        settings: Mapping[str, Any],
    ) -> VersionView:
        """Records a trained model beside the active one; a folder is recorded once."""
        with self._sessions() as session:
            require_administrator(session)
        labels = labels_of(folder)
        path = recorded_path(folder)
        with writing(self._sessions) as session:
            known = model_versions.by_path(session, path)
            return _view(
                known
                or model_versions.register(
                    session,
                    path,
                    labels,
                    parent_id=parent_id,
                    metrics=metrics,
                    data_hash=data_hash,
                    settings=settings,
                )
            )

    def bring_in(self, folder: Path, settings: Mapping[str, Any]) -> VersionView:
        """Records a model from elsewhere, which has no parent here, as proposed."""
        with self._sessions() as session:
            require_administrator(session)
        labels = labels_of(folder)
        with writing(self._sessions) as session:
            return _view(
                model_versions.register(session, recorded_path(folder), labels, settings=settings)
            )


def located(version: ModelVersion) -> Path:
    """A version's folder."""
    return ROOT / version.path


def recorded_path(folder: Path) -> str:
    """A folder as it is recorded: below the checkout relative to it, so that it can be moved."""
    path = folder.resolve()
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def labels_of(folder: Path) -> tuple[str, ...]:
    """The labels of a model folder, read without loading the model.

    Raises `ModelFolderError` if the model is not there, or not one that this version can use.
    """
    missing = [name for name in (CONFIG, WEIGHTS) if not (folder / name).is_file()]
    if missing:
        raise ModelFolderError(
            f"{folder} is not a model folder: {' and '.join(missing)} missing; restore the "
            "folder, or set SPANNEAL_MODEL to a model that `python -m core train` wrote"
        )
    try:
        saved = json.loads((folder / CONFIG).read_text())
        labels = tuple(saved["model"]["labels"])
    except (ValueError, KeyError, TypeError) as error:
        raise ModelFolderError(
            f"{folder / CONFIG} does not list the model's labels ({error!r}); restore it from the "
            "folder that training wrote"
        ) from None
    if problem := outdated(saved):
        raise ModelFolderError(
            f"the model at {folder} {problem}; or promote another version on the Train page, and "
            "retrain from that"
        )
    return labels


def require_weights(version: VersionView) -> None:
    """Raises `ModelFolderError` if the version's folder holds no model that can be used, or another
    one than the version: an update of the program replaces the bundled weights."""
    labels_of(version.path)
    recorded = version.settings.get(DIGEST)
    if recorded is not None and _digest(version.path / WEIGHTS) != recorded:
        raise ModelFolderError(
            f"{version.path} holds other weights than those of version {version.id}, since an "
            "update of the program replaced them; choose the version that was recorded for the "
            "present ones, or put the folder of before back"
        )


def intact(version: VersionView) -> bool:
    """Whether its folder still holds the version's own weights, in a form that can be used."""
    try:
        require_weights(version)
    except ModelFolderError:
        return False
    return True


def usable(version: VersionView) -> bool:
    """Whether its folder holds a model that this version of the program can use."""
    try:
        labels_of(version.path)
    except ModelFolderError:
        return False
    return True


def _promote(session: Session, version_id: int, why: str, back: bool = False) -> ModelVersion:
    before = model_versions.active(session)
    version = model_versions.promote(session, version_id)
    if before is not version:
        moved = {"from": before.id if before else None, "to": version.id}
        detail = {**moved, "why": why, "back": back}
        entry = events.record(session, doer(session), PROMOTED, detail=detail)
        webhook_events.promoted(session, entry, moved["from"], version.id, doer(session))
    return version


def _digest(file: Path) -> str:
    now = file.stat()
    return _digest_of(file, now.st_mtime_ns, now.st_size)


@lru_cache(maxsize=8)
def _digest_of(file: Path, _changed: int, _size: int) -> str:
    """Of a file that has not changed since, as it takes a moment."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _view(version: ModelVersion) -> VersionView:
    return VersionView(
        id=version.id,
        path=located(version),
        state=version.state,
        labels=tuple(version.labels),
        parent_id=version.parent_id,
        metrics=version.metrics,
        data_hash=version.data_hash,
        settings=version.settings,
        created_at=version.created_at,
    )


def _row(
    label: str | None, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> ScoreRow:
    gold = (new or old or {}).get("gold", 0)
    return ScoreRow(label, gold, stored_shares(old or {}), stored_shares(new or {}))

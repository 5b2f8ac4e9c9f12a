"""Model versions: proposed by training, made active by a person, never deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import ModelVersion


def register(
    session: Session,
    path: str,
    labels: Sequence[str],
    *,
    parent_id: int | None = None,
    metrics: Mapping[str, Any] | None = None,
    data_hash: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> ModelVersion:
    """Records a model folder as proposed."""
    version = ModelVersion(
        path=path,
        labels=list(labels),
        parent_id=parent_id,
        metrics=dict(metrics or {}),
        data_hash=data_hash,
        settings=dict(settings or {}),
    )
    session.add(version)
    session.flush()
    return version


def ensure_active(session: Session, path: str, labels: Sequence[str]) -> ModelVersion:
    """The active version; where there is none yet, the model at `path` becomes it."""
    present = active(session)
    if present is not None:
        return present
    return promote(session, register(session, path, labels).id)


def get(session: Session, version_id: int) -> ModelVersion:
    version = session.get(ModelVersion, version_id)
    if version is None:
        raise LookupError(f"there is no model version {version_id}; the Train page lists them")
    return version


def active(session: Session) -> ModelVersion | None:
    return session.scalars(select(ModelVersion).where(ModelVersion.state == "active")).one_or_none()


def every(session: Session) -> Sequence[ModelVersion]:
    """All versions, the newest first."""
    return session.scalars(select(ModelVersion).order_by(ModelVersion.id.desc())).all()


def by_path(session: Session, path: str) -> ModelVersion | None:
    """The newest version recorded for a model folder."""
    query = select(ModelVersion).where(ModelVersion.path == path).order_by(ModelVersion.id.desc())
    return session.scalars(query.limit(1)).one_or_none()


def promote(session: Session, version_id: int) -> ModelVersion:
    """Makes a version the active one and retires the one before, in the caller's transaction.

    A retired version can be promoted again: that is how to go back.
    """
    version = get(session, version_id)
    before = active(session)
    if before is version:
        return version
    if before is not None:
        before.state = "retired"
        session.flush()  # a unique index allows one active version at every moment
    version.state = "active"
    session.flush()
    return version


def labels_of(session: Session, version_id: int) -> frozenset[str]:
    """What the version can suggest; nothing for one that is not registered."""
    version = session.get(ModelVersion, version_id)
    return frozenset(version.labels) if version else frozenset()


def first_of(session: Session, version: ModelVersion) -> ModelVersion:
    """The version that the retrainings up to this one began with."""
    while version.parent_id is not None:
        version = get(session, version.parent_id)
    return version

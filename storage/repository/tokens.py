"""Programs' tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.enums import TokenScope
from storage.models import ApiToken, User


def add(
    session: Session,
    name: str,
    digest: str,
    *,
    user_id: int | None,
    project_id: int | None,
    scope: TokenScope,
    expires_at: datetime | None,
) -> ApiToken:
    """`digest` is the SHA-256, in hexadecimal, of what the program keeps."""
    token = ApiToken(
        name=name,
        digest=digest,
        user_id=user_id,
        project_id=project_id,
        scope=scope,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    return token


def named(session: Session, name: str) -> ApiToken | None:
    return session.scalars(select(ApiToken).where(ApiToken.name == name)).one_or_none()


def every(session: Session) -> Sequence[ApiToken]:
    return session.scalars(select(ApiToken).order_by(ApiToken.id)).all()


def found(session: Session, digest: str) -> tuple[ApiToken, User | None] | None:
    query = (
        select(ApiToken, User)
        .outerjoin(User, User.id == ApiToken.user_id)
        .where(ApiToken.digest == digest)
    )
    row = session.execute(query).one_or_none()
    return (row[0], row[1]) if row else None

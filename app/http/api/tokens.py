"""Tokens of programs: made and rotated with a secret that is told once, listed, revoked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from app.http.common.authentication import Caller, Calling
from app.http.common.errors import ApiError
from app.services.team import tokens
from storage.enums import TokenScope

router = APIRouter(prefix="/tokens", tags=["tokens"])
Name = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/]+$")]
_NEW_NAME = r"^\w([\w .,:@+-]*\w)?$"
"""One that an address can hold, and a list show."""
_Days = Annotated[int | None, Field(ge=1, le=tokens.LONGEST.days)]


class Validity(BaseModel):
    model_config = ConfigDict(extra="forbid")

    days: _Days = None
    """null: valid until it is revoked."""


class NewToken(Validity):
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=_NEW_NAME)]
    person: (
        Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")] | None
    ) = None
    """The account that it acts for; null: the person who asks, where people sign in."""
    project_id: Annotated[int | None, Field(ge=1, lt=2**31)] = None
    """The only project that it reaches; null: all that the person does."""
    scope: TokenScope = "manage"


class TokenSecret(BaseModel):
    name: str
    secret: str
    """What programs send; it is shown only now."""


class TokenOut(BaseModel):
    name: str
    person: str | None
    project_id: int | None
    scope: TokenScope
    expires_at: datetime | None
    created_at: datetime
    used_at: datetime | None
    """Exact to five minutes; null: never."""
    revoked_at: datetime | None


@router.get("")
def list_tokens(caller: Calling) -> list[TokenOut]:
    """All tokens without their secrets, the revoked ones too; an administrator's."""
    found = tokens.every(_everywhere(caller).sessions)
    return [TokenOut.model_validate(token, from_attributes=True) for token in found]


@router.post("", status_code=201)
def create(new: NewToken, caller: Calling) -> TokenSecret:
    """Makes a token and tells its secret; an administrator's. 409 where the name is taken."""
    asking = caller.person if caller.settings.signs_in else None
    secret = tokens.create(
        _everywhere(caller).sessions,
        new.name,
        new.person or asking,
        new.project_id,
        scope=new.scope,
        valid=_valid(new.days),
    )
    return TokenSecret(name=new.name, secret=secret)


@router.post("/{name}/rotate")
def rotate(name: Name, wanted: Validity, caller: Calling) -> TokenSecret:
    """Gives a token a new secret, valid for so many days from now; the old one ends at once. An
    administrator's. 409 where it was revoked."""
    secret = tokens.rotate(_everywhere(caller).sessions, name, _valid(wanted.days))
    return TokenSecret(name=name, secret=secret)


@router.delete("/{name}", status_code=204)
def revoke(name: Name, caller: Calling) -> None:
    """Ends a token; it stays in the list, and its name taken. An administrator's."""
    tokens.revoke(_everywhere(caller).sessions, name)


def _everywhere(caller: Caller) -> Caller:
    """Raises `ApiError` for a token of one project: it could make one that reaches further."""
    if caller.project_id is not None:
        raise ApiError(
            403,
            "this token is for one project and manages no tokens",
            got=f"a token for project {caller.project_id}",
            expected="a token for all projects",
            remedy="Create a token without --project: python -m app token create --name NAME",
        )
    return caller


def _valid(days: int | None) -> timedelta | None:
    return None if days is None else timedelta(days=days)

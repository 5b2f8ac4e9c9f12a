"""Tokens of programs, as `Client.tokens`; all of it an administrator's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from .connection import Connection
from .records import read


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret."""

    name: str
    person: str | None
    """The account that it acts for; None where people do not sign in."""
    project_id: int | None
    """The only project that it reaches; None: all that the person does."""
    scope: str
    """`read`, `annotate` or `manage`."""
    expires_at: datetime | None
    """None: valid until it is revoked."""
    created_at: datetime
    used_at: datetime | None
    """Exact to five minutes; None: never."""
    revoked_at: datetime | None


class Tokens:
    """Secrets by which programs are let in. Every method raises as those of `Client`."""

    def __init__(self, server: Connection) -> None:
        self._server = server

    def every(self) -> list[Token]:
        """All tokens, the revoked ones too."""
        return [read(Token, item) for item in self._server.ask("GET", "/tokens")]

    def create(
        self,
        name: str,
        *,
        person: str | None = None,
        project_id: int | None = None,
        scope: str = "manage",
        days: int | None = None,
    ) -> str:
        """A new token's secret, which is told only now. It acts for `person`, an account, by
        default the client's own; for `days` days, by default until it is revoked. `scope` is
        `read`, `annotate` or `manage`."""
        body = {
            "name": name,
            "person": person,
            "project_id": project_id,
            "scope": scope,
            "days": days,
        }
        return _secret(self._server.ask("POST", "/tokens", json=body))

    def rotate(self, name: str, days: int | None = None) -> str:
        """Another secret for the token, valid from now for `days` days, by default until it is
        revoked; the one before ends at once. A client that rotates its own
        token needs another `Client` with the new secret."""
        answer = self._server.ask("POST", f"{_path(name)}/rotate", json={"days": days})
        return _secret(answer)

    def revoke(self, name: str) -> None:
        """Ends a token. It stays in the list, and its name taken."""
        self._server.ask("DELETE", _path(name))


def _path(name: str) -> str:
    return f"/tokens/{quote(name, safe='')}"


def _secret(answer: dict[str, str]) -> str:
    return answer["secret"]

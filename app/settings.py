"""Where things are kept and who is at work: read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parents[1]
"""The checkout: the bundled model and the samples lie below it."""
Auth = Literal["off", "none", "accounts", "oidc"]
"""Who may open the page: whoever is at this machine; whoever reaches it, which somebody has said
in so many words; who has an account; who signs in at an OpenID Connect provider and has one."""
LogForm = Literal["text", "json"]
WebhookTargets = Literal["public", "private"]
VARIABLES: Mapping[str, str] = {
    "SPANNEAL_DATA": "the folder for all data (default: data, in the checkout)",
    "SPANNEAL_DATABASE": "SQLAlchemy URL of documents and annotations (default: SQLite in it)",
    "SPANNEAL_JOBS": "SQLAlchemy URL of retraining jobs (default: SQLite in it)",
    "SPANNEAL_MODEL": "the model that a new installation starts with (default: the bundled one)",
    "SPANNEAL_PERSON": "the name that annotations are saved under when nobody signs in",
    "SPANNEAL_AUTH": "who may open the page: off, none, accounts or oidc (default: off)",
    "SPANNEAL_LOG": "log format: text, or json with one object per line (default: text)",
    "SPANNEAL_WEBHOOKS": "webhooks lead to public addresses, or, private, to any (default: public)",
    "SPANNEAL_METRICS_TOKEN": "bearer token for /metrics (default: none, this machine only)",
}
"""Every variable that the program reads, and what it says."""
_PREFIX = "SPANNEAL_"
_DATABASES = ("sqlite", "postgresql")
_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")
_LONGEST_PERSON = 200
"""Characters, as the database has room for."""
_ALIKE = 0.8
"""From this similarity on a name counts as misspelt. Kubernetes makes variables such as
SPANNEAL_DATABASE_PORT for a service of that name, which are less alike."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of the page, the worker and the command line. Paths are absolute."""

    data: Path
    """The folder of everything that is written: databases, trained models."""
    database: str
    """The SQLAlchemy URL of documents and annotations."""
    model: Path
    """The model folder that a new project starts with."""
    person: str
    """The name that submitted annotations are kept under."""
    jobs: str
    """The SQLAlchemy URL of DBOS, which keeps retraining jobs."""
    auth: Auth = "off"
    log: LogForm = "text"
    webhooks: WebhookTargets = "public"
    """Whether webhooks may lead into private networks, too."""
    metrics_token: str = field(default="", repr=False)

    @property
    def signs_in(self) -> bool:
        """Whether the page knows people by their accounts."""
        return self.auth in ("accounts", "oidc")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the `SPANNEAL_*` variables; one that is unset or blank takes its default.

        Raises `ValueError` for a misspelt name, a database URL that is none, an unknown way to
        sign in, or what is no name of a person.
        """
        given = os.environ if environment is None else environment
        _require_spelt(given)

        def value(name: str, default: str) -> str:
            assert name in VARIABLES
            return given.get(name, "").strip() or default

        data = _path(value("SPANNEAL_DATA", str(ROOT / "data")))
        return cls(
            data=data,
            database=_url(
                "SPANNEAL_DATABASE", value("SPANNEAL_DATABASE", f"sqlite:///{data}/spanneal.db")
            ),
            model=_path(value("SPANNEAL_MODEL", str(ROOT / "assets" / "models" / "default"))),
            person=_person(value("SPANNEAL_PERSON", "annotator")),
            jobs=_url("SPANNEAL_JOBS", value("SPANNEAL_JOBS", f"sqlite:///{data}/jobs.db")),
            auth=_auth(value("SPANNEAL_AUTH", "off")),
            log=_log(value("SPANNEAL_LOG", "text")),
            webhooks=_webhooks(value("SPANNEAL_WEBHOOKS", "public")),
            metrics_token=value("SPANNEAL_METRICS_TOKEN", ""),
        )


def _path(value: str) -> Path:
    return Path(value).expanduser().resolve()


def _require_spelt(given: Iterable[str]) -> None:
    """Raises `ValueError` for a name that is nearly a variable's."""
    for name in given:
        if name.startswith(_PREFIX) and name not in VARIABLES and (meant := _meant(name)):
            raise ValueError(
                f"{name} is not a variable of this program; did you mean {meant}? Rename or "
                "remove it"
            )


@cache
def _meant(name: str) -> str | None:
    """The variable that is spelt nearly so; None where there is none."""
    bare = name.removeprefix(_PREFIX)
    known = [variable.removeprefix(_PREFIX) for variable in VARIABLES]
    swapped = [variable for variable in known if sorted(variable) == sorted(bare)]
    alike = swapped or get_close_matches(bare, known, n=1, cutoff=_ALIKE)
    return _PREFIX + alike[0] if alike else None


def _person(value: str) -> str:
    if not value.isprintable() or len(value) > _LONGEST_PERSON:
        raise ValueError(
            f"SPANNEAL_PERSON must be one line of at most {_LONGEST_PERSON} visible characters, "
            f"got {value[:80]!r}"
        )
    return value


def _auth(value: str) -> Auth:
    if value not in get_args(Auth):
        raise ValueError(f"SPANNEAL_AUTH must be one of {', '.join(get_args(Auth))}, got {value!r}")
    return cast(Auth, value)


def _log(value: str) -> LogForm:
    if value not in get_args(LogForm):
        raise ValueError(f"SPANNEAL_LOG must be text or json, got {value!r}")
    return cast(LogForm, value)


def _webhooks(value: str) -> WebhookTargets:
    if value not in get_args(WebhookTargets):
        raise ValueError(f"SPANNEAL_WEBHOOKS must be public or private, got {value!r}")
    return cast(WebhookTargets, value)


def _url(name: str, value: str) -> str:
    if "://" not in value:
        raise ValueError(
            f"{name} must be an SQLAlchemy URL, got {value!r}; "
            f"for a file write sqlite:////absolute/path.db"
        )
    database = value.partition("://")[0].partition("+")[0]
    if database not in _DATABASES:
        raise ValueError(
            f"{name} must begin with sqlite:// or postgresql+psycopg://, got {database}://; no "
            "other database is supported"
        )
    _require_usable(name, value)
    return value


def _require_usable(name: str, url: str) -> None:
    """Raises `ValueError`, which repeats no password, for a URL that leads to no database."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError(
            f"{name} cannot be read as a URL; write sqlite:////absolute/path.db or "
            "postgresql+psycopg://USER@HOST:PORT/DATABASE, with a number as port and %40 for an "
            "@ in a password"
        ) from None
    if parsed.drivername not in _DRIVERS:
        raise ValueError(
            f"{name} must name the driver psycopg or none, got {parsed.drivername}://; write "
            f"{parsed.get_backend_name()}://"
        )
    in_memory = parsed.database in (None, "", ":memory:")
    if parsed.get_backend_name() == "sqlite" and in_memory:
        raise ValueError(
            f"{name} is a database in memory, which is gone when a process ends; for a file write "
            "sqlite:////absolute/path.db"
        )

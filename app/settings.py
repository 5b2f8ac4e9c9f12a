"""Where things are kept and who is at work: read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast, get_args

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
_DATABASES = ("sqlite", "postgresql")


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

        Raises `ValueError` for a database URL that is none, or an unknown way to sign in.
        """
        given = os.environ if environment is None else environment

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
            person=value("SPANNEAL_PERSON", "annotator"),
            jobs=_url("SPANNEAL_JOBS", value("SPANNEAL_JOBS", f"sqlite:///{data}/jobs.db")),
            auth=_auth(value("SPANNEAL_AUTH", "off")),
            log=_log(value("SPANNEAL_LOG", "text")),
            webhooks=_webhooks(value("SPANNEAL_WEBHOOKS", "public")),
            metrics_token=value("SPANNEAL_METRICS_TOKEN", ""),
        )


def _path(value: str) -> Path:
    return Path(value).expanduser().resolve()


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
    return value

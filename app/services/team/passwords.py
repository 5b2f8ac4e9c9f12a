"""Passwords: which may be chosen, and how they are kept (Argon2id).

The settings are argon2-cffi's, which are RFC 9106's second choice: 64 MiB, three passes.
"""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 200
"""Characters. The longest keeps hashing from being made to work for nothing."""
LOOKED_AT = 72
"""Characters of a password that are guessed at; guessing takes longer the longer it is."""
EASILY_GUESSED = 1
"""zxcvbn's score up to which a password falls to 10⁶ guesses."""
_HASHER = PasswordHasher()


class PasswordError(ValueError):
    """A password that cannot be chosen, and why."""


def hashed(password: str, name: str) -> str:
    """The Argon2id hash of a new password. Raises `PasswordError` for a weak one."""
    check(password, name)
    return _HASHER.hash(_plain(password))


def matches(hashed: str | None, password: str) -> bool:
    """Whether it is the password; as slow for an account that there is not (None), and for a
    password that is too long to be any."""
    possible = hashed if len(password) <= LONGEST else None
    nobodys = _nobodys_hash()  # whoever is asked for, or the first answer would tell
    try:
        right = _HASHER.verify(possible or nobodys, _plain(password[:LONGEST]))
        return right and possible is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(hashed: str) -> bool:
    """Whether it was hashed with weaker settings than a new password would be."""
    return _HASHER.check_needs_rehash(hashed)


def rehashed(password: str) -> str:
    return _HASHER.hash(_plain(password))


def one_time() -> str:
    """A password for somebody to sign in with once: 128 bits."""
    return secrets.token_urlsafe(16)


def check(password: str, name: str) -> None:
    """Raises `PasswordError` for a password that is short, or among those tried first."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordError(
            f"a password must have {SHORTEST} to {LONGEST} characters, got {len(password)}; a "
            "passphrase of several words works well"
        )
    same = _plain(password).casefold() == _plain(name).casefold()
    if same or _easily_guessed(password, name):
        raise PasswordError(
            "this password is easy to guess: it is common, follows a pattern, or contains the "
            "name; use several unrelated words instead"
        )


@cache
def _nobodys_hash() -> str:
    """What is compared where there is no account, so that the answer takes as long."""
    return _HASHER.hash(secrets.token_urlsafe())


def _easily_guessed(password: str, name: str) -> bool:
    from zxcvbn import zxcvbn  # reads its lists of common passwords

    inputs = [name, *name.split(), "spanneal"]
    score: int = zxcvbn(password[:LOOKED_AT], user_inputs=inputs)["score"]
    return score <= EASILY_GUESSED


def _plain(password: str) -> str:
    """One form for what keyboards write in several."""
    return unicodedata.normalize("NFKC", password)

"""Under which name a provider's person is known here."""

from __future__ import annotations

import pytest

from app.whoami import name_of

ADDRESS = "bo@example.org"


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"email": ADDRESS, "email_verified": True}, ADDRESS),
        ({"email": ADDRESS, "email_verified": "true"}, ADDRESS),
        ({"email": ADDRESS}, ADDRESS),
        ({"email": ADDRESS, "email_verified": False, "preferred_username": "bo"}, "bo"),
        ({"preferred_username": "bo"}, "bo"),
        ({"preferred_username": ADDRESS}, ADDRESS),
    ],
)
def test_it_is_the_verified_address_else_the_preferred_name(
    claims: dict[str, object], name: str
) -> None:
    assert name_of(claims) == name


@pytest.mark.parametrize("verified", [False, "false", "False", 0, None])
@pytest.mark.parametrize("preferred", [ADDRESS, "boss@example.org", "", None])
def test_an_address_that_is_not_verified_does_not_come_back_as_the_preferred_name(
    verified: object, preferred: object
) -> None:
    claims = {"email": ADDRESS, "email_verified": verified, "preferred_username": preferred}

    assert name_of(claims) is None


def test_who_has_neither_has_no_name() -> None:
    assert name_of({}) is None
    assert name_of({"email": "", "preferred_username": ["bo"]}) is None

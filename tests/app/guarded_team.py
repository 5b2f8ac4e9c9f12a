"""The services about a team and about whom it tells, with what each needs and a call of it."""

from __future__ import annotations

from app.services.team import (
    accounts,
    adjudication,
    agreement,
    assignment,
    members,
    permissions,
    sign_in,
    tokens,
)
from app.services.webhooks import webhooks
from tests.app.guarded_models import Call
from tests.app.world import World

OF_TEAM: dict[str, tuple[str, Call]] = {
    "team.accounts.every": ("administer", lambda w: accounts.every(w.sessions)),
    "team.accounts.add": ("administer", lambda w: accounts.add(w.sessions, "Stranger", None)),
    "team.accounts.reset": (
        "administer",
        lambda w: accounts.reset(w.sessions, "Second", "seven grey herons rowing"),
    ),
    "team.accounts.disable": ("administer", lambda w: accounts.disable(w.sessions, "Second")),
    "team.accounts.enable": ("administer", lambda w: accounts.enable(w.sessions, "Second")),
    "team.accounts.set_administrator": (
        "administer",
        lambda w: accounts.set_administrator(w.sessions, "Second", True),
    ),
    "webhooks.webhooks.create": (
        "administer",
        lambda w: webhooks.create(
            w.sessions, w.project, "https://example.org", ["job.failed"], private=False
        ),
    ),
    "webhooks.webhooks.every": ("administer", lambda w: webhooks.every(w.sessions, w.project)),
    "webhooks.webhooks.summaries": (
        "administer",
        lambda w: webhooks.summaries(w.sessions, w.project),
    ),
    "webhooks.webhooks.set_active": (
        "administer",
        lambda w: webhooks.set_active(w.sessions, w.project, 1, False),
    ),
    "webhooks.webhooks.delete": (
        "administer",
        lambda w: webhooks.delete(w.sessions, w.project, 1),
    ),
    "webhooks.webhooks.deliveries": (
        "administer",
        lambda w: webhooks.deliveries(w.sessions, w.project, 1),
    ),
    "webhooks.webhooks.send_test": (
        "administer",
        lambda w: webhooks.send_test(w.sessions, w.project, 1),
    ),
    "team.members.of_project": ("review", lambda w: members.of_project(w.sessions, w.project)),
    "team.members.assign": (
        "administer",
        lambda w: members.assign(w.sessions, w.project, "Annotator", "annotator"),
    ),
    "team.adjudication.case": ("review", lambda w: adjudication.case(w.sessions, w.document)),
    "team.adjudication.decide": (
        "review",
        lambda w: adjudication.decide(w.sessions, w.document, (), (), w.name),
    ),
    "team.adjudication.waiting": ("review", lambda w: adjudication.waiting(w.sessions, w.project)),
    "team.adjudication.accept_agreed": (
        "review",
        lambda w: adjudication.accept_agreed(w.sessions, w.project, w.name),
    ),
    "team.agreement.state": ("review", lambda w: agreement.state(w.sessions, w.project)),
    "team.agreement.collect": ("review", lambda w: agreement.collect(w.sessions, w.project)),
    "team.assignment.assign": (
        "review",
        lambda w: assignment.assign(w.sessions, w.project, ["Annotator"], [w.document]),
    ),
    "team.assignment.assign_next": (
        "review",
        lambda w: assignment.assign_next(w.sessions, w.project, ["Annotator"], 1),
    ),
    "team.assignment.candidates": (
        "review",
        lambda w: assignment.candidates(w.sessions, w.project),
    ),
    "team.assignment.leave": (
        "annotate",
        lambda w: assignment.leave(w.sessions, w.document, w.name),
    ),
    "team.assignment.given": ("review", lambda w: assignment.given(w.sessions, w.project)),
    "team.assignment.set_annotators": (
        "review",
        lambda w: assignment.set_annotators(w.sessions, w.project, 1),
    ),
    "team.assignment.withdraw": (
        "review",
        lambda w: assignment.withdraw(w.sessions, w.document, "Annotator"),
    ),
    "team.sign_in.sign_out_everywhere": (
        "administer",
        lambda w: sign_in.sign_out_everywhere(w.sessions, _second(w)),
    ),
    "team.permissions.require_in": (
        "review",
        lambda w: permissions.require_in(w.sessions, w.project, "review"),
    ),
    "team.tokens.rotate": ("administer", lambda w: tokens.rotate(w.sessions, "script")),
    "team.tokens.create": ("administer", lambda w: tokens.create(w.sessions, f"token of {w.who}")),
    "team.tokens.every": ("administer", lambda w: tokens.every(w.sessions)),
    "team.tokens.revoke": ("administer", lambda w: tokens.revoke(w.sessions, "unknown")),
}


def _second(world: World) -> int:
    with world.sessions() as session:
        from storage.repository import users

        result = users.named(session, "Second")
        assert result is not None
        return result.id

"""Every service asks who is at work: a table of all of them, and of who may do what."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

import app.services
from app.services.interchange import importing
from app.services.operations import figures, projects, trash
from app.services.team import accounts, members, permissions, sign_in
from app.services.team.permissions import Acting, NotAllowedError
from storage.engine import writing
from storage.models import Document, Project
from storage.repository import documents, model_versions
from storage.repository import projects as rows
from tests.app.guarded import GUARDED, LEVELS, PEOPLE
from tests.app.material import new_project
from tests.app.open_services import OPEN
from tests.app.world import World
from tests.databases import copy_migrated


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    from storage.engine import create_engine_from, session_factory

    folder = tmp_path_factory.mktemp("world")
    engine = create_engine_from(f"sqlite:///{copy_migrated(folder / 'spanneal.db')}")
    sessions = session_factory(engine)
    project = new_project(sessions)
    people = {}
    for who in PEOPLE:
        made = accounts.add(sessions, who.title(), None, administrator=who == "administrator")
        people[who] = Acting(made.name, made.id, made.administrator)
    accounts.add(sessions, "Second", None, administrator=True)
    members.assign(sessions, project, "Annotator", "annotator")
    members.assign(sessions, project, "Reviewer", "reviewer")
    members.assign(sessions, new_project(sessions, name="Other"), "Stranger", "reviewer")
    with writing(sessions) as session:
        document = documents.add(session, project, name="open", text="Anna met Bo.", split="train")
        assert document is not None
        label = rows.labels(session, project)[0].id
        model_versions.ensure_active(session, "nowhere", ("PER",))
        world = World(sessions, people, project, document.id, label, folder)
    yield world
    engine.dispose()


def services() -> Iterator[str]:
    """Every public function that is given `Sessions`, and every method of a class that is."""
    for package in pkgutil.walk_packages(app.services.__path__, "app.services."):
        module = importlib.import_module(package.name)
        service = package.name.removeprefix("app.services.")
        for name, member in vars(module).items():
            if name.startswith("_") or getattr(member, "__module__", "") != module.__name__:
                continue
            if inspect.isfunction(member) and "Sessions" in str(inspect.signature(member)):
                yield f"{service}.{name}"
            elif inspect.isclass(member) and "Sessions" in str(inspect.signature(member.__init__)):
                yield from (
                    f"{service}.{name}.{method}"
                    for method, function in vars(member).items()
                    if inspect.isfunction(function) and not method.startswith("_")
                )


def test_every_service_stands_in_a_table() -> None:
    """A new one without a line here fails: say what it needs, or why it asks nothing."""
    assert set(services()) - {"team.permissions.for_person"} == GUARDED.keys() | OPEN.keys()


@pytest.mark.parametrize("name", GUARDED)
@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_not_is_refused_and_who_may_is_not(name: str, who: str, world: World) -> None:
    needs, call = GUARDED[name]
    if name == "interchange.manifest.manifest" and who == "annotator":
        pytest.skip("an annotator has no export to describe")

    refused = None
    try:
        call(world.on(who))
    except NotAllowedError as error:
        refused = error
    except LookupError as error:
        refused = error if who == "stranger" else None
    except (ValueError, OSError):
        pass  # it was let in, and the call is not a sensible one

    assert (refused is not None) == (PEOPLE.index(who) < LEVELS[needs]), f"{refused!r}"


def test_a_stranger_finds_no_project_no_document_and_no_job(world: World) -> None:
    stranger = world.on("stranger")

    with stranger.sessions() as session:
        assert [row.name for row in rows.every(session)] == ["Other"]
        assert session.get(Project, world.project) is None
        assert session.get(Document, world.document) is None
    assert [project.name for project in projects.every(stranger.sessions)] == ["Other"]
    result, document = projects.locate(stranger.sessions, world.project, world.document)
    assert result is not None
    assert (result.name, document) == ("Other", None)
    assert stranger.jobs.every() == ()
    assert stranger.jobs.every(world.project) == ()
    assert trash.contents(stranger.sessions, world.project) == []


def test_who_takes_part_sees_the_project(world: World) -> None:
    with world.on("annotator").sessions() as session:
        assert [row.name for row in rows.every(session)] == ["News"]
    assert world.on("annotator").jobs.every() == ()
    assert len(world.on("reviewer").jobs.every()) == 1


def test_nobody_acts_in_another_persons_name(world: World) -> None:
    for who in PEOPLE[1:]:
        personal = world.on(who)
        with pytest.raises(NotAllowedError, match="cannot act as"):
            personal.annotation.apply(world.document, "page", [], "Somebody Else")


def test_a_role_that_is_taken_away_is_gone_with_the_next_transaction(world: World) -> None:
    personal = world.on("annotator")
    assert figures.figures(personal.sessions, world.project)

    members.assign(world.sessions, world.project, "Annotator", None)
    try:
        with pytest.raises(NotAllowedError):
            figures.figures(personal.sessions, world.project)
    finally:
        members.assign(world.sessions, world.project, "Annotator", "annotator")


@pytest.mark.parametrize("who", ["annotator", "reviewer", "administrator"])
def test_a_disabled_account_may_nothing_more_in_pages_that_are_open(who: str, world: World) -> None:
    acting = permissions.for_person(world.sessions, world.people[who])
    assert permissions.may(acting, world.project, "annotate")
    accounts.disable(world.sessions, who.title())
    try:
        assert not permissions.may(acting, world.project, "annotate")
        with writing(acting) as session, pytest.raises(NotAllowedError):
            permissions.require(session, world.project, "annotate")
        with writing(acting) as session, pytest.raises(LookupError):
            permissions.lock_document(session, world.document)
    finally:
        accounts.enable(world.sessions, who.title())
    assert permissions.may(acting, world.project, "annotate")


def test_who_is_no_administrator_any_more_has_no_such_rights_in_pages_that_are_open(
    world: World,
) -> None:
    acting = permissions.for_person(world.sessions, world.people["administrator"])
    accounts.set_administrator(world.sessions, "Administrator", False)
    try:
        with writing(acting) as session, pytest.raises(NotAllowedError):
            permissions.require_administrator(session)
    finally:
        accounts.set_administrator(world.sessions, "Administrator", True)


def test_a_password_is_changed_by_its_own_person_only(world: World) -> None:
    other = sign_in.SignedIn(world.people["annotator"], "", world_time(world))

    with pytest.raises(NotAllowedError):
        sign_in.change_password(world.on("reviewer").sessions, other, "", "")


def test_sessions_that_act_for_nobody_may_do_everything(world: World) -> None:
    with world.sessions() as session:
        permissions.require(session, world.project, "administer", "anybody")
        assert {"News", "Other"} <= {row.name for row in rows.every(session)}


def test_a_text_that_a_hidden_project_has_still_lies_on_the_same_side(world: World) -> None:
    text = "Held out elsewhere."
    with writing(world.sessions) as session:
        documents.add(session, world.project, name="", text=text, split="holdout")
        other = rows.by_name(session, "Other")
        assert other is not None

    importing.add_text(world.on("stranger").sessions, other.id, "twin", text)

    with world.sessions() as session:
        result = session.query(Document).filter_by(project_id=other.id, text=text).one()
        assert result.split == "holdout"


def world_time(world: World) -> Any:
    with world.sessions() as session:
        return documents.get(session, world.document).created_at

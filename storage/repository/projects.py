"""Projects and their labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from storage.enums import QUEUE_ORDERS, QueueOrder
from storage.label_colours import next_colour
from storage.models import Label, Project
from storage.soft_delete import WITH_TRASH
from storage.table_queries import Query, rows, table

DEFAULT_MEANINGS = {
    "PER": "People, by name: real, fictional, and families",
    "ORG": "Organisations: companies, parties, teams, universities, bands",
    "LOC": "Places: countries, towns, rivers, streets, buildings",
    "MISC": "Other names: works, events, products, peoples, languages",
}


@dataclass(frozen=True, slots=True)
class ProjectState:
    """What every save asks of a project, which may lie in the bin."""

    annotators: int
    """How many people annotate each of its documents."""
    in_trash: bool
    labels: frozenset[str]
    hides_labels: bool
    """Whether a label lies in the bin, so that a draft may hold spans that are not shown."""


class NameTakenError(ValueError):
    """A name that another project has, or another label of the project; maybe one in the trash."""


def create(session: Session, name: str) -> Project:
    """Raises `ValueError` for a name that is not one line, and `NameTakenError`: a project in the
    trash keeps its name, so that it can come back."""
    if any(char < " " for char in name):
        raise ValueError(
            f"a project’s name is one line without control characters, got {name[:120]!r}; leave "
            "them out"
        )
    query = select(Project).where(Project.name == name).execution_options(**WITH_TRASH)
    taken = session.scalars(query).one_or_none()
    if taken is not None:
        raise NameTakenError(
            f"there is already a project {name!r}; choose another name"
            if taken.deleted_at is None
            else (
                f"a deleted project has the name {name!r}; restore it from the trash, or choose "
                "another name"
            )
        )
    project = Project(name=name)
    session.add(project)
    session.flush()
    return project


def every(session: Session) -> Sequence[Project]:
    return session.scalars(select(Project).order_by(Project.id)).all()


def founded(session: Session) -> datetime | None:
    """When the first project was made, whether or not it was deleted since."""
    query = select(func.min(Project.created_at)).execution_options(**WITH_TRASH)
    return session.scalar(query)


def get(session: Session, project_id: int) -> Project:
    project = session.get(Project, project_id)
    if project is None:
        raise LookupError(
            f"there is no project {project_id}; the page and `GET /projects` list those there are"
        )
    return project


def state(session: Session, project_id: int) -> ProjectState:
    """In one query. Raises `LookupError` where there is no such project."""
    found = rows(session, _state(), project_id=project_id)
    if not found:
        raise LookupError(f"there is no project {project_id}")
    annotators, deleted_at, _, _ = found[0]
    labels = [(name, hidden) for _, _, name, hidden in found if name is not None]
    return ProjectState(
        annotators,
        deleted_at is not None,
        frozenset(name for name, hidden in labels if hidden is None),
        any(hidden is not None for _, hidden in labels),
    )


@cache
def _state() -> Query:
    project, label = table(Project), table(Label)
    return (
        select(project.c.annotators, project.c.deleted_at, label.c.name, label.c.deleted_at)
        .outerjoin(label, label.c.project_id == project.c.id)
        .where(project.c.id == bindparam("project_id"))
    )


def by_name(session: Session, name: str) -> Project | None:
    return session.scalars(select(Project).where(Project.name == name)).one_or_none()


def configure(
    session: Session,
    project_id: int,
    *,
    guidelines: str,
    holdout_share: float,
    queue: QueueOrder,
    nested: bool,
) -> Project:
    """How the project works from now on; documents that are there keep their split.

    Raises `ValueError` for a share outside [0.05, 0.5] or an unknown order.
    """
    if not 0.05 <= holdout_share <= 0.5:
        raise ValueError(
            f"the share held out must lie between 5 % and 50 %, got {holdout_share:.0%}; without "
            "held-out documents, models cannot be evaluated"
        )
    if queue not in QUEUE_ORDERS:
        raise ValueError(f"the order must be one of {', '.join(QUEUE_ORDERS)}, got {queue!r}")
    project = get(session, project_id)
    project.guidelines, project.holdout_share = guidelines, holdout_share
    project.queue, project.nested = queue, nested
    session.flush()
    return project


def set_hotkeys(session: Session, project_id: int, hotkeys: Mapping[str, str]) -> None:
    """Which keys they may be, the page checks."""
    get(session, project_id).hotkeys = dict(hotkeys)
    session.flush()


def change_label(
    session: Session, label_id: int, *, color: str, key: str | None, description: str
) -> Label:
    """Raises `LookupError` for an unknown label, `ValueError` for a colour that is not `#rrggbb`
    or a key of more than one character."""
    label = session.get(Label, label_id)
    if label is None:
        raise LookupError(f"there is no label {label_id}; reload the page to see the current ones")
    if key is not None and len(key) != 1:
        raise ValueError(f"a label's key is one character, got {key!r}")
    label.color, label.key, label.description = _checked_colour(color), key, description
    session.flush()
    return label


def labels(session: Session, project_id: int) -> Sequence[Label]:
    """The project's labels in their order on the page."""
    query = select(Label).where(Label.project_id == project_id).order_by(Label.position, Label.id)
    return session.scalars(query).all()


def add_label(
    session: Session,
    project_id: int,
    name: str,
    *,
    color: str | None = None,
    description: str = "",
) -> Label:
    """A new label at the end of the list, with the next free colour and digit key.

    Raises `ValueError` for a name that is empty, too long or taken, and for a colour that
    is not `#rrggbb`.
    """
    present = labels(session, project_id)
    check_label_name(name)
    check_free(session, project_id, name)
    label = Label(
        project_id=project_id,
        name=name,
        color=_checked_colour(color or next_colour([label.color for label in present])),
        key=_next_key([label.key for label in present]),
        description=description or DEFAULT_MEANINGS.get(name, ""),
        position=_next_position(session, project_id),
    )
    session.add(label)
    session.flush()
    return label


def ensure_labels(session: Session, project_id: int, names: Sequence[str]) -> tuple[str, ...]:
    """Adds the labels that the project lacks, in the order given. Returns the added names.

    One in the trash stays there, and what is marked with it is kept beside it.
    """
    query = select(Label.name).where(Label.project_id == project_id).execution_options(**WITH_TRASH)
    present = set(session.scalars(query))
    missing = tuple(name for name in dict.fromkeys(names) if name not in present)
    for name in missing:
        add_label(session, project_id, name)
    return missing


def label_named(session: Session, project_id: int, name: str) -> Label:
    """Raises `LookupError` that names the labels there are."""
    present = {label.name: label for label in labels(session, project_id)}
    if name not in present:
        raise LookupError(
            f"there is no label {name!r}; the project has {', '.join(present) or 'none yet'}"
        )
    return present[name]


def check_label_name(name: str) -> None:
    """Raises `ValueError` for what cannot be a label's name."""
    if not 0 < len(name) <= 100 or name != name.strip() or any(char < " " for char in name):
        raise ValueError(
            "a label needs a name of 1 to 100 characters without line breaks or surrounding "
            f"spaces, got {name[:120]!r}"
        )


def check_free(session: Session, project_id: int, name: str) -> None:
    """Raises `NameTakenError` where a label of the project has the name, in the trash or not."""
    query = select(Label).where(Label.project_id == project_id, Label.name == name)
    taken = session.scalars(query.execution_options(**WITH_TRASH)).one_or_none()
    if taken is None:
        return
    raise NameTakenError(
        f"the project already has a label {name!r}; labels are unique in a project"
        if taken.deleted_at is None
        else f"the label {name!r} is in the trash; restore it from there, with all its entities"
    )


def _checked_colour(color: str) -> str:
    digits = color[1:].lower()
    if len(color) != 7 or color[0] != "#" or not set(digits) <= set("0123456789abcdef"):
        raise ValueError(f"a label's colour must be #rrggbb, such as #2e86ab, got {color!r}")
    return f"#{digits}"


def _next_key(taken: Sequence[str | None]) -> str | None:
    """The digit after the last one, so that the keys follow the list; else the first free one."""
    digits = "1234567890"
    last = max((digits.index(key) for key in taken if key and key in digits), default=-1)
    return next((key for key in digits[last + 1 :] + digits if key not in taken), None)


def _next_position(session: Session, project_id: int) -> int:
    query = select(func.max(Label.position)).where(Label.project_id == project_id)
    last = session.scalar(query.execution_options(**WITH_TRASH))
    return 0 if last is None else last + 1

"""The Review page: checking what is submitted, and the doubts on the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import streamlit as st

from app.screens.common.wording import clipped, count, literal
from app.screens.review import decisions
from app.services.suggestions.label_review import Reviewer, ReviewService, Suspect
from core.types import Entity
from storage.records import Submission

AT_ONCE = 200
"""Documents that one press of the button checks."""
ROWS = 20
Kind = Literal["moved", "renamed", "both", "dropped", "missing"]
_KINDS: Mapping[Kind, str] = {
    "moved": "↔ Other boundaries",
    "renamed": "⇄ Other label",
    "both": "↔⇄ Other boundaries and label",
    "dropped": "∅ No entity",
    "missing": "+ Missing entity",
}


def check(
    service: ReviewService,
    project_id: int,
    submitted: Sequence[Submission],
    reviewer: Reviewer,
) -> list[Submission]:
    """The button, and the progress while the model reads. What it has read is kept: whoever
    stops it or goes to another page can go on later. Returns what it has read."""
    version = reviewer.model_version_id
    waiting = service.waiting(submitted, version)
    left = {document.set_id for document in waiting}
    done = [submission for submission in submitted if submission.set_id not in left]
    status = st.empty()
    status.caption(
        f"Model version {version} has checked {len(done):,} of "
        f"{count(len(submitted), 'submitted document')}. Held-out ones are never checked: seeing "
        "a model’s answer there would bias the evaluation."
    )
    if not waiting:
        return done
    portion = waiting[:AT_ONCE]
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            f"Check {count(len(portion), 'document')}",
            type="secondary" if done else "primary",
            icon=":material/search_check:",
            key="check",
            help="The model checks them now; you can stop at any time and keep the results so far.",
        )
        if pressed:
            st.button("Stop", icon=":material/stop_circle:", key="stop")
    if not pressed:
        return done
    bar = st.progress(0.0, text="Learning from the submitted documents …")
    for learnt in service.learn(project_id, submitted, reviewer):
        bar.progress(
            min(1.0, learnt / len(submitted)), text=f"Learnt {count(learnt, 'document')} …"
        )
    for number, submission in enumerate(portion, 1):
        service.check(submission, reviewer)
        bar.progress(
            number / len(portion),
            text=f"{number:,} of {len(portion):,} · {literal(clipped(submission.name, 60))}",
        )
    st.rerun()


def ranking(
    service: ReviewService, checked: Sequence[Submission], version: int, person: str
) -> None:
    """The doubts, the strongest first, as many as a page holds."""
    decisions.show_taken(service, version, person)
    suspects = service.suspects(checked, version)
    left = decisions.undecided(suspects)
    if not left:
        _nothing(suspects, checked)
        return
    shown = _filtered(left)
    entities = sum(submission.accepted for submission in checked)
    st.caption(
        f"{count(len(shown), 'doubt')} on {entities:,} accepted entities, the likeliest mistakes "
        "first. Each shows what was accepted and what is suggested."
    )
    last = max(1, -(-len(shown) // ROWS))
    number = min(int(st.session_state.get("review_page", 1)), last)
    for index, suspect in enumerate(shown[(number - 1) * ROWS : number * ROWS]):
        _row(suspect, (number - 1) * ROWS + index + 1, service, version, person)
    if last > 1:
        st.pagination(last, key="review_page")


def _nothing(suspects: Sequence[Suspect], checked: Sequence[Submission]) -> None:
    if suspects:
        st.success("You have reviewed all of them.", icon=":material/done_all:")
        if st.button("Show them again", icon=":material/undo:"):
            decisions.forget()
            st.rerun()
    elif checked:
        st.success(
            "No entity that was checked looks wrong, and none seems to be missing.",
            icon=":material/done_all:",
        )


def _filtered(suspects: Sequence[Suspect]) -> list[Suspect]:
    kinds = [kind for kind in _KINDS if any(_kind(suspect) == kind for suspect in suspects)]
    names = sorted({_shown(suspect).label for suspect in suspects})
    with st.container(horizontal=True, gap="large"):
        chosen = st.pills(
            "Suggested",
            kinds,
            format_func=lambda kind: (
                f"{_KINDS[kind]} {sum(_kind(suspect) == kind for suspect in suspects):,}"
            ),
            selection_mode="multi",
            key="review_kinds",
        )
        labels = st.pills(
            "Label", names, format_func=literal, selection_mode="multi", key="review_labels"
        )
    return [
        suspect
        for suspect in suspects
        if (not chosen or _kind(suspect) in chosen)
        and (not labels or _shown(suspect).label in labels)
    ]


def _row(suspect: Suspect, number: int, service: ReviewService, version: int, person: str) -> None:
    with st.container(border=True):
        text, actions = st.columns([5, 1.3], vertical_alignment="center")
        with text:
            st.caption(
                f"{number:,} · {literal(clipped(suspect.name, 60))} · {_KINDS[_kind(suspect)]} · "
                f"doubt {suspect.score:.0%}"
            )
            if suspect.entity is not None:
                st.markdown(f"Accepted: {_marked(suspect, suspect.entity, 'blue')}")
            st.markdown(f"Suggested: {_marked(suspect, suspect.instead, 'orange')}")
        with actions:
            decisions.buttons(suspect, service, version, person)


def _marked(suspect: Suspect, answer: Entity | None, colour: str) -> str:
    """The context with an answer in brackets, as Markdown."""
    shown = answer or _shown(suspect)
    start, end = shown.start - suspect.offset, shown.end - suspect.offset
    parts = (suspect.context[:start], suspect.context[start:end], suspect.context[end:])
    before, inside, after = map(_text, parts)
    marked = f"**⟦{inside}⟧** {literal(answer.label)}" if answer else f"{inside} **∅ no entity**"
    first = "…" if suspect.offset else ""
    last = "…" if suspect.cut else ""
    return f"{first}{before}:{colour if answer else 'gray'}-background[{marked}]{after}{last}"


def _text(part: str) -> str:
    """A stretch of the text, with the white space that joins it to what follows."""
    words = literal(part)
    left = " " if part[:1].isspace() else ""
    right = " " if part[-1:].isspace() and words else ""
    return f"{left}{words}{right}"


def _shown(suspect: Suspect) -> Entity:
    """The accepted entity, or the missing one."""
    shown = suspect.entity or suspect.instead
    assert shown is not None
    return shown


def _kind(suspect: Suspect) -> Kind:
    instead = suspect.instead
    if instead is None:
        return "dropped"
    if suspect.entity is None:
        return "missing"
    moved = (instead.start, instead.end) != (suspect.entity.start, suspect.entity.end)
    if not moved:
        return "renamed"
    return "moved" if instead.label == suspect.entity.label else "both"

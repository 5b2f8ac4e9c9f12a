"""Which key does what: the one table that the keyboard, the help and the checks read.

A key is written as in "A", "Shift+X", "Ctrl+Enter", "Alt+ArrowUp" or "[": modifiers in the order
Ctrl, Alt, Shift, then a single character or the name that browsers have for the key. Shift is
written with letters and named keys only, since other characters already tell it: "{".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Action:
    """What a person can do with a key."""

    name: str
    keys: tuple[str, ...]
    """By default; a project's own key takes the place of the first one."""
    meaning: str
    group: str
    fixed: bool = False
    """Whether every annotator must be able to rely on its key."""


_SPANS, _FIND, _MOVE, _DOCUMENT = "Spans", "Choose", "Boundaries", "Document"

ACTIONS = (
    Action("accept", ("A",), "Accept the span under the mouse, or the selected one", _SPANS),
    Action("reject", ("X", "Delete"), "Reject it, or delete it if you added it", _SPANS),
    Action("again", ("Enter",), "Add the chosen words with the last used label", _SPANS),
    Action("find_label", ("L",), "Find a label by typing", _SPANS),
    Action("identical", ("I",), "Label the same words everywhere else, after a preview", _SPANS),
    Action("threshold", ("T",), "Set the minimum confidence for accepting all", _SPANS),
    Action("reject_rest", ("Shift+X",), "Reject all remaining suggestions", _SPANS),
    Action("next_span", ("Tab",), "Next span", _FIND, fixed=True),
    Action("previous_span", ("Shift+Tab",), "Previous span", _FIND, fixed=True),
    Action("one_by_one", ("B",), "One decision at a time, or all suggestions at once", _FIND),
    Action("back", ("Backspace",), "One at a time: back to the last decision", _FIND, fixed=True),
    Action("least_sure", ("Shift+U",), "The least sure suggestion, then the next", _FIND),
    Action("outwards", ("Alt+ArrowUp",), "The span around it", _FIND),
    Action("inwards", ("Alt+ArrowDown",), "The span inside it", _FIND),
    Action("next_word", ("ArrowRight",), "Next word", _FIND),
    Action("previous_word", ("ArrowLeft",), "Previous word", _FIND),
    Action("line_down", ("ArrowDown",), "Word on the line below", _FIND),
    Action("line_up", ("ArrowUp",), "Word on the line above", _FIND),
    Action("more", ("Shift+ArrowRight",), "One word more", _FIND),
    Action("less", ("Shift+ArrowLeft",), "One word fewer", _FIND),
    Action("spans", ("Shift+L",), "List the spans; ↑ and ↓ go through them", _FIND),
    Action("characters", ("W",), "Words or single characters", _FIND),
    Action("clear", ("Escape",), "Clear the selection; then Tab leaves the text", _FIND, True),
    Action("end_later", ("]",), "End one word later", _MOVE),
    Action("end_earlier", ("[",), "End one word earlier", _MOVE),
    Action("start_later", ("}",), "Start one word later", _MOVE),
    Action("start_earlier", ("{",), "Start one word earlier", _MOVE),
    Action("submit", ("Ctrl+Enter",), "Accept the rest, submit, next document", _DOCUMENT),
    Action(
        "skip", ("S",), "Skip it, with an optional reason; one at a time: the suggestion", _DOCUMENT
    ),
    Action("next", ("Ctrl+ArrowRight",), "Next document", _DOCUMENT),
    Action("previous", ("Ctrl+ArrowLeft",), "Previous document", _DOCUMENT),
    Action("undo", ("Ctrl+Z",), "Undo", _DOCUMENT),
    Action("redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Redo", _DOCUMENT),
    Action("suggest", ("G",), "Let the model denoise the rest", _DOCUMENT),
    Action("hints", ("M",), "Show what the model may have missed", _DOCUMENT),
    Action("comment", ("/",), "Comment on this document", _DOCUMENT),
    Action("history", ("Shift+H",), "See what was done here, and restore any version", _DOCUMENT),
    Action("denoise", ("D",), "Watch the model denoise this text", _DOCUMENT),
    Action("full", ("Shift+F",), "Give the text the whole window; Esc leaves", _DOCUMENT),
    Action("help", ("H", "?"), "Show or hide this help", _DOCUMENT),
)
_BY_NAME = {action.name: action for action in ACTIONS}
_MODIFIERS = ("Ctrl", "Alt", "Shift")
_NAMED = {
    name.lower(): name
    for name in (
        *("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Enter", "Delete", "Insert"),
        *("Home", "End", "PageUp", "PageDown", "Tab", "Escape", "Backspace", "Space"),
    )
}
_FORBIDDEN = {
    "Backspace": "some tools delete with it, others go back",
    "Space": "it presses buttons and scrolls",
    "Tab": "it moves through the spans",
    "Shift+Tab": "it moves through the spans",
    "Escape": "it clears the selection",
    "C": "Streamlit reserves it",
    "R": "Streamlit reserves it",
    **{f"Ctrl+{key}": "the browser reserves it" for key in "ACFJLNOPQRSTUVWX+-0123456789"},
    **{f"Ctrl+Shift+{key}": "the browser reserves it" for key in "BCIJNOPQRTVW"},
    "Alt+ArrowLeft": "the browser goes back with it",
    "Alt+ArrowRight": "the browser goes forward with it",
}


def normal(key: str) -> str:
    """The one way of writing a key. Raises `ValueError` for what is no key."""
    *modifiers, last = key.rsplit("+", 1) if len(key) > 1 and not key.endswith("+") else [key]
    if key.endswith("++"):
        modifiers, last = [key[:-2]], "+"
    held = [part.strip().capitalize() for part in "+".join(modifiers).split("+") if part.strip()]
    name = _NAMED.get(last.strip().lower(), last.strip().upper() if last != " " else "Space")
    known = name in _NAMED.values() or (len(name) == 1 and name.isprintable())
    if not known or any(modifier not in _MODIFIERS for modifier in held):
        raise ValueError(
            f"{key!r} is not a key; expected a single character or one of "
            f"{', '.join(_NAMED.values())}, with Ctrl+, Alt+ or Shift+ before it"
        )
    if "Shift" in held and len(name) == 1 and not name.isalpha():
        raise ValueError(
            f"{key!r} is not a key; write the character that Shift types with {name!r}"
        )
    return "+".join([*(modifier for modifier in _MODIFIERS if modifier in held), name])


def keys_of(action: Action, hotkeys: Mapping[str, str]) -> tuple[str, ...]:
    """An action's keys in a project with these hotkeys."""
    if action.fixed or action.name not in hotkeys:
        return action.keys
    return (normal(hotkeys[action.name]), *action.keys[1:])


def table(hotkeys: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every action with its keys, for the page."""
    return [
        {
            "name": action.name,
            "keys": list(keys_of(action, hotkeys)),
            "meaning": action.meaning,
            "group": action.group,
        }
        for action in ACTIONS
    ]


def conflicts(labels: Sequence[Mapping[str, Any]], hotkeys: Mapping[str, str]) -> list[str]:
    """What is wrong with a project's keys, one sentence each; empty where all is well.

    `labels` have a `name` and a `key`, which may be missing; `hotkeys` name actions.
    """
    found: list[str] = []
    owners: dict[str, str] = {}

    def claim(owner: str, key: str, *, checks_forbidden: bool) -> None:
        try:
            written = normal(key)
        except ValueError as error:
            found.append(f"{owner}: {error}.")
            return
        if checks_forbidden and written in _FORBIDDEN:
            found.append(f"{owner} cannot have {written}: {_FORBIDDEN[written]}. Choose another.")
        elif written in owners:
            found.append(f"{owners[written]} and {owner} share {written}. Change one of them.")
        else:
            owners[written] = owner

    for name in hotkeys:
        if name not in _BY_NAME:
            found.append(f"Unknown action {name!r}; expected one of {', '.join(_BY_NAME)}.")
        elif _BY_NAME[name].fixed:
            found.append(
                f"{_quoted(_BY_NAME[name])} always keeps its key; remove it from the hotkeys."
            )
    for action in ACTIONS:
        changed = action.name in hotkeys and not action.fixed
        first = hotkeys[action.name] if changed else action.keys[0]
        claim(_quoted(action), first, checks_forbidden=changed)
        for key in action.keys[1:]:
            claim(_quoted(action), key, checks_forbidden=False)
    for label in labels:
        if label.get("key"):
            claim(f"label {label['name']}", str(label["key"]), checks_forbidden=True)
    return found


def _quoted(action: Action) -> str:
    return f"“{action.meaning}”"

"""A part of the Annotate page that a button opens and closes; it stays open from document to
document."""

from __future__ import annotations

import streamlit as st


def is_open(key: str) -> bool:
    return bool(st.session_state.get(_state(key), False))


def disclosure_button(name: str, icon: str, key: str) -> None:
    """Draw the button of the part `key`: its `name`, or "Hide" and the name while it is open."""
    hides = is_open(key)
    st.button(
        f"Hide {name.lower()}" if hides else name,
        icon=":material/close:" if hides else f":material/{icon}:",
        key=f"{key}_button",
        on_click=_turn,
        args=(key,),
    )


def close_button(key: str) -> None:
    """Draw a button at the end of the part `key`: without one its scrolling needs a pointer."""
    st.button("Close", key=f"{key}_close", type="tertiary", on_click=_turn, args=(key,))


def _turn(key: str) -> None:
    st.session_state[_state(key)] = not is_open(key)


def _state(key: str) -> str:
    return f"{key}_open"

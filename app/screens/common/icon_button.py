"""A button that shows an icon alone and still has a name, for who hears the page."""

from __future__ import annotations

import streamlit as st

KEY = "icon-"
"""How the keys of such buttons begin: `appearance.style` finds them by it and hides their words."""


def icon_button(name: str, icon: str, *, key: str, help: str, disabled: bool = False) -> bool:
    """Draw the button and return whether it was pressed; pointing at it shows its name and `help`.

    `icon` is a name of Material Symbols. A symbol within a button's words would be read aloud by
    that name.
    """
    return st.button(
        name,
        icon=f":material/{icon}:",
        key=KEY + key,
        help=f"{name} ({help})",
        disabled=disabled,
    )

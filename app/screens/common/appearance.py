"""What the page's style adds to the theme of `.streamlit/config.toml`."""

from __future__ import annotations

ON_PRIMARY = {"light": "#ffffff", "dark": "#14161c"}
"""The text of primary buttons: Streamlit's white is too faint on the dark theme's light blue."""


def style(theme: str | None) -> str:
    """A style sheet for the theme that the browser shows; None: not known yet."""
    text = ON_PRIMARY[theme or "light"]
    return f"""<style>
.stMainBlockContainer {{ padding-top: 4.5rem; padding-bottom: 1.5rem; }}
button[data-testid^="stBaseButton-primary"]:not(:disabled),
button[data-testid^="stBaseButton-primary"]:not(:disabled) * {{ color: {text}; }}
</style>"""

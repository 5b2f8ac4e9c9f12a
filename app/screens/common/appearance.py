"""What the page's style adds to the theme of `.streamlit/config.toml`."""

from __future__ import annotations

from app.screens.common.icon_button import KEY

ON_PRIMARY = {"light": "#ffffff", "dark": "#14161c"}
"""The text of primary buttons: Streamlit's white is too faint on the dark theme's light blue."""

CHOSEN = {"light": "#34497e", "dark": "#9fb1ec"}
"""The text of what is chosen of several buttons; it stands on a tint of the primary colour, which
is too near to that colour itself in the dark."""

PROJECT_NAME = "project-name"
"""The key of the container of a project's name in a line of menus; a long name gives way there."""

METADATA = "document-metadata"
"""The key of the container of a document's metadata, which never takes the room of its text."""

BESIDE = "text-and-guidelines"
"""The key of the container of a document's text and of the guidelines beside it."""

GUIDELINES = "guidelines-beside"
"""The key of the container of the guidelines: as high as the text, and above it in a narrow
window."""

_HEARD_ALONE = (
    "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);"
)


def style(theme: str | None) -> str:
    """A style sheet for the theme that the browser shows; None: not known yet."""
    text, chosen = ON_PRIMARY[theme or "light"], CHOSEN[theme or "light"]
    return f"""<style>
.stMainBlockContainer {{ padding-top: 4.5rem; padding-bottom: 1.5rem; }}
button[data-testid^="stBaseButton-primary"]:not(:disabled),
button[data-testid^="stBaseButton-primary"]:not(:disabled) *,
span[data-tag], span[data-tag] * {{ color: {text}; }}
[class*="st-key-{KEY}"] button [data-testid="stMarkdownContainer"] {{ {_HEARD_ALONE} }}
.st-key-{METADATA} {{ max-height: 8.5rem; overflow-y: auto; padding: 0.5rem 0.75rem; }}
.st-key-{METADATA} {{ row-gap: 0.1rem; }}
.st-key-{METADATA} :is(p, .stText) {{ font-size: 0.875rem; overflow-wrap: anywhere; }}
.st-key-{BESIDE} {{ flex-wrap: wrap-reverse; }}
.st-key-{BESIDE} > :first-child {{ flex: 999 1 30rem; min-width: 0; }}
:has(> .st-key-{GUIDELINES}) {{ align-self: stretch; flex: 1 0 304px; }}
.st-key-{GUIDELINES} {{ contain: size; min-height: 11rem; height: 100%; overflow-y: auto; }}
.st-key-{GUIDELINES} :is(p, li) {{ font-size: 0.875rem; }}
:has(> .st-key-{PROJECT_NAME}) {{ flex: 1 1 3rem !important; max-width: max-content; }}
.st-key-{PROJECT_NAME} p {{ overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }}
.stButtonGroup button[data-selected="true"] * {{ color: {chosen}; }}
</style>"""

"""The frame of the pages that are not Streamlit's: a logo, a style, no script."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template

_PAGE = Template((Path(__file__).parent / "plain_page.html").read_text())


def plain_page(title: str, content: str) -> str:
    """A page around `content`, which is HTML; the title is plain text."""
    return _PAGE.substitute(title=escape(title), content=content)

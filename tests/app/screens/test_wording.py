"""What a person's own Markdown may do on the page."""

from __future__ import annotations

import re

import pytest

from app.screens.common.wording import literal, with_safe_links

LINKED = re.compile(r"(https?://|www(?=\.))[-.\w]+", re.IGNORECASE)
"""What a reader of Markdown makes a link of, once it has read what is escaped."""


@pytest.mark.parametrize("text", ["see https://example.org/a", "WWW.example.org", "(http://x)"])
def test_an_address_is_shown_as_it_is_and_is_no_link(text: str) -> None:
    shown = re.sub(r"\\(.)", r"\1", literal(text))
    assert LINKED.search(text)
    assert not LINKED.search(shown)
    assert shown.replace("\u2060", "") == text


def test_a_mail_address_can_be_copied() -> None:
    assert re.sub(r"\\(.)", r"\1", literal("anna@example.org")) == "anna@example.org"


@pytest.mark.parametrize(
    "markdown",
    [
        "**Titles** are not names. See [the book](https://example.org/a?b=c&d#e).",
        "[mail](mailto:anna@example.org) [top](#top) [sign in](/sign-in) [x](<http://a.example>)",
        "[titled](https://example.org 'a title')",
        "![a picture](data:image/png;base64,iVBORw0KGgo=)",
        "[1]: https://example.org\n\nSee [1].",
        "<https://example.org> and <anna@example.org>",
        "a < b: no link; [PER] (a person); f(x)",
        "",
    ],
)
def test_pages_addresses_and_pictures_stay_links(markdown: str) -> None:
    assert with_safe_links(markdown) == markdown


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("[x](data:text/html,y)", r"[x]\(data:text/html,y)"),
        ("[x](DATA:text/html,y)", r"[x]\(DATA:text/html,y)"),
        ("[x]( \n data:text/html,y)", "[x]\\( \n data:text/html,y)"),
        ("[x](<data:text/html,y>)", r"[x]\(\<data:text/html,y>)"),
        ("[x](&#100;ata:text/html,y)", r"[x]\(&#100;ata:text/html,y)"),
        (r"[x](\data:text/html,y)", r"[x]\(\data:text/html,y)"),
        ("[x](file:///etc/passwd)", r"[x]\(file:///etc/passwd)"),
        ("[x](vbscript:y)", r"[x]\(vbscript:y)"),
        ("[x](//example.org)", r"[x]\(//example.org)"),
        ("![x](data:image/svg+xml;base64,PHN2Zz4=)", r"![x]\(data:image/svg+xml;base64,PHN2Zz4=)"),
        ("[x](data:image/png;base64,a,<b>)", r"[x]\(data:image/png;base64,a,<b>)"),
        ("[a]: data:text/html,y\n\n[a]", "[a]\\: data:text/html,y\n\n[a]"),
        ("[a]:\ndata:text/html,y\n\n[a]", "[a]\\:\ndata:text/html,y\n\n[a]"),
        ("<data:text/html,y>", r"\<data:text/html,y>"),
        ("[![i](https://a.example/i.png)](data:x)", r"[![i](https://a.example/i.png)]\(data:x)"),
    ],
)
def test_any_other_link_is_shown_as_it_is_written(markdown: str, shown: str) -> None:
    assert with_safe_links(markdown) == shown

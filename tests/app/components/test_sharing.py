"""The film as one file: everything is in it, and nothing of the text can leave its place."""

from __future__ import annotations

import json
import re

from app.components.denoising import sentence_payload
from app.components.denoising.sharing import standalone
from tests.app.traces import COLOURS, build_trace

HOSTILE = "Ann </script><script>alert(1)</script><!-- <img src=x onerror=alert(1)> {x} met Bob."


def _file(text: str = HOSTILE, **reported: str) -> str:
    payload = sentence_payload(build_trace(((text, ((0, 1, "PER"),)),)), 0, COLOURS)
    return standalone(payload, **{"title": "A film", "caption": "seed 0", **reported})


def test_the_file_holds_the_whole_film() -> None:
    payload = sentence_payload(build_trace(), 0, COLOURS)
    file = standalone(payload, title="A film", caption="seed 0")
    held = re.search(r'<script type="application/json" id="payload">(.*?)</script>', file, re.S)
    assert held
    assert json.loads(held[1]) == json.loads(json.dumps(payload))


def test_the_file_names_no_address() -> None:
    assert re.findall(r"(?:https?:)?//[\w.]+", re.sub(r"^\s*//.*$", "", _file(), flags=re.M)) == []
    assert "default-src 'none'" in _file()


def test_hostile_text_cannot_end_the_script_it_lies_in() -> None:
    file = _file(title="</title><script>", caption="<img src=x>")
    assert file.count("</script>") == 2
    assert file.count("<script") == 2
    assert "alert(1)</" not in file
    assert "<img" not in file

"""What the browser gets: the view's markup, its style and its joined modules."""

from __future__ import annotations

from pathlib import Path

from app.components import bundle

_HERE = Path(__file__).parent
HTML = (_HERE / "view.html").read_text(encoding="utf-8")
CSS = (_HERE / "denoising.css").read_text(encoding="utf-8")
JS = bundle(_HERE / "view.js")

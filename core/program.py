"""How the command line is called: `python -m core` in the checkout, `spanneal` once installed."""

from __future__ import annotations

PACKAGE = __name__.partition(".")[0]
PROGRAM = "python -m core" if PACKAGE == "core" else PACKAGE

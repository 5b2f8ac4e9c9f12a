"""The page's process, as `serve` starts it: `python -m app.page`, with Streamlit's own options.

It is `python -m streamlit run app/server.py` whose log has its form from the first line on.
"""

from __future__ import annotations

import sys

from app import logs
from app.settings import ROOT, Settings


def main() -> None:
    logs.configure(Settings.from_environment().log)
    from streamlit.web import cli

    sys.argv = ["streamlit", "run", str(ROOT / "app" / "server.py"), *sys.argv[1:]]
    cli.main()


if __name__ == "__main__":
    main()

"""The page's own components, and how their JavaScript reaches the browser.

A Streamlit component takes one module as a string. `bundle` joins the small ES modules of a
component's folder into one, so that each file stays small and says what it imports. Streamlit sends
that string with every mount: comments and indentation, a third of it, stay behind.
"""

from __future__ import annotations

import re
from pathlib import Path

_IMPORT = re.compile(
    r"^import\s+\{(?P<names>[^}]*)\}\s+from\s+'\./(?P<file>[\w-]+\.js)';[ \t]*\n", re.MULTILINE
)
_EXPORT = re.compile(r"^export (?!default\b)", re.MULTILINE)
_TOP_LEVEL = re.compile(
    r"^(?:export (?:default )?)?(?:async )?(?:const|let|class|function\*?) (\w+)", re.MULTILINE
)
_COMMENT = re.compile(
    r"^[ \t]*(?://[^\n]*\n|/\*\*(?:(?!\*/).)*\*/[ \t]*\n?)", re.MULTILINE | re.DOTALL
)
_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
_UNSUPPORTED = re.compile(r"^(?:import\b.*|export (?:\*|\{).*)$", re.MULTILINE)


def bundle(entry: Path) -> str:
    """Joins an ES module and all it imports into one module, each file once, imports first.

    The files share one scope, so a file writes only `import { a, b } from './file.js';` (no
    renaming) and `export` before a declaration, and no two files declare one top-level name. What a
    line begins with must not matter: no text in backticks goes over several lines.

    Raises:
        ValueError: a file breaks one of these rules; the message names it.
    """
    parts: dict[Path, str] = {}
    _collect(entry, parts, owners={}, visited=set())
    return "\n".join(parts.values())


def _collect(
    file: Path, parts: dict[Path, str], owners: dict[str, Path], visited: set[Path]
) -> None:
    """Appends to `parts` what the file imports, then the file itself."""
    visited.add(file)
    source = file.read_text(encoding="utf-8")
    for match in _IMPORT.finditer(source):
        if " as " in match["names"]:
            raise ValueError(
                f"{file.name} renames an import ({match['names'].strip()}); joined modules share "
                "one scope: import under the exported name"
            )
        imported = file.parent / match["file"]
        if imported not in visited:
            _collect(imported, parts, owners, visited)
    for name in _TOP_LEVEL.findall(source):
        owner = owners.setdefault(name, file)
        if owner != file:
            raise ValueError(
                f"{file.name} and {owner.name} both declare {name!r} at top level; joined "
                "modules share one scope: rename one of them"
            )
    body = _IMPORT.sub("", source)
    if unsupported := _UNSUPPORTED.search(body):
        raise ValueError(
            f"{file.name}: cannot join {unsupported[0]!r}; write import {{ name }} from "
            "'./file.js'; and export before the declaration"
        )
    parts[file] = _INDENTATION.sub("", _COMMENT.sub("", _EXPORT.sub("", body)))

"""Names are words of the trade: private ones are listed here, and are gone from the code."""

from __future__ import annotations

import ast
import re

import pytest

from tests.test_project import ROOT, parsed, python_files, tracked

pytestmark = pytest.mark.xdist_group("project-rules")

# fmt: off
PRIVATE_WORDS = frozenset([
    "near", "near_left", "near_right", "there", "taught", "taught_spans", "how_sure", "look",
    "looks", "Look", "doubt", "doubts", "Doubt", "Finding", "gathering", "placing", "together",
    "student", "students", "Ours", "Theirs", "Sentence", "Reading", "SpanTypes", "remember",
    "Memory", "each", "one", "own", "said", "told", "kept", "found", "seen", "two", "alone",
    "clash", "clashes", "kin", "foreign", "intake", "taking", "telling", "sight", "hiding",
    "StandingSession", "Desk", "seat", "wishes", "dials", "film", "looked_for", "called",
])
# fmt: on
"""Words that a reader would not search for; their names are in ARCHITECTURE.md's map."""
MAY_STAY = {("core/types.py", "kept"): "a key of exported trace files"}
# fmt: off
APP_WORDS = frozenset([
    "near", "taught", "how_sure", "look", "looks", "Look", "doubt", "Doubt", "Finding", "finding",
    "gather", "gathering", "placing", "place", "places", "Place", "together", "Ours", "Theirs",
    "Reading", "Sentence", "remember", "Memory", "seen", "clash", "clashes", "kin", "foreign",
    "intake", "Intake", "take", "taking", "tell", "telling", "sight", "Sight", "hiding",
    "StandingSession", "Desk", "seat", "wish", "Wish", "wishes", "dials", "film", "bin", "binned",
    "trouble", "work", "works", "ahead", "read_again", "look_again", "answers", "each", "one",
    "own", "said", "told", "kept",
])
# fmt: on
APP_MAY_STAY = {
    ("app/screens/common/sentence.py", "Sentence"): "one sentence of a text, not a batch",
    ("app/screens/figures/work.py", "work"): "the page's part about people's work",
    ("storage/models/documents.py", "doubt"): "a column of the database",
    ("storage/repository/signals.py", "doubt"): "that column",
}
"""As ARCHITECTURE.md says."""


def names_in(tree: ast.AST) -> set[str]:
    """The names that a module defines: variables, arguments, fields, functions and classes."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.id if isinstance(node, ast.Name) else node.attr)
    return names


def test_core_speaks_the_words_of_its_trade() -> None:
    private = {
        (str(path.relative_to(ROOT)), name)
        for path in python_files("core")
        for name in names_in(parsed(path)) | {path.stem}
        if name in PRIVATE_WORDS
    }

    assert private == set(MAY_STAY)


def test_app_and_storage_speak_the_words_of_their_trade() -> None:
    private = {
        (str(path.relative_to(ROOT)), name)
        for path in python_files("app", "storage")
        for name in names_in(parsed(path)) | {path.stem}
        if name in APP_WORDS
    }

    assert private == set(APP_MAY_STAY)


def test_the_tests_speak_the_words_of_their_trade() -> None:
    private = {
        (str(path.relative_to(ROOT)), name)
        for path in python_files("tests")
        for name in names_in(parsed(path)) | {path.stem}
        if name in PRIVATE_WORDS | APP_WORDS
    }

    assert private == set()


def test_word_is_never_the_name_of_a_tensor_of_boundaries() -> None:
    tensors = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files("core")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.arg | ast.AnnAssign)
        and isinstance(node.annotation, ast.Name)
        and node.annotation.id == "Tensor"
        and (node.arg if isinstance(node, ast.arg) else ast.unparse(node.target)) == "words"
    ]

    assert tensors == []


NO_CODE = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|`(?:\\.|[^`\\])*`",
    re.DOTALL,
)
"""Comments and strings of JavaScript."""


def test_the_pages_javascript_speaks_the_words_of_its_trade() -> None:
    private = {
        (str(path.relative_to(ROOT)), name)
        for path in tracked()
        if path.relative_to(ROOT).parts[0] == "app" and path.suffix in {".js", ".ts"}
        for name in re.findall(r"[A-Za-z_$][\w$]*", NO_CODE.sub("''", path.read_text()))
        if name in PRIVATE_WORDS | APP_WORDS
    }

    assert private == set()

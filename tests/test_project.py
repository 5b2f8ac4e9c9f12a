"""The project's own rules, checked on every tracked file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import SLOWEST_FIRST

pytestmark = pytest.mark.xdist_group("project-rules")

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("app", "core", "storage")
MEGABYTE = 2**20


def tracked() -> list[Path]:
    """Every file that git keeps and that is there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return [path for path in paths if path.is_file()]


def python_files(*folders: str) -> list[Path]:
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders
    ]


@cache
def parsed(path: Path) -> ast.Module:
    """A file's syntax tree, for every rule that reads it."""
    return ast.parse(path.read_text())


def imported_names(node: ast.AST) -> list[str]:
    """The modules that an import statement names; none for any other node."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []


def targets() -> set[str]:
    """The names that `make` knows."""
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_in_the_documents_exists(document: str) -> None:
    text = (ROOT / document).read_text()
    code = re.findall(r"`[^`\n]+`", text) + re.findall(r"^```.*?^```", text, re.M | re.S)
    named = {name for piece in code for name in re.findall(r"\bmake ([a-z][a-z-]*)", piece)}

    assert "test" in named, f"{document} does not say how to run the tests"
    assert named <= targets(), f"{document} names commands that the Makefile lacks"


def test_the_readme_names_the_commands_that_a_newcomer_needs() -> None:
    text = (ROOT / "README.md").read_text()

    assert "make app" in text
    assert "make test" in text


def test_every_requirement_is_pinned_exactly() -> None:
    for path in ROOT.glob("requirements*.txt"):
        lines = [line.split("#")[0].strip() for line in path.read_text().splitlines()]
        for line in filter(None, lines):
            assert re.fullmatch(
                r"-r requirements(-oidc|-processes)?\.txt|[a-z0-9-]+==[0-9][0-9.]*", line
            ), f"{path.name}: {line!r} is not pinned as name==version"


SOLD_AS = {
    "PIL": "pillow",
    "argon2": "argon2-cffi",
    "cassis": "dkpro-cassis",
    "axe_playwright_python": "axe-playwright-python",
    "charset_normalizer": "charset-normalizer",
    "huggingface_hub": "huggingface-hub",
    "kubernetes_validate": "kubernetes-validate",
    "prometheus_client": "prometheus-client",
    "xdist": "pytest-xdist",
    "yaml": "pyyaml",
}


def imported_by(*folders: str) -> set[str]:
    """The packages that the files import, within functions too, as they are installed."""
    modules = {
        name.split(".")[0]
        for path in python_files(*folders)
        for node in ast.walk(parsed(path))
        for name in imported_names(node)
    }
    packages = modules - {*SOURCES, "tests"} - sys.stdlib_module_names
    return {SOLD_AS.get(name, name) for name in packages}


def pinned_in(*names: str) -> set[str]:
    lists = "".join((ROOT / name).read_text() for name in names)
    return set(re.findall(r"^([a-z0-9-]+)==", lists, re.M))


def test_every_imported_package_is_pinned() -> None:
    """What only comes along with another package may leave with its next version."""
    lists = [path.name for path in ROOT.glob("requirements*.txt")]

    assert imported_by(*SOURCES, "tests") - pinned_in(*lists) == set()


def test_whatever_the_page_and_the_interfaces_offer_works_after_the_readmes_first_command() -> None:
    """`make app` and the image install requirements.txt. Training on several processes asks for
    more, and its error says for what."""
    assert imported_by(*SOURCES) - pinned_in("requirements.txt") == {"accelerate"}


def test_the_image_gets_every_file_that_its_recipe_copies() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    recipe = (ROOT / "Dockerfile").read_text()
    copied = [
        word for line in re.findall(r"^COPY (.+) \S+$", recipe, re.M) for word in line.split()
    ]

    assert "requirements.txt" in copied
    assert [
        name for name in copied if f"!{name}" not in {line.rstrip("/") for line in ignored}
    ] == []


def test_no_test_reads_the_clock_or_sleeps() -> None:
    """It waits for what happens, see `tests.waiting`; pytest-timeout ends what hangs."""
    clocks = {"monotonic", "perf_counter", "process_time", "sleep", "timeit", "wait_for_timeout"}
    result = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {name}"
        for path in python_files("tests")
        if path.name.startswith("test_")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute | ast.Name)
        and (name := node.attr if isinstance(node, ast.Attribute) else node.id) in clocks
    ]

    assert result == []


def test_no_test_begins_an_event_loop_where_a_browser_may_run_one() -> None:
    """A process that has run browser tests keeps their loop: see `tests.coroutines`."""
    begun = [
        str(path.relative_to(ROOT))
        for path in python_files("tests")
        if path.name.startswith("test_") and "asyncio" in path.read_text()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "asyncio.run"
    ]

    assert begun == []


def test_what_tests_begin_with_is_there() -> None:
    assert [location for location in SLOWEST_FIRST if not (ROOT / location).exists()] == []


def test_no_tracked_file_is_larger_than_95_megabytes() -> None:
    large = [path.name for path in tracked() if path.stat().st_size > 95 * MEGABYTE]

    assert large == []


def test_no_source_file_is_longer_than_350_lines() -> None:
    scripts = [path for path in tracked() if path.suffix in {".js", ".mjs", ".css"}]
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in [*python_files(*SOURCES, "tests"), *scripts]
    }

    assert {name: lines for name, lines in lengths.items() if lines > 350} == {}


def test_every_function_fits_a_screen_of_60_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in python_files(*SOURCES)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > 60
    ]

    assert long == []


def test_nothing_is_ever_unpickled() -> None:
    """A pickle runs code when read: models are safetensors, everything else is JSON or SQL."""
    forbidden = re.compile(
        r"\b(import|from) (pickle|cloudpickle|dill|joblib|shelve|marshal)\b"
        r"|\bPickleType\b|\btorch\.(load|save)\("
        r"|\bread_pickle\(|\bto_pickle\(|allow_pickle=True"
    )
    result = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in python_files(*SOURCES)
        for match in forbidden.finditer(path.read_text())
    ]

    assert result == []


def test_every_text_file_ends_its_lines_as_unix_does() -> None:
    text = {".py", ".md", ".txt", ".toml", ".js", ".css", ".json", ".jsonl"}
    wrong = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix in text
        and path.stat().st_size
        and path.relative_to(ROOT).parts[:2] != ("assets", "models")  # written by libraries
        and (b"\r\n" in (content := path.read_bytes()) or not content.endswith(b"\n"))
    ]

    assert wrong == []


def test_the_samples_are_many_named_alike_and_of_readable_length() -> None:
    samples = sorted((ROOT / "assets" / "samples").glob("*.txt"))
    words = {path.name: len(path.read_text(encoding="utf-8").split()) for path in samples}

    assert len(samples) >= 32
    assert all(re.fullmatch(r"\d\d(-[a-z0-9]+)+\.txt", name) for name in words)
    assert all(number >= 40 for number in words.values()), words
    assert sum(number > 1000 for number in words.values()) == 1, "one long document is wanted"
    assert sorted(words.values())[-2] <= 260

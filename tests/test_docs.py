"""The documents are true of the tree: what they name exists, and the map has every room."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import FrameType

import grimp
import pytest

from app.__main__ import VERBS as APP_VERBS
from app.services.suggestions import suggest
from app.services.suggestions.predictor import ModelPredictor
from core.__main__ import VERBS
from core.types import SamplerSettings

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "assets/models/default/README.md")
    for path in ROOT.glob(pattern)
)
LAYERS = ("app", "core", "storage")
MOST_MODULES = 8
"""Modules that a text may pass on its way to a suggestion."""
_FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_COMMAND = re.compile(r"(?:python -m core|spanneal|(?<=`)core) ((?:\\\n|[^\n`<>|;#…])+)(…?)")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@cache
def tracked() -> frozenset[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return frozenset(name for name in listed.split("\0") if name and (ROOT / name).is_file())


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def prose_of(document: str) -> str:
    return _FENCED.sub("", text_of(document))


def headings(document: str) -> set[str]:
    """The anchors that GitHub gives to a document's headings."""
    titles = re.findall(r"^#+ (.+)$", prose_of(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def sources_named(document: str) -> set[str]:
    """The tracked files that a document names in code, written as paths."""
    named = (code.split("::")[0] for code in _CODE.findall(prose_of(document)))
    return {name for name in named if re.fullmatch(r"[\w./-]+\.(py|js)", name)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_source_file_that_a_document_names_exists(document: str) -> None:
    known = tracked()
    tails = {name.rpartition("/")[2] for name in known}
    missing = {
        name
        for name in sources_named(document)
        if (name not in known and f"tests/{name}" not in known)
        and ("/" in name or name not in tails)
    }

    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_folder_that_a_document_names_exists(document: str) -> None:
    named = {code for code in _CODE.findall(prose_of(document)) if re.fullmatch(r"[\w/]+/", code)}
    tree = {name for name in named if name.split("/")[0] in (*LAYERS, "tests", "docs", "assets")}

    assert {name for name in tree if not (ROOT / name).is_dir()} == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_to_a_file_and_to_a_heading_of_it(document: str) -> None:
    broken = []
    for link in _LINK.findall(prose_of(document)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = ((ROOT / document).parent / path).resolve() if path else ROOT / document
        name = target.relative_to(ROOT).as_posix()
        if not target.exists() or (anchor and anchor not in headings(name)):
            broken.append(link)

    assert not broken


def test_every_test_that_a_document_names_exists() -> None:
    """A name that ends in … stands for all that begin so."""
    missing = []
    for document in DOCUMENTS:
        for name, test in re.findall(r"`([\w/]+\.py)::(test_\w+…?)`", text_of(document)):
            begins = rf"^(    )?def {test.rstrip('…')}" + ("" if test.endswith("…") else r"\(")
            if not re.search(begins, text_of(f"tests/{name}"), re.MULTILINE):
                missing.append(f"{document}: {name}::{test}")

    assert not missing


def commands_of(document: str) -> list[list[str]]:
    """The arguments of every whole command of core that a page of results, or a block, has."""
    text = text_of(document)
    parts = [text] if document.startswith("docs/results/") else _FENCED.findall(text)
    matches = [match for part in parts for match in _COMMAND.finditer(part)]
    split = [shlex.split(match[1].replace("\\\n", " ")) for match in matches if not match[2]]
    whole = [arguments for arguments in split if len(arguments) > 1 and "NAME" not in arguments]
    return [arguments for arguments in whole if arguments[0] in VERBS]


@pytest.mark.parametrize("document", [name for name in DOCUMENTS if commands_of(name)])
def test_every_command_of_a_document_is_one_that_core_takes(document: str) -> None:
    for verb, *arguments in commands_of(document):
        parser = argparse.ArgumentParser()
        importlib.import_module(f"core.cli.{verb}").configure(parser)
        options = parser.parse_args(arguments)
        SamplerSettings(threshold=getattr(options, "threshold", None))


def takes_json(module: str) -> bool:
    parser = argparse.ArgumentParser()
    importlib.import_module(module).configure(parser)
    return "--json" in parser.format_usage()


def test_the_readme_names_every_command_that_prints_json() -> None:
    folders = {"core.cli": VERBS, "app.cli": {"import_file", *APP_VERBS} - {"import"}}
    printing = {
        verb
        for folder, verbs in folders.items()
        for verb in verbs
        if takes_json(f"{folder}.{verb}")
    }
    listed = text_of("README.md").split("on standard output\n(")[1].split(")")[0]

    assert set(_CODE.findall(listed)) == printing


def test_every_folder_of_the_sources_is_in_the_map() -> None:
    mapped = set(re.findall(r"^\| `([\w/]+)/` \|", text_of("ARCHITECTURE.md"), re.MULTILINE))
    folders = {
        parent.as_posix()
        for name in tracked()
        if name.split("/")[0] in LAYERS
        for parent in Path(name).parents
        if parent != Path(".")
    }

    assert mapped == folders


def journey_of_a_text() -> list[str]:
    """The modules that ARCHITECTURE.md lets a text pass, as file names."""
    journey = text_of("ARCHITECTURE.md").split("### A text to its suggestions")[1].split("###")[0]
    return re.findall(r"^\| \d+ \| `([^`]+)` \|", journey, re.MULTILINE)


def test_a_text_passes_at_most_eight_modules_on_its_way_to_a_suggestion() -> None:
    modules = journey_of_a_text()

    assert 1 < len(modules) <= MOST_MODULES
    assert len(set(modules)) == len(modules), "the journey turns back"
    assert set(modules) <= tracked()


def test_no_module_of_the_journey_imports_one_that_the_text_passed_before() -> None:
    """Not by way of its helpers either. The words and windows of the segmentation are plain
    records, which any may import."""
    graph = grimp.build_graph("app", "core")
    journey = [name.removesuffix(".py").replace("/", ".") for name in journey_of_a_text()]
    back = {
        (later, earlier)
        for location, later in enumerate(journey)
        for earlier in journey[:location]
        if graph.find_shortest_chain(later, earlier)
    }

    assert {earlier for _, earlier in back} <= {"core.text.segmentation"}
    assert not any(
        graph.find_shortest_chain("core.text.segmentation", other)
        for other in journey
        if other != "core.text.segmentation"
    )


def test_a_text_is_only_ever_called_onwards_in_its_journey() -> None:
    """Between two modules of the journey there may be helpers."""
    journey = {
        (ROOT / name).as_posix(): location for location, name in enumerate(journey_of_a_text())
    }
    passed, back = set(), set()

    def follow(frame: FrameType, event: str, _: object) -> None:
        calls = journey.get(frame.f_code.co_filename)
        if event != "call" or calls is None:
            return
        passed.add(calls)
        caller = frame.f_back
        while caller and caller.f_code.co_filename not in journey:
            caller = caller.f_back
        if caller and journey[caller.f_code.co_filename] > calls:
            back.add((caller.f_code.co_qualname, frame.f_code.co_qualname))

    predictor = ModelPredictor(1, ROOT / "assets/models/default")
    sys.setprofile(follow)
    try:
        answer = suggest.ask(predictor, "Ms. Haag joined the Bank of China.", SamplerSettings())
    finally:
        sys.setprofile(None)

    assert answer.entities
    assert passed == set(journey.values())
    assert not back


def test_every_page_of_docs_is_in_its_index() -> None:
    pages = {name for name in DOCUMENTS if name.startswith("docs/")} - {"docs/README.md"}
    linked = {f"docs/{link.partition('#')[0]}" for link in _LINK.findall(text_of("docs/README.md"))}

    assert pages <= linked


def test_every_document_that_the_sources_name_exists() -> None:
    named = {
        f"{name}: {document}"
        for name in tracked()
        if name.endswith((".py", ".toml", ".js")) or name == "Makefile"
        for document in re.findall(r"\bdocs/[\w/-]+\.md", text_of(name))
        if not (ROOT / document).is_file()
    }

    assert not named

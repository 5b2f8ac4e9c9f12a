"""Joining a component's JavaScript files into the one string that Streamlit takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.components import bundle


def write(folder: Path, **files: str) -> Path:
    """Writes NAME.js for each keyword; answers the path of main.js."""
    for name, source in files.items():
        (folder / f"{name}.js").write_text(source, encoding="utf-8")
    return folder / "main.js"


def test_imports_come_first_and_each_file_once(tmp_path: Path) -> None:
    entry = write(
        tmp_path,
        one="export const one = 1;\n",
        two="import { one } from './one.js';\nexport const two = one + one;\n",
        main="import { one } from './one.js';\nimport {\n  two,\n} from './two.js';\n"
        "export default function render() { return one + two; }\n",
    )
    assert bundle(entry) == (
        "const one = 1;\n\nconst two = one + one;\n\n"
        "export default function render() { return one + two; }\n"
    )


def test_comments_and_indentation_stay_behind(tmp_path: Path) -> None:
    entry = write(
        tmp_path,
        main="// What it is for.\n\n/**\n * @param {number} a\n */\nexport function half(a) {\n"
        "  /** @type {string} */ const url = 'https://here'; // as it is\n  return a / 2;\n}\n",
    )
    assert bundle(entry).strip() == (
        "function half(a) {\nconst url = 'https://here'; // as it is\nreturn a / 2;\n}"
    )


def test_files_that_import_each_other_end(tmp_path: Path) -> None:
    entry = write(
        tmp_path,
        main="import { other } from './other.js';\nexport function mine() {}\n",
        other="import { mine } from './main.js';\nexport function other() {}\n",
    )
    assert bundle(entry) == "function other() {}\n\nfunction mine() {}\n"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import { one as uno } from './one.js';\n", "renames an import"),
        ("import one from './one.js';\n", "cannot join"),
        ("import { one } from 'elsewhere';\n", "cannot join"),
        ("export * from './one.js';\n", "cannot join"),
        ("const a = 1;\nexport { a };\n", "cannot join"),
        ("import { one } from './one.js';\nconst one = 2;\n", "both declare 'one'"),
    ],
)
def test_what_cannot_be_joined_is_refused_by_name(
    tmp_path: Path, source: str, message: str
) -> None:
    entry = write(tmp_path, one="export const one = 1;\n", main=source)
    with pytest.raises(ValueError, match=message) as error:
        bundle(entry)
    assert "main.js" in str(error.value)


def test_the_span_annotator_is_one_module_with_one_default_export() -> None:
    folder = Path(__file__).parents[3] / "app/components/span_annotator"
    source = bundle(folder / "annotator.js")
    assert source.count("\nexport ") == 1
    assert "\nimport " not in source
    declared = re.compile(r"^export (?:async )?(?:const|class|function\*?) \w+", re.MULTILINE)
    for file in folder.glob("*.js"):
        for start in declared.findall(file.read_text(encoding="utf-8")):
            assert start.removeprefix("export ") in source, file.name

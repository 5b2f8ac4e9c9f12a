"""`pip install .`: what the wheel has and asks for, and that it runs in a bare environment."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Iterable
from email import message_from_string
from importlib.metadata import distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import core
from tests.test_examples import EXAMPLES, OUTPUTS
from tests.test_project import ROOT, imported_names, python_files

OPTIONAL = {"accelerate", "httpx", "plotly", "spacy", "tensorboard"}
"""What an extra brings."""
STOOD_IN_FOR = {"tensorboard"}
"""Packages that the tests have a stand-in for, since every training imports them where they are."""
README = [example for example in EXAMPLES if example[0].startswith("README.md:")]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
OFFLINE = ["--no-index", "--no-deps"]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is built from, so that the checkout stays as it is."""
    folder = tmp_path_factory.mktemp("source")
    for name in ("core", "app", "storage", "tests"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    (folder / "assets").mkdir()
    (folder / "assets" / "models").symlink_to(ROOT / "assets" / "models")
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by the pinned backend."""
    out = tmp_path_factory.mktemp("wheel")
    run([*PIP, "wheel", *OFFLINE, "--no-build-isolation", "-w", str(out), "."], source)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def requirements(wheel: Path) -> list[Requirement]:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (item for item in archive.namelist() if item.endswith(".dist-info/METADATA"))
        metadata = message_from_string(archive.read(name).decode())
    return [Requirement(item) for item in metadata.get_all("Requires-Dist")]


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and what it asks for, and nothing else."""
    folder = tmp_path_factory.mktemp("bare")
    run([sys.executable, "-m", "venv", "--without-pip", str(folder)], folder)
    python = str(folder / "bin" / "python")
    run([*PIP, "--python", python, "install", *OFFLINE, str(wheel)], folder)
    site = site_of(folder)
    (installed,) = (
        distribution
        for distribution in distributions(path=[str(site)])
        if distribution.name == "spanneal"
    )
    link(site, installed.requires or ())
    return folder / "bin"


@pytest.fixture(scope="module")
def with_spacy(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of it, with spaCy."""
    pytest.importorskip("spacy")
    folder = shutil.copytree(
        bare.parent, tmp_path_factory.mktemp("spacy") / "environment", symlinks=True
    )
    link(site_of(folder), ["spacy"])
    return folder / "bin"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A user's own project: it has a package called `core`, and ones called as our others are."""
    for name in ("core", "app", "storage"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    return tmp_path


def run(command: list[str], folder: Path, given: str = "") -> str:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environment |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(
        command, cwd=folder, input=given, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def site_of(environment: Path) -> Path:
    python = str(environment / "bin" / "python")
    code = "import site; print(site.getsitepackages()[0])"
    return Path(run([python, "-c", code], environment).strip())


def link(site: Path, wanted: Iterable[str]) -> None:
    """Puts links there to the installed packages that these requirements need."""
    needed: set[str] = set()
    waiting = [Requirement(line) for line in wanted]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in needed or (
            requirement.marker and not requirement.marker.evaluate({"extra": ""})
        ):
            continue
        needed.add(name)
        waiting += [Requirement(require) for require in distribution(name).requires or ()]
    for name in needed:
        installed = distribution(name)
        # `installed.files` makes a path of each of torch's 15,000
        record = (installed.read_text("RECORD") or "").splitlines()
        for top in {line.split(",")[0].split("/")[0] for line in record} - {".."}:
            source = Path(str(installed.locate_file(top)))
            if source.exists() and not (site / top).exists() and top != "__pycache__":
                (site / top).symlink_to(source)


def test_the_wheel_has_one_package_with_every_module_the_model_and_its_marks(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    modules = {f"spanneal/{path.relative_to(ROOT / 'core')}" for path in python_files("core")}

    assert modules <= names
    assert {item.split("/")[0] for item in names} == {
        "spanneal",
        f"spanneal-{core.__version__}.dist-info",
    }
    assert "spanneal/py.typed" in names
    files = {path.name for path in (ROOT / "assets" / "models" / "default").iterdir()}
    assert {f"spanneal/bundled_model/{name}" for name in files} <= names


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert "version" not in project
    assert "version" in project["dynamic"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", core.__version__)


def test_the_wheel_asks_for_ranges_of_what_core_imports_and_no_more(
    requirements: list[Requirement],
) -> None:
    always = {requirement.name for requirement in requirements if not requirement.marker}
    imported = {
        name.split(".")[0]
        for path in python_files("core")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in imported_names(node)
    }
    packages = {name.replace("_", "-") for name in imported - sys.stdlib_module_names}

    assert packages - OPTIONAL == always
    assert {requirement.name for requirement in requirements} - always == OPTIONAL
    for requirement in requirements:
        assert requirement.specifier, f"{requirement} has no lower bound"
        assert not any(bound.operator == "==" for bound in requirement.specifier), (
            f"{requirement} is pinned"
        )
        if requirement.name not in STOOD_IN_FOR:
            tested = distribution(requirement.name).version
            assert tested in requirement.specifier, f"{requirement} is not what is tested"


def test_the_readme_has_python() -> None:
    assert len(README) >= 3


@pytest.mark.parametrize(
    ("location", "code"),
    [
        pytest.param(*example, id=example[0], marks=[pytest.mark.thorough] if number else [])
        for number, example in enumerate(README)
    ],
)
def test_the_readmes_python_runs_beside_a_package_called_core(
    location: str, code: str, elsewhere: Path, request: pytest.FixtureRequest
) -> None:
    """`test_examples` runs all of it in the checkout."""
    environment = request.getfixturevalue("with_spacy" if "import spacy" in code else "bare")
    message = run([str(environment / "python"), "-c", code], elsewhere)
    assert message == OUTPUTS.get(location, message) != ""


def test_the_bare_environment_has_nothing_of_the_page(bare: Path, elsewhere: Path) -> None:
    code = "from importlib.util import find_spec as f; print([n for n in {} if f(n)])".format(
        ["streamlit", "sqlalchemy", "spacy", "plotly", "tests"]
    )
    assert run([str(bare / "python"), "-c", code], elsewhere).strip() == "[]"


def test_spacy_works_beside_a_package_called_core(with_spacy: Path, elsewhere: Path) -> None:
    code = (
        "import spacy; print(spacy.blank('en').pipe_names, 'spanneal' in spacy.registry.factories)"
    )
    assert run([str(with_spacy / "python"), "-c", code], elsewhere).strip() == "[] True"


def test_the_command_annotates_with_the_bundled_model(bare: Path, elsewhere: Path) -> None:
    command = str(bare / "spanneal")

    assert run([command, "--help"], elsewhere).startswith("usage: spanneal")
    assert '"label": "PER"' in run([command, "annotate"], elsewhere, "Ms. Haag lives in Oslo.\n")


@pytest.mark.thorough
def test_an_installed_pipeline_goes_to_a_spawned_process(bare: Path, elsewhere: Path) -> None:
    (elsewhere / "main.py").write_text(
        "import multiprocessing, pickle\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "from spanneal import Pipeline\n"
        "if __name__ == '__main__':\n"
        "    ner = Pipeline.from_pretrained(device='cpu')\n"
        "    ner = pickle.loads(pickle.dumps(ner))\n"
        "    context = multiprocessing.get_context('spawn')\n"
        "    with ProcessPoolExecutor(1, mp_context=context) as processes:\n"
        "        there = processes.submit(ner, 'Ms. Haag lives in Oslo.').result()\n"
        "    assert there == ner('Ms. Haag lives in Oslo.')\n"
        "    print([entity.text for entity in there])\n"
    )
    message = run([str(bare / "python"), "main.py"], elsewhere)
    assert message.strip() == "['Ms. Haag', 'Oslo']"


def test_an_editable_install_runs_the_sources_where_they_lie(source: Path, elsewhere: Path) -> None:
    run([sys.executable, "-m", "venv", "--without-pip", "environment"], elsewhere)
    python = str(elsewhere / "environment" / "bin" / "python")
    (site_of(elsewhere / "environment") / "all.pth").write_text(
        sysconfig.get_path("purelib") + "\n"
    )
    editable = ["install", *OFFLINE, "--no-build-isolation", "--editable", str(source)]
    run([*PIP, "--python", python, *editable], elsewhere)

    code = "from spanneal import installation as i; print(i.__file__, i.BUNDLED)"
    message = run([python, "-c", code], elsewhere).split()

    assert message == [
        str(source / "core" / "installation.py"),
        str(source / "assets" / "models" / "default"),
    ]

"""`make check`, the hooks before a commit and the continuous integration check the same."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())


def checks() -> list[str]:
    """The commands of `make check`, with the folder of the tools as `BIN`."""
    makefile = (ROOT / "Makefile").read_text()
    recipes = [
        recipe
        for target in ("quick-checks", "check")
        for recipe in re.findall(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    ]
    assert len(recipes) == 2, "the Makefile has `check` and its prerequisite `quick-checks`"
    return [line.lstrip("\t@").replace("$(BIN)", "BIN") for line in "".join(recipes).splitlines()]


def test_the_hooks_run_what_make_check_runs() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = [hook for repository in config["repos"] for hook in repository["hooks"]]

    assert {hook["entry"].replace(".venv/bin", "BIN") for hook in hooks} == set(checks())
    assert {repository["repo"] for repository in config["repos"]} == {"local"}
    assert not any(hook["pass_filenames"] for hook in hooks), "a hook checks what `make` checks"


def test_the_integration_runs_what_anybody_can_run() -> None:
    commands = [step.get("run") for step in WORKFLOW["jobs"]["test"]["steps"]]

    assert ".ci/run" in commands
    assert "make test" in (ROOT / ".ci/run").read_text().splitlines()


def test_the_integration_may_only_read_and_names_its_actions_by_commit() -> None:
    steps = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]
    actions = [step["uses"] for step in steps if "uses" in step]

    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in WORKFLOW["jobs"].values())
    assert "secrets." not in (ROOT / ".github/workflows/ci.yml").read_text()
    assert actions
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action) for action in actions), actions


def test_a_file_that_does_not_parse_is_named(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text("a = 1\n")
    (tmp_path / "bad.yaml").write_text("a: [1\n")
    for command in (["init", "--quiet"], ["add", "."]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)

    run = subprocess.run(
        [sys.executable, ROOT / ".ci/parse"], cwd=tmp_path, capture_output=True, text=True
    )

    assert run.returncode == 1
    assert "bad.yaml does not parse" in run.stderr
    assert "good.toml" not in run.stderr

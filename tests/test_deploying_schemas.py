"""compose.yaml and the example for Kubernetes are what their own schemas allow."""

from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path

import kubernetes_validate
import pytest

from tests.test_deploying import CLUSTER, ROOT

COMPOSE = ROOT / "compose.yaml"


def allowed(file: Path) -> bool:
    """By the schema of the Compose specification, which comes with the checker."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    return subprocess.run([*command, str(file)], capture_output=True).returncode == 0


def test_compose_reads_the_file_as_it_is_meant(tmp_path: Path) -> None:
    misspelt = tmp_path / "compose.yaml"
    misspelt.write_text(COMPOSE.read_text().replace("read_only:", "read_onli:"))

    assert allowed(COMPOSE)
    assert not allowed(misspelt)


@pytest.mark.parametrize("item", CLUSTER, ids=lambda item: item["kind"])
def test_kubernetes_takes_every_item_and_a_misspelt_one_is_noticed(item: dict[str, object]) -> None:
    newest = kubernetes_validate.latest_version()
    misspelt = copy.deepcopy(item) | {"metadate": {}}

    kubernetes_validate.validate(item, newest, strict=True)
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(misspelt, newest, strict=True)

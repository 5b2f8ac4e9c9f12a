"""The files that start an installation: they parse, say what the program understands, and pin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.__main__ import VERBS
from app.settings import VARIABLES, Settings

ROOT = Path(__file__).resolve().parents[1]
OTHERS = {
    "COOKIE_SECRET",
    "FORWARDED_ALLOW_IPS",
    "PGDATA",
    "PGPASSWORD",
    "POSTGRES_DB",
    "POSTGRES_PASSWORD",
    "POSTGRES_USER",
    "SITE",
    "STREAMLIT_SERVER_ALLOWED_HOSTS",
    "STREAMLIT_SERVER_COOKIE_SECRET",
}
"""What PostgreSQL, the proxy, Streamlit and its server read."""
SECRET = re.compile("PASSWORD|SECRET|TOKEN")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
CLUSTER: list[dict[str, Any]] = list(
    yaml.safe_load_all((ROOT / "deploy" / "kubernetes.yaml").read_text())
)


def _containers() -> Iterator[dict[str, Any]]:
    for item in CLUSTER:
        if item["kind"] in ("Deployment", "StatefulSet"):
            yield from item["spec"]["template"]["spec"]["containers"]


def _compose_variables() -> Iterator[tuple[str, str]]:
    for service in COMPOSE["services"].values():
        yield from service.get("environment", {}).items()


def _cluster_variables() -> Iterator[tuple[str, str | None]]:
    """A secret's value is not in the file: None."""
    for item in CLUSTER:
        if item["kind"] == "ConfigMap":
            yield from item["data"].items()
    for container in _containers():
        for entry in container.get("env", ()):
            yield entry["name"], entry.get("value")


@pytest.mark.parametrize("variables", [_compose_variables, _cluster_variables])
def test_every_variable_is_one_that_somebody_reads(variables: Any) -> None:
    names = {name for name, _ in variables()}

    assert {"SPANNEAL_DATABASE", "SPANNEAL_JOBS", "SPANNEAL_AUTH"} <= names
    assert names - OTHERS <= VARIABLES.keys()


def test_what_they_say_is_understood_by_the_program() -> None:
    for variables in (_compose_variables(), _cluster_variables()):
        given = {name: value for name, value in variables if value is not None}
        settings = Settings.from_environment(given)
        assert (settings.auth, settings.log) == ("accounts", "json")
        assert settings.database.startswith("postgresql+psycopg://")
        assert settings.jobs.startswith("postgresql+psycopg://")


def test_no_secret_has_a_default_or_stands_in_the_file() -> None:
    for name, value in _compose_variables():
        if SECRET.search(name):
            assert re.fullmatch(r"\$\{[A-Z_]+:\?[^}]+\}", value), f"{name} is {value!r}"
    for name, secret in _cluster_variables():
        assert not SECRET.search(name) or secret is None, f"{name} stands in the file"
    assert all(item["kind"] != "Secret" for item in CLUSTER)


def test_every_image_is_pinned_to_a_whole_version() -> None:
    images = [item["image"] for item in COMPOSE["services"].values()]
    images += [container["image"] for container in _containers()]
    images += re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    for image in images:
        assert re.search(r":\d+\.\d+(\.\d+)?(-[a-z-]+)?$", image), f"{image} is not pinned"
        assert image.startswith("postgres:") or re.search(r":\d+\.\d+\.\d+", image)


def test_every_service_writes_to_its_volumes_alone_and_gains_no_right() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
        assert any(location.startswith("/tmp") for location in service["tmpfs"]), name


def test_every_container_of_the_cluster_is_confined_alike() -> None:
    for container in _containers():
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert "/tmp" in {mount["mountPath"] for mount in container["volumeMounts"]}
    for item in CLUSTER:
        if item["kind"] in ("Deployment", "StatefulSet"):
            pod = item["spec"]["template"]["spec"]
            assert pod["securityContext"]["runAsNonRoot"] is True
            volumes = {volume["name"] for volume in pod.get("volumes", ())}
            volumes |= {
                claim["metadata"]["name"] for claim in item["spec"].get("volumeClaimTemplates", ())
            }
            mounts = {mount["name"] for c in pod["containers"] for mount in c["volumeMounts"]}
            assert mounts == volumes


def test_every_command_is_a_verb_and_there_are_two_pages_and_several_workers() -> None:
    services = COMPOSE["services"]
    commands = [service["command"] for service in services.values() if "command" in service]
    commands += [container["args"] for container in _containers() if "args" in container]
    assert {command[0] for command in commands} == {"serve", "worker"} <= VERBS.keys()

    assert [name for name in services if name.startswith("page")] == ["page-1", "page-2"]
    assert services["worker"]["deploy"]["replicas"] >= 2
    replicas = {
        item["metadata"]["name"]: item["spec"]["replicas"]
        for item in CLUSTER
        if item["kind"] == "Deployment"
    }
    assert replicas["page"] == 2
    assert replicas["worker"] >= 2


def test_the_proxy_keeps_a_person_on_one_page_and_metrics_to_itself() -> None:
    message = (ROOT / "deploy" / "Caddyfile").read_text()

    assert "reverse_proxy page-1:8501 page-2:8501" in message
    assert "lb_policy cookie" in message
    assert "health_uri /readyz" in message
    assert re.search(r"@private path /metrics", message)


def test_only_the_proxy_can_be_reached_and_what_it_asks_of_is_served() -> None:
    published = [name for name, item in COMPOSE["services"].items() if "ports" in item]
    assert published == ["proxy"]
    volumes = {
        mount.split(":")[0] for item in COMPOSE["services"].values() for mount in item["volumes"]
    }
    assert {name for name in volumes if not name.startswith(".")} == COMPOSE["volumes"].keys()

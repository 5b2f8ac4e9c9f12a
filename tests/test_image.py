"""The image is built by buildah, which needs no daemon, and lived in: start, sign in, annotate,
kill, start again.

Its base cannot be fetched in a test: Debian made by debootstrap stands in for it, under its name.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.settings import ROOT
from core.client import Client
from tests.browser.servers import free_port
from tests.load.site import PASSWORD, sign_in
from tests.waiting import until

TOOLS = ("buildah", "debootstrap")
USER = 10001
"""Of the Dockerfile: whom the container's processes are known by here."""
IMAGE, CONTAINER = "localhost/spanneal:test", "spanneal-test"
LISTS = ("requirements.txt", "requirements-oidc.txt")
CODEINE = {"op": "add", "id": "1", "start": 14, "end": 21, "label": "DRUG"}
pytestmark = [
    pytest.mark.thorough,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(
        os.geteuid() != 0 or not all(map(shutil.which, TOOLS)),
        reason="needs root, buildah and debootstrap (apt-get install buildah debootstrap)",
    ),
]


@dataclass(frozen=True)
class Engine:
    """buildah with a storage of its own, so that nothing is left behind."""

    folder: Path

    def command(self, *arguments: str) -> list[str]:
        storage = ["--root", str(self.folder / "storage"), "--runroot", str(self.folder / "run")]
        return ["buildah", *storage, "--storage-driver", "overlay", *arguments]

    def do(self, *arguments: str) -> str:
        done = subprocess.run(self.command(*arguments), text=True, capture_output=True)
        assert done.returncode == 0, f"buildah {arguments[0]}: {done.stderr[-4000:]}"
        return done.stdout

    def inside(self, *arguments: str) -> list[str]:
        """The command that runs one in the container, with its volume."""
        volume = f"{self.folder / 'data'}:/data"
        options = ("--isolation", "chroot", "--volume", volume, CONTAINER, "--")
        return self.command("run", *options, *arguments)

    def app(self, *arguments: str, typed: str = "") -> str:
        command = self.inside("python", "-m", "app", *arguments)
        done = subprocess.run(command, input=typed, text=True, capture_output=True)
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The address of the page; its processes are killed at the end."""
        port = free_port()
        command = self.inside(
            *("python", "-m", "app", "serve", "--host", "127.0.0.1", "--port", str(port))
        )
        url = f"http://127.0.0.1:{port}"
        with (self.folder / "page.log").open("ab") as log:
            page = subprocess.Popen(command, stdout=log, stderr=log)
            try:
                until(lambda: page.poll() is not None or ready(url), patience=600)
                assert page.poll() is None, (self.folder / "page.log").read_text()[-4000:]
                yield url
            finally:
                for pid in processes():
                    os.kill(pid, signal.SIGKILL)
                page.wait()


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=30, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def processes() -> list[int]:
    """Those that the container's user has."""
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return [pid for pid in numbers if _owner(pid) == USER]


def _owner(pid: int) -> int | None:
    try:
        return Path(f"/proc/{pid}").stat().st_uid
    except FileNotFoundError:
        return None


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """With a container of the image; `SPANNEAL_AUTH` is what a team must set."""
    with tempfile.TemporaryDirectory(prefix="image-") as name:
        engine = Engine(Path(name))
        (engine.folder / "data").mkdir()
        os.chown(engine.folder / "data", USER, USER)
        make_base(engine)
        build(engine)
        engine.do("from", "--name", CONTAINER, IMAGE)
        engine.do("config", "--env", "SPANNEAL_AUTH=accounts", CONTAINER)
        yield engine
        engine.do("rm", "--all")
        engine.do("rmi", "--all", "--force")


def make_base(engine: Engine) -> None:
    """Debian with its Python, under the name that the Dockerfile asks for. Its pip knows no index:
    it gets what this machine's pip brought."""
    root, packages = engine.folder / "base", "python3,python3-pip,python-is-python3,ca-certificates"
    run("debootstrap", "--variant=minbase", f"--include={packages}", "bookworm", str(root))
    for marker in root.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
        marker.unlink()  # the official image has none: its pip installs for all
    engine.do("from", "--name", "base", "scratch")
    engine.do("add", "base", str(root), "/")
    engine.do("config", "--env", "PIP_NO_INDEX=1", "--env", "PIP_FIND_LINKS=/wheels", "base")
    (name,) = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    engine.do("commit", "base", f"docker.io/library/{name}")


def build(engine: Engine) -> None:
    """The Dockerfile as it is."""
    wheels = engine.folder / "wheels"
    lists = [f"--requirement={ROOT / name}" for name in LISTS]
    run(sys.executable, "-m", "pip", "download", "--quiet", f"--dest={wheels}", *lists)
    engine.do(
        *("build", "--isolation", "chroot", "--pull-never", "--tag", IMAGE),
        *("--volume", f"{wheels}:/wheels:ro", str(ROOT)),
    )


def run(*command: str) -> None:
    done = subprocess.run(command, text=True, capture_output=True)
    assert done.returncode == 0, f"{command[0]}: {(done.stdout + done.stderr)[-4000:]}"


def test_what_was_annotated_in_a_container_is_there_after_it_was_killed(engine: Engine) -> None:
    with engine.serving() as url:
        engine.app("users", "add", "Ada", "--administrator", typed=f"{PASSWORD}\n")
        secret = engine.app("token", "create", "--name", "robot", "--person", "Ada").split()[-1]
        assert sign_in(url, "Ada")
        with Client(url, secret) as client:
            project = client.create_project("Clinic", ["DRUG"])
            client.push(project.id, [{"text": "Take 50 mg of codeine."}])
            (document,) = client.documents(project.id)
            client.annotate(document.id, [CODEINE, {"op": "submit"}])

    with engine.serving() as url:
        assert sign_in(url, "Ada")
        with Client(url, secret) as client:
            (pulled,) = client.pull(project.id)
    assert [entity["label"] for entity in pulled["entities"]] == ["DRUG"]


def test_the_container_can_write_to_its_volume_alone(engine: Engine) -> None:
    def writes(path: str) -> bool:
        return subprocess.run(engine.inside("touch", path), capture_output=True).returncode == 0

    assert [path for path in ("/data/x", "/spanneal/x", "/usr/x") if writes(path)] == ["/data/x"]

"""Hosts as a database meets them: processes with a home and a folder for passing files of their
own, which share the PostgreSQL server and, at one path, the data folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.settings import ROOT


@dataclass
class Host:
    """A machine on which one worker runs. `within` is a command that others are started by, such
    as `ip netns exec NAME`."""

    folder: Path
    environment: Mapping[str, str]
    within: Sequence[str] = ()
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        personal = {name: str(self.folder / name) for name in ("home", "tmp")}
        for item in personal.values():
            Path(item).mkdir(parents=True, exist_ok=True)
        given = {**os.environ, **self.environment, "OMP_NUM_THREADS": "1"}
        given |= {"HOME": personal["home"], "TMPDIR": personal["tmp"], "PYTHONPATH": str(ROOT)}
        command = [*self.within, sys.executable, "-m", "app", "worker"]
        worker = subprocess.Popen(command, cwd=self.folder, env=given, stdout=subprocess.DEVNULL)
        self.workers.append(worker)

    def owns(self, worker: str) -> bool:
        """Whether its worker has this name, see `app.services.retraining.worker_heartbeat`."""
        return worker.split("-")[-2] == str(self.workers[-1].pid)

    def freeze(self) -> None:
        self.workers[-1].send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.workers[-1].send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """As when its power fails."""
        for worker in self.workers:
            worker.kill()
            worker.wait()

"""Hosts as network namespaces: each with an address of its own, on one bridge. Needs root."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

NET = "10.77.0"
HERE = f"{NET}.1"
"""The address at which the others find this one."""


@contextmanager
def hosts(count: int) -> Iterator[list[tuple[str, ...]]]:
    """For each host, the command that others are started on it by. All is gone at the end."""
    names = [f"spanneal-{number}" for number in range(1, count + 1)]
    _ip("link add spanneal type bridge")
    try:
        _ip(f"address add {HERE}/24 dev spanneal")
        _ip("link set spanneal up")
        for number, name in enumerate(names, 1):
            _host(name, f"{NET}.{number + 1}", f"spanneal{number}")
        yield [("ip", "netns", "exec", name) for name in names]
    finally:
        for name in names:
            _ip(f"netns delete {name}", check=False)
        _ip("link delete spanneal", check=False)


def _host(name: str, address: str, end: str) -> None:
    _ip(f"netns add {name}")
    _ip(f"link add {end} type veth peer name eth0 netns {name}")
    _ip(f"link set {end} master spanneal up")
    _ip(f"-n {name} address add {address}/24 dev eth0")
    _ip(f"-n {name} link set eth0 up")
    _ip(f"-n {name} link set lo up")


def _ip(arguments: str, *, check: bool = True) -> None:
    done = subprocess.run(["ip", *arguments.split()], capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"ip {arguments} failed, which needs root: {done.stderr.strip()}")

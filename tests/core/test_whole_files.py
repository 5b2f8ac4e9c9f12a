"""A file appears when it is whole, and nothing but a file is replaced by one."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from core.whole_files import whole_file, whole_path


def write(path: Path, *parts: Any) -> None:
    with whole_file(path) as file:
        for part in parts:
            file.write(part)


def test_a_file_takes_the_place_of_the_last_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"before")
    with whole_file(path) as file:
        file.write(b"after")
        file.flush()
        assert path.read_bytes() == b"before"

    assert path.read_bytes() == b"after"
    assert list(tmp_path.iterdir()) == [path]


def test_what_breaks_off_leaves_the_last_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"before")
    with pytest.raises(TypeError):
        write(path, b"half", None)

    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_library_that_writes_by_a_path_leaves_the_last_file_and_nothing_else_if_it_fails(
    tmp_path: Path,
) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"before")

    def fail(unfinished: Path) -> None:
        unfinished.write_bytes(b"half")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"), whole_path(path) as unfinished:
        fail(unfinished)
    assert path.read_bytes() == b"before"
    with whole_path(path) as unfinished:
        unfinished.write_bytes(b"after")

    assert path.read_bytes() == b"after"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("dangling", [True, False])
def test_a_link_leads_to_the_new_file(tmp_path: Path, dangling: bool) -> None:
    link, target = tmp_path / "link", tmp_path / "target"
    link.symlink_to(target)
    if not dangling:
        target.write_bytes(b"before")
    write(link, b"after")

    assert link.is_symlink()
    assert target.read_bytes() == b"after"


def test_a_pipe_is_written_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR)
    try:
        write(pipe, b"a", b"b")
        assert os.read(reader, 10) == b"ab"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_missing_folder_is_named_and_not_the_file_in_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as error:
        write(tmp_path / "nowhere" / "out", b"")
    assert error.value.filename == str(tmp_path / "nowhere")


def test_a_folder_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError), whole_file(tmp_path):
        pytest.fail("it began")

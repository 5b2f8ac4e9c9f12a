"""What a job writes down of itself, and how it is read."""

from __future__ import annotations

from pathlib import Path

from app.services.retraining.job_journal import JOURNAL, read, write


def test_lines_come_back_in_their_order_without_those_read_before(tmp_path: Path) -> None:
    folder = tmp_path / "jobs" / "a"
    assert read(folder) == []
    for message in ("begins", "epoch 1: Ω\n", "done"):
        write(folder, "train", message)
    write(folder, "evaluate", "the disk is full", "error")

    lines = read(folder)
    assert [(line.step, line.level, line.message) for line in lines] == [
        ("train", "info", "begins"),
        ("train", "info", "epoch 1: Ω\n"),
        ("train", "info", "done"),
        ("evaluate", "error", "the disk is full"),
    ]
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert read(folder, after=2) == lines[2:]
    assert read(folder, after=1, limit=1) == lines[1:2]
    assert read(folder, after=9) == []


def test_a_line_that_a_kill_tore_is_shown_once_it_is_ended(tmp_path: Path) -> None:
    write(tmp_path, "train", "begins")
    with (tmp_path / JOURNAL).open("a") as file:
        file.write('{"at": "2026-')
    assert [line.message for line in read(tmp_path)] == ["begins"]
    write(tmp_path, "train", "begins")
    torn = read(tmp_path)[1]
    assert (torn.level, torn.message.startswith('{"at": "2026-')) == ("error", True)


def test_a_line_that_a_full_disk_cut_within_a_character_hides_no_other(tmp_path: Path) -> None:
    write(tmp_path, "train", "begins")
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write('{"message": "Ω'.encode()[:-1])
    write(tmp_path, "train", "done")
    write(tmp_path, "evaluate", "begins")

    assert [line.step for line in read(tmp_path)] == ["train", "", "evaluate"]


def test_a_job_goes_on_where_nothing_can_be_written(tmp_path: Path) -> None:
    obstacle = tmp_path / "job"
    obstacle.write_text("a file")
    write(obstacle, "train", "begins")
    assert read(obstacle) == []

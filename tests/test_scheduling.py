"""Which process runs which test."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace

import pytest

from tests.scheduling import FilesTogether, group_of


@pytest.mark.parametrize(
    ("file", "group"),
    [
        ("tests/test_scheduling.py", "tests/test_scheduling.py"),
        ("tests/browser/test_story.py", "browser-site"),
        ("tests/browser/test_two_people.py", "browser-site"),
        ("tests/app/http/test_real_app.py", "http-server"),  # beside another mark
    ],
)
def test_a_file_is_of_the_group_that_it_names_or_a_group_by_itself(file: str, group: str) -> None:
    assert group_of(file) == group


def test_every_mark_of_a_group_is_found(request: pytest.FixtureRequest) -> None:
    marked = {
        item.nodeid.split("::", 1)[0]: mark.args[0]
        for item in request.session.items
        for mark in item.iter_markers("xdist_group")
    }

    assert {file: group_of(file) for file in marked} == marked


class Process:
    """Stands in for a process of pytest-xdist: notes which tests it is given."""

    shutting_down = False
    gateway = SimpleNamespace(id="process")

    def __init__(self) -> None:
        self.given: list[int] = []

    def send_runtest_some(self, indices: list[int]) -> None:
        self.given += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def test_all_tests_of_a_group_go_to_one_process(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [f"tests/browser/test_{name}.py" for name in ("story", "pages", "blind", "console")]
    collected = [f"{file}::test_a[x::y@z-{number}]" for file in files for number in range(3)]
    monkeypatch.setattr(pytestconfig.option, "tx", ["popen", "popen"])
    scheduling = FilesTogether(pytestconfig)
    processes = [Process(), Process()]
    for process in processes:
        scheduling.add_node(process)
    for process in processes:
        scheduling.add_node_collection(process, collected)
    scheduling.schedule()

    given = defaultdict(set)
    for number, process in enumerate(processes):
        for index in process.given:
            given[group_of(collected[index].split("::")[0])].add(number)
    assert sorted(given) == ["browser-accounts", "browser-site"]
    assert all(len(numbers) == 1 for numbers in given.values())
    assert sum(len(process.given) for process in processes) == len(collected)

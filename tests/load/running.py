"""A run: a fresh database, page processes, annotators at work, and the figures."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from tests.coroutines import result_of
from tests.load import figures
from tests.load.annotator import ARRIVALS, Annotator, Tally
from tests.load.checking import check_stored
from tests.load.figures import Figures
from tests.load.machine import Cost, MachineMeter, Meter
from tests.load.relay import sticky
from tests.load.site import Page, Project, imported, opened, serving, sign_in


@dataclass(frozen=True)
class Plan:
    """What to put under load, and how much."""

    annotators: int
    seconds: float
    pages: int = 1
    documents: int = 2000
    model: bool = True
    """Whether the bundled model makes the suggestions; else they are imported."""


def run(plan: Plan, url: str, folder: Path, database: Sequence[int] = ()) -> Figures:
    """Carries the plan out on an empty database; `database` are the processes that serve it."""
    project = imported(url, folder, plan.annotators, plan.documents, suggested=not plan.model)
    with serving(url, folder, plan.pages, model=plan.model) as pages:
        tallies, costs, busy = result_of(_work(plan, project, pages, database))
    with opened(url) as sessions:
        clients = {f"load-{number}": tally for number, tally in enumerate(tallies)}
        result = check_stored(
            sessions,
            {name: set(tally.saves) for name, tally in clients.items()},
            {name: len(tally.sent) for name, tally in clients.items()},
        )
    return Figures(
        annotators=plan.annotators,
        seconds=plan.seconds,
        pages=plan.pages,
        documents=plan.documents,
        database=make_url(url).get_backend_name(),
        model=plan.model,
        cores=len(os.sched_getaffinity(0)),
        sent=sum(len(tally.sent) for tally in tallies),
        acknowledged=sum(len(tally.saves) for tally in tallies),
        stored=result,
        saves=figures.saves(tallies),
        openings=figures.openings(tallies),
        refusals=figures.summed([tally.refusals for tally in tallies]),
        problems=figures.summed([tally.problems for tally in tallies]),
        megabytes_received=round(sum(tally.received for tally in tallies) / 1e6, 1),
        costs=costs,
        busy=busy,
    )


async def _work(
    plan: Plan, project: Project, pages: Sequence[Page], database: Sequence[int]
) -> tuple[list[Tally], dict[str, Cost], float]:
    async with _front(pages) as site:
        signed_in = await asyncio.gather(
            *(asyncio.to_thread(sign_in, site, name) for name in project.people)
        )
        annotators = [
            Annotator(
                site,
                project.query(number),
                cookies,
                str(number),
                seed=number,
                comes=number / ARRIVALS,
            )
            for number, cookies in enumerate(signed_in)
        ]
        machine = MachineMeter()
        meters = {
            "page": Meter([page.process.pid for page in pages]),
            **({"database": Meter(database)} if database else {}),
            "clients": Meter([os.getpid()], children=False),
        }
        tallies = await asyncio.gather(
            *(annotator.annotate(plan.seconds) for annotator in annotators)
        )
        return tallies, {name: meter.cost() for name, meter in meters.items()}, machine.busy()


@asynccontextmanager
async def _front(pages: Sequence[Page]) -> AsyncIterator[str]:
    """The address that annotators come to."""
    if len(pages) == 1:
        yield f"http://127.0.0.1:{pages[0].port}"
    else:
        async with sticky([page.port for page in pages]) as port:
            yield f"http://127.0.0.1:{port}"

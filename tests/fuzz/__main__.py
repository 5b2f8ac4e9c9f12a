"""`python -m tests.fuzz FORMAT [--count 100000] [--seed 0] [--seconds 180] [--show NUMBER]`"""

from __future__ import annotations

import argparse
import sys
import time

from storage import formats
from tests.fuzz.goods import files
from tests.fuzz.running import broken_file, run_guarded


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("format", choices=["all", *formats.IMPORT_FORMATS])
    parser.add_argument("--count", type=int, default=100_000, help="broken files to be read")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=180, help="the most time a format gets")
    parser.add_argument("--show", type=int, metavar="NUMBER", help="write one broken file out")
    asked = parser.parse_args()
    if asked.show is not None:
        content = broken_file(asked.format, files(asked.format), asked.seed, asked.show)
        sys.stdout.buffer.write(content)
        return 0
    chosen = formats.IMPORT_FORMATS if asked.format == "all" else (asked.format,)
    result = [_report(name, asked.count, asked.seed, asked.seconds) for name in chosen]
    return int(any(result))


def _report(format: str, count: int, seed: int, seconds: float) -> bool:
    """Whether anything was found."""
    started = time.monotonic()
    outcome = run_guarded(format, count, seed, seconds)
    print(
        f"{format}: {outcome.files:,} files, {outcome.records:,} records, "
        f"{time.monotonic() - started:.0f} s, slowest {outcome.slowest:.2f} s, "
        f"{len(outcome.faults)} faults",
        flush=True,
    )
    for location, fault in outcome.faults.items():
        print(f"  {location}: {fault}", flush=True)
    return bool(outcome.faults)


if __name__ == "__main__":
    sys.exit(main())

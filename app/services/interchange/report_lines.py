"""The lines of an import's report that explain its counts."""

from __future__ import annotations

from app.services.interchange.read_records import ImportReport


def losses(report: ImportReport) -> tuple[str, ...]:
    """What of the file is not in the project."""
    return _counted(
        (
            report.contradictions,
            "contradict an earlier record of the same text, which stands",
            "contradicts an earlier record of the same text, which stands",
        ),
        (
            report.differing,
            "have a text of the project with different annotations: the project's are kept",
            "has a text of the project with different annotations: the project's are kept",
        ),
    )


def changes(report: ImportReport) -> tuple[str, ...]:
    """What came in otherwise than record by record."""
    empty = "submitted, with nothing found" if report.submits_empty else "not yet annotated"
    return _counted(
        (
            report.merged,
            "of a repeated text with different annotations: merged into one document",
        ),
        (
            report.responses,
            "of a repeated text by another person: kept as a response to compare on the "
            "Agreement page",
        ),
        (report.empty, f"with an empty list of labels: imported as {empty}"),
    )


def _counted(*lines: tuple[int, str] | tuple[int, str, str]) -> tuple[str, ...]:
    """Each with its number of records, where there are any; the last wording is for one."""
    return tuple(
        f"{number:,} record{'' if number == 1 else 's'} {wordings[-1 if number == 1 else 0]}"
        for number, *wordings in lines
        if number
    )

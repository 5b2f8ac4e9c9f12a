"""Labels for a new project, as people write them down: lists, files of other tools, presets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storage.formats.xml_guard import check_xml
from storage.repository.projects import check_label_name

MOST_LABELS = 500
LARGEST_FILE = 1_000_000
"""Bytes of a file of labels."""
_NAMES = ("name", "label", "value", "text", "title")
_MEANINGS = ("description", "meaning")
_COLOURS = ("color", "colour", "background_color", "background")


@dataclass(frozen=True, slots=True)
class ProposedLabel:
    """A label that a project does not have yet."""

    name: str
    description: str = ""
    color: str | None = None
    """`#rrggbb`; None: the next free one."""


PRESETS: Mapping[str, tuple[ProposedLabel, ...]] = {
    "People, organisations, places": tuple(map(ProposedLabel, ("PER", "ORG", "LOC"))),
    "People, organisations, places, other names": tuple(
        map(ProposedLabel, ("PER", "ORG", "LOC", "MISC"))
    ),
    "Drugs": (
        ProposedLabel("DRUG", "Medicines and active substances"),
        ProposedLabel("DOSE", "How much is taken at a time: 500 mg, two tablets"),
        ProposedLabel("FREQUENCY", "How often: twice a day, every six hours"),
        ProposedLabel("ROUTE", "How it is taken: oral, intravenous"),
        ProposedLabel("ADVERSE_EFFECT", "Unwanted effects of a medicine"),
    ),
    "Contracts": (
        ProposedLabel("PARTY", "Who enters into the contract"),
        ProposedLabel("DATE", "Dates and periods"),
        ProposedLabel("AMOUNT", "Sums of money"),
        ProposedLabel("LAW", "Statutes, sections and the law that governs"),
    ),
    "Products": (
        ProposedLabel("BRAND", "Makers and trade marks"),
        ProposedLabel("PRODUCT", "Products by name, with their model"),
        ProposedLabel("FEATURE", "Parts and properties of a product"),
        ProposedLabel("PRICE", "Prices and discounts"),
    ),
}
"""Where the names are the bundled model's, their meanings are the usual ones."""


def read_list(text: str) -> tuple[ProposedLabel, ...]:
    """The labels of a pasted list: one a line, or several between commas; `NAME: meaning` and a
    tab between the two say what a label means.

    Raises `ValueError`, with the line, for what cannot be a name, a name that stands twice, and
    more than `MOST_LABELS`.
    """
    return _checked(
        (f"line {number}", label)
        for number, line in enumerate(text.splitlines(), 1)
        for label in _of_line(line.strip())
    )


def as_list(labels: Iterable[ProposedLabel]) -> str:
    """The labels as `read_list` reads them."""
    return "\n".join(
        f"{label.name}: {label.description}" if label.description else label.name
        for label in labels
    )


def read_file(content: bytes, name: str) -> tuple[ProposedLabel, ...]:
    """The labels of a file: a list, a table of names and meanings (CSV, TSV), JSON (doccano's label
    file, a list of names, names with meanings), or Label Studio's labelling configuration.

    Raises `ValueError` for a file that is none of them, with what is expected.
    """
    if len(content) > LARGEST_FILE:
        raise ValueError(
            f"{name} has {len(content):,} bytes, and a file of labels at most {LARGEST_FILE:,}; is "
            "it a file of documents? Those go under Texts"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{name} is not UTF-8 (byte {error.start:,}); save it as UTF-8, or paste the labels"
        ) from error
    ending = name.rpartition(".")[2].lower()
    start = text.lstrip()[:1]
    if ending == "json" or start in ("[", "{"):
        found = _of_json(text, name)
    elif ending == "xml" or start == "<":
        found = _of_label_studio(content, name)
    elif ending in ("csv", "tsv"):
        found = _of_table(text, "\t" if ending == "tsv" else ",")
    else:
        return _or_empty(read_list(text), name)
    return _or_empty(_checked(("entry " + str(n), label) for n, label in enumerate(found, 1)), name)


def _of_line(line: str) -> Iterator[ProposedLabel]:
    for separator in ("\t", ": "):
        name, found, meaning = line.partition(separator)
        if found:
            yield ProposedLabel(name.strip(), meaning.strip())
            return
    yield from (ProposedLabel(name) for part in line.split(",") if (name := part.strip()))


def _of_json(text: str, name: str) -> Iterator[ProposedLabel]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name} is not JSON: {str(error)[:200]}") from error
    if isinstance(content, dict):
        content = content.get("labels", [{"name": k, "meaning": v} for k, v in content.items()])
    if not isinstance(content, list):
        raise ValueError(f"{name} holds no list of labels; expected {_JSON}")
    for entry in content:
        named = {"name": entry} if isinstance(entry, str) else entry
        label = _first(named, _NAMES) if isinstance(named, dict) else ""
        if not label:
            raise ValueError(f"{name}: {str(entry)[:100]!r} names no label; expected {_JSON}")
        colour = _first(named, _COLOURS)
        yield ProposedLabel(label, _first(named, _MEANINGS), colour if _is_colour(colour) else None)


_JSON = '["DRUG", "DOSE"], [{"name": "DRUG", "meaning": "Medicines"}] or {"DRUG": "Medicines"}'


def _of_label_studio(content: bytes, name: str) -> Iterator[ProposedLabel]:
    from defusedxml.ElementTree import fromstring

    try:
        check_xml(content)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    for tag in fromstring(content).iter("Label"):
        colour = tag.get("background", "")
        yield ProposedLabel(
            tag.get("value", "").strip(), color=colour if _is_colour(colour) else None
        )


def _of_table(text: str, delimiter: str) -> Iterator[ProposedLabel]:
    for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter)):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 0 and cells[0].lower() in _NAMES):
            continue
        yield ProposedLabel(cells[0], cells[1] if len(cells) > 1 else "")


def _first(entry: Mapping[str, Any], keys: Sequence[str]) -> str:
    return next((str(entry[key]).strip() for key in keys if entry.get(key)), "")


def _is_colour(colour: str) -> bool:
    return (
        len(colour) == 7 and colour[0] == "#" and set(colour[1:].lower()) <= set("0123456789abcdef")
    )


def _or_empty(found: tuple[ProposedLabel, ...], name: str) -> tuple[ProposedLabel, ...]:
    if not found:
        raise ValueError(f"{name} holds no label; expected one a line")
    return found


def _checked(found: Iterable[tuple[str, ProposedLabel]]) -> tuple[ProposedLabel, ...]:
    """The labels, where each of them can be one; the text before each says where it stands."""
    known: dict[str, ProposedLabel] = {}
    for position, label in found:
        try:
            check_label_name(label.name)
        except ValueError as error:
            raise ValueError(f"{position}: {error}") from error
        if label.name in known:
            raise ValueError(f"{position}: {label.name!r} stands twice; a label has one line")
        known[label.name] = label
        if len(known) > MOST_LABELS:
            raise ValueError(f"{position}: a project begins with at most {MOST_LABELS} labels")
    return tuple(known.values())

"""The JSON that other tools write, read only, and those that cannot be read refused by their name.

| tool | record | offsets |
|---|---|---|
| spaCy 2 training data | `["text", {"entities": [[0, 4, "PER"]]}]` | end exclusive |
| NER Annotator | `{"classes": […], "annotations": [` such records `]}` | end exclusive |
| Rasa NLU | `{"rasa_nlu_data": {"common_examples": [{"text", "entities": [{"start", "end", "entity"}]}]}}` | end exclusive |
| Dataturks | `{"content", "annotation": [{"label": ["PER"], "points": [{"start", "end", "text"}]}]}` | end inclusive |
| spaCy 3, `Doc.to_json` | `{"text", "ents": [{"start", "end", "label"}], "tokens": […]}` | end exclusive |
| UBIAI | `{"document", "tokens": [{"text", "start", "end", "entityLabel"}], "relations": […]}` | end exclusive |
| SageMaker Ground Truth | `{"source", JOB: {"annotations": {"entities": [{"startOffset", "endOffset", "label"}]}}}` | end exclusive |

NER Annotator's and Rasa's are one object, the others an array or lines. Other keys of a record are kept as data about the document.
"""  # noqa: E501

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, BinaryIO

from storage.formats.encodings import decoded, utf8_start
from storage.formats.fields import FieldError, name_in, object_of, others, string, whole
from storage.formats.gzipped import readable_start
from storage.formats.json_records import read_values
from storage.formats.json_start import MOST_ABRIDGED, first_object
from storage.formats.labelled_spans import Mark, list_of, to_spans
from storage.formats.limits import whole as whole_file
from storage.formats.other_json_refused import refusal
from storage.formats.unclaimed import unclaimed
from storage.records import BadRecord, Counted, DocumentRecord, Note, Record

_PAIRS_IN_LINES = re.compile(rb'(?:\xef\xbb\xbf)?\s*\[\s*"')
_Object = Mapping[str, Any]


def read_other_json(file: BinaryIO, name: str) -> Iterator[Record]:
    """Documents and bad records."""
    start = utf8_start(readable_start(file, MOST_ABRIDGED))
    file.seek(0)
    if _is_container(first_object(start)):
        yield from _contained(file, PurePath(name).stem)
    else:
        yield from read_values(file, name, _parse, lines=_PAIRS_IN_LINES.match(start) is not None)


def sniff_other_json(start: bytes) -> bool:
    """Whether the first record is one of these tools'."""
    record = first_object(start)
    text = start.decode(errors="ignore").lstrip("\ufeff \t\r\n[")
    return (
        _is_container(record)
        or any(all(key in record for key in keys) for keys, _ in _LAYOUTS)
        or _job(record) is not None
        or refusal(record) is not None
        or (text.startswith('"') and '{"entities"' in text.replace(" ", "").replace("\n", ""))
    )


def _is_container(record: _Object) -> bool:
    return "rasa_nlu_data" in record or ("classes" in record and "annotations" in record)


def _contained(file: BinaryIO, stem: str) -> Iterator[Record]:
    """The records of a file that is one object."""
    try:
        content = object_of(
            json.loads(decoded(whole_file(file)).removeprefix("\ufeff")), "the file"
        )
        entries = _entries(content)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from None
    for number, entry in enumerate(entries, 1):
        try:
            if entry is None:
                raise FieldError("it is null: a text that was skipped, and is not in the file")
            yield _parse(entry, f"{stem}:{number}", 1)
        except FieldError as error:
            yield BadRecord(1, f"entry {number}: {error}")
    if not entries:
        yield BadRecord(1, "the file holds no texts")


def _entries(content: _Object) -> list[object]:
    if "rasa_nlu_data" not in content:
        return list_of(content["annotations"], "'annotations'")
    data = object_of(content["rasa_nlu_data"], "'rasa_nlu_data'")
    return list_of(data.get("common_examples"), "'common_examples'")


def _parse(value: object, name: str, line: int) -> DocumentRecord:
    if isinstance(value, list):
        return _pair(value, name, line)
    raw = object_of(value, "a record")
    for keys, parse in _LAYOUTS:
        if all(key in raw for key in keys):
            return parse(raw, name, line)
    if job := _job(raw):
        return _sagemaker(raw, job, name, line)
    if reason := refusal(raw):
        raise FieldError(reason)
    return _rasa(raw, name, line)


def _pair(value: list[object], name: str, line: int) -> DocumentRecord:
    if len(value) != 2:
        raise FieldError(f'["text", {{"entities": […]}}] is expected, got {len(value)} parts')
    raw = object_of(value[1], "what follows the text")
    given = raw.get("entities")
    marks = [_triple(entry) for entry in list_of(given or [], "'entities'")]
    notes = unclaimed(raw, ("entities",))
    text = string({"text": value[0]}, "text")
    meta = others(raw, ("entities",))
    return _document(text, None if given is None else marks, name, line, meta, notes)


def _triple(entry: object) -> Mark:
    if not isinstance(entry, list) or len(entry) != 3:
        raise FieldError("an entity is [start, end, label]")
    fields = dict(zip(("start", "end", "label"), entry, strict=True))
    return Mark(whole(fields, "start"), whole(fields, "end"), string(fields, "label"))


def _rasa(raw: _Object, name: str, line: int) -> DocumentRecord:
    """`value` is what an entity stands for, and not always its words."""
    given = list_of(raw.get("entities") or [], "'entities'")
    entities = [object_of(entry, "an entity") for entry in given]
    marks = [Mark(whole(e, "start"), whole(e, "end"), string(e, "entity")) for e in entities]
    known = ("text", "entities")
    notes = (*unclaimed(raw, known), *_left_out(entities, ("role", "group")))
    return _document(string(raw, "text"), marks, name, line, others(raw, known), notes)


def _dataturks(raw: _Object, name: str, line: int) -> DocumentRecord:
    given = raw["annotation"]
    entries = [object_of(entry, "an annotation") for entry in list_of(given or [], "'annotation'")]
    marks = [mark for entry in entries for mark in _points(entry)]
    known = ("content", "annotation")
    notes = unclaimed(raw, known)
    if unlabelled := sum(not entry.get("label") for entry in entries):
        notes = (*notes, Counted("annotations without a label left out", unlabelled))
    read = None if given is None else marks
    return _document(string(raw, "content"), read, name, line, others(raw, known), notes)


def _points(entry: _Object) -> Iterator[Mark]:
    labels = entry.get("label") or []
    for label in labels if isinstance(labels, list) else [labels]:
        for point in list_of(entry.get("points"), "'points'"):
            span = object_of(point, "a point")
            start, end = whole(span, "start"), whole(span, "end") + 1
            yield Mark(start, end, string({"label": label}, "label"), _surface(span))


def _surface(raw: _Object) -> str | None:
    return raw["text"] if isinstance(raw.get("text"), str) else None


def _doc(raw: _Object, name: str, line: int) -> DocumentRecord:
    """Tokens and sentences are no annotation of entities; groups of spans are named."""
    given = [object_of(entry, "an entity") for entry in list_of(raw["ents"], "'ents'")]
    marks = [Mark(whole(e, "start"), whole(e, "end"), string(e, "label")) for e in given]
    known = ("text", "ents", "tokens", "sents")
    notes = (*unclaimed(raw, known), *_left_out(given, ("kb_id", "id")))
    return _document(string(raw, "text"), marks, name, line, others(raw, known), notes)


def _left_out(entities: Sequence[_Object], keys: Sequence[str]) -> Iterator[Counted]:
    """What entities say beside their labels: each kind with its count."""
    for key in keys:
        if count := sum(bool(entity.get(key)) for entity in entities):
            yield Counted(f"{key!r} of entities left out", count)


def _ubiai(raw: _Object, name: str, line: int) -> DocumentRecord:
    """What it calls tokens are the entities."""
    given = [object_of(entry, "a token") for entry in list_of(raw["tokens"], "'tokens'")]
    marks = [
        Mark(whole(e, "start"), whole(e, "end"), string(e, "entityLabel"), _surface(e))
        for e in given
    ]
    known = ("document", "documentName", "tokens", "relations")
    notes = unclaimed(raw, known)
    if relations := list_of(raw.get("relations") or [], "'relations'"):
        notes = (*notes, Counted("relations left out", len(relations)))
    name = name_in(raw, "documentName", name)
    return _document(string(raw, "document"), marks, name, line, others(raw, known), notes)


def _job(raw: _Object) -> str | None:
    """The key of the first labelling job that holds entities."""
    if "source" not in raw:
        return None
    for key, value in raw.items():
        annotations = value.get("annotations") if isinstance(value, dict) else None
        if isinstance(annotations, dict) and isinstance(annotations.get("entities"), list):
            return key
    return None


def _sagemaker(raw: _Object, job: str, name: str, line: int) -> DocumentRecord:
    entities = [object_of(e, "an entity") for e in raw[job]["annotations"]["entities"]]
    marks = [
        Mark(whole(e, "startOffset"), whole(e, "endOffset"), string(e, "label")) for e in entities
    ]
    known = ("source", job, f"{job}-metadata")
    notes = unclaimed(raw, known)
    return _document(string(raw, "source"), marks, name, line, others(raw, known), notes)


def _document(
    text: str,
    marks: list[Mark] | None,
    name: str,
    line: int,
    meta: _Object,
    notes: tuple[Note, ...],
) -> DocumentRecord:
    spans, more = to_spans(text, marks or [])
    entities = None if marks is None else spans
    return DocumentRecord(text, name, entities, meta=meta, line=line, notes=(*more, *notes))


_LAYOUTS = (
    (("content", "annotation"), _dataturks),
    (("text", "ents"), _doc),
    (("document", "tokens"), _ubiai),
)
"""What a record of a tool has, and who reads it."""

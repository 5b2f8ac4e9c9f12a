"""UIMA CAS XMI: a ZIP archive of `.xmi` files with their `TypeSystem.xml`, or a bare `.xmi` file.

Read and written by dkpro-cassis, which turns code points into UIMA's UTF-16 units and back.
Entities are DKPro's NamedEntity with its `value`, as INCEpTION exports them; in a type system
without it, a feature of the project's one own layer (`storage.formats.uima_types`). Other layers,
features and views are skipped and noted, also of types that no type system knows. XML 1.0 cannot
hold control characters: a text with one is left out and named.
"""

from __future__ import annotations

import io
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from storage.formats.archives import ZIP_MARKS, Archive, noted, suffix
from storage.formats.export_tally import Written, accepted, count_document, count_span
from storage.formats.labelled_spans import Mark, to_spans
from storage.formats.limits import whole
from storage.formats.own_layers import feature_left_out, short_name
from storage.formats.uima_types import FEATURE, FRAME, STRING, TYPE, ElementCounter, entity_type
from storage.formats.xml_guard import check_xml
from storage.formats.zip_writer import Pack
from storage.records import BadRecord, Counted, DocumentRecord, Note, Record, SpanRecord

if TYPE_CHECKING:
    from cassis import Cas, TypeSystem

_ANNOTATION = "uima.tcas.Annotation"
_BASE = ("sofa", "begin", "end")
"""What every annotation has."""
_TYPES_FILE = "TypeSystem.xml"
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def read_xmi(file: BinaryIO, name: str) -> Iterator[Record]:
    """The documents of a file or an archive. Raises `ArchiveError`."""
    start = file.read(4)
    file.seek(0)
    if not start.startswith(ZIP_MARKS):
        yield _document(whole(file), None, PurePosixPath(name).stem)
        return
    archive = Archive(file)
    members = [member for member in archive.names if suffix(member) == ".xmi"]
    yield from noted(_members(archive, members), archive.left_out((".xmi", ".xml")))
    if not members:
        yield BadRecord(1, "the archive holds no .xmi file")


def _members(archive: Archive, members: Iterable[str]) -> Iterator[Record]:
    paths = {name.lower(): name for name in archive.names if _is_types_file(name)}
    types: dict[str, TypeSystem] = {}
    for member in members:
        try:
            system = _types_beside(archive, member, paths, types)
            content, stem = archive.read(member), str(PurePosixPath(member).with_suffix(""))
            yield _document(content, system, stem)
        except ValueError as error:
            yield BadRecord(1, f"{member}: {error}")


def sniff_xmi(start: bytes) -> bool:
    """Whether it is XMI."""
    return b"http://www.omg.org/XMI" in start[:4096]


def sniff_xmi_members(names: Sequence[str]) -> bool:
    """Whether an archive holds an .xmi file or a type system."""
    return any(suffix(name) == ".xmi" or _is_types_file(name) for name in names)


def _is_types_file(name: str) -> bool:
    return name.lower().endswith(_TYPES_FILE.lower())


def write_xmi(documents: Iterable[DocumentRecord], out: BinaryIO) -> Written:
    """A ZIP archive of one `.xmi` a document and a `TypeSystem.xml`."""
    from cassis import TypeSystem

    written = Written()
    system = TypeSystem()
    entity = system.create_type(name=TYPE, supertypeName=_ANNOTATION)
    for feature in (FEATURE, "identifier"):
        system.create_feature(domainType=entity, name=feature, rangeType=STRING)
    with Pack(out) as pack:
        pack.add(_TYPES_FILE, system.to_xml().encode())
        for document in documents:
            spans = tuple(accepted(document, written))
            if fault := _unwritable(document, spans):
                written.refused.append(f"{document.name}: {fault}")
                continue
            stem = pack.stem(document.name)
            pack.add(f"{stem}.xmi", _xmi(document.text, spans, system))
            count_document(document, written, pack.held_by_name(stem, document.name))
            for span in spans:
                count_span(span, written)
    return written


def _unwritable(document: DocumentRecord, spans: Iterable[SpanRecord]) -> str | None:
    for text in (document.text, *(span.label for span in spans)):
        if match := _NOT_XML.search(text):
            return f"holds the character U+{ord(match[0]):04X}, which XML 1.0 does not know"
    return None


def _xmi(text: str, spans: Iterable[SpanRecord], system: TypeSystem) -> bytes:
    from cassis import Cas

    cas = Cas(system)
    cas.sofa_string, cas.sofa_mime = text, "text/plain"
    entity = system.get_type(TYPE)
    cas.add_all([entity(begin=span.start, end=span.end, value=span.label) for span in spans])
    return str(cas.to_xmi()).encode()


def _types_beside(
    archive: Archive, member: str, paths: Mapping[str, str], known: dict[str, TypeSystem]
) -> TypeSystem | None:
    """The type system in the member's folder, or else the archive's, or None; `paths` are the
    archive's type systems by their names in lower case."""
    from cassis import load_typesystem

    beside = str(PurePosixPath(member).with_name(_TYPES_FILE))
    path = paths.get(beside.lower()) or paths.get(_TYPES_FILE.lower())
    if path is None:
        return None
    if path not in known:
        content = archive.read(path)
        check_xml(content)
        try:
            known[path] = load_typesystem(io.BytesIO(content))
        except Exception as error:  # whatever the library trips over in a file from outside
            raise ValueError(f"{path} is no UIMA type system: {error!r}"[:300]) from None
    return known[path]


def _document(content: bytes, system: TypeSystem | None, name: str) -> Record:
    elements = ElementCounter()
    try:
        check_xml(content, elements)
        cas = _loaded(content, system)
        text = cas.sofa_string
        if not text:
            return BadRecord(1, "it holds no text: sofaString is missing or empty")
        marks, notes = _marks(cas, elements.unknown(cas.typesystem))
        spans, more = to_spans(text, marks or [])
        entities = None if marks is None else spans
        return DocumentRecord(text, name, entities, notes=(*notes, *more))
    except ValueError as error:
        return BadRecord(1, str(error))


def _loaded(content: bytes, system: TypeSystem | None) -> Cas:
    from cassis import load_cas_from_xmi

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # types that the type system lacks are skipped
        warnings.filterwarnings("error", message="Not mapping")
        try:
            return load_cas_from_xmi(
                io.BytesIO(content), typesystem=system or _dkpro_types(), lenient=True
            )
        except UserWarning as error:
            raise ValueError(f"an offset lies outside of the text: {error}") from None
        except Exception as error:  # whatever the library trips over in a file from outside
            raise ValueError(f"not the XMI of a UIMA CAS: {error!r}"[:300]) from None


@cache
def _dkpro_types() -> TypeSystem:
    from cassis import load_dkpro_core_typesystem

    return load_dkpro_core_typesystem()


def _marks(cas: Cas, unknown: Counter[str]) -> tuple[list[Mark] | None, list[Note]]:
    """The entities, None where nobody can tell which they are, and notes on what is skipped."""
    chosen, feature, notes = entity_type(cas, unknown)
    marks: list[Mark] = []
    others = Counter(
        {
            f"{short_name(kind)} left out: no TypeSystem.xml beside it knows the type": n
            for kind, n in unknown.items()
        }
    )
    for annotation in cas.select_all_annotations():
        kind = annotation.type
        if chosen is not None and cas.typesystem.subsumes(chosen, kind.name):
            label = annotation.get(feature)
            if annotation.begin == annotation.end:
                others["annotations of no text left out"] += 1
            elif isinstance(label, str) and label:
                marks.append(Mark(_whole(annotation.begin), _whole(annotation.end), label))
            else:
                others["entities without a label left out"] += 1
            others.update(
                feature_left_out(item.name, short_name(chosen))
                for item in kind.all_features
                if item.name not in (*_BASE, feature) and annotation.get(item.name)
            )
        elif not FRAME.fullmatch(kind.name):
            others[f"{short_name(kind.name)} left out"] += 1
    if views := len(cas.views) - 1:
        others["further views of the text, left out with their annotations"] = views
    counts = [Counted(what, count) for what, count in sorted(others.items())]
    return (None if chosen is None else marks), [*notes, *counts]


def _whole(offset: object) -> int:
    if not isinstance(offset, int):
        raise ValueError(f"an entity begins or ends at {offset!r}; a whole number is expected")
    return offset

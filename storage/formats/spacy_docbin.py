"""spaCy's DocBin (`.spacy`), which `spacy train` reads.

Every entity is in `doc.spans["sc"]`, which may nest and cross; the outermost are in `doc.ents` too.
spaCy's spans begin and end with tokens, so that the tokens are our words, cut where an entity
begins or ends inside of one: nothing is unaligned, and the text is exact, white space included.
Read are `doc.ents` and `doc.spans["sc"]`, or where there is no "sc" all groups; other groups are
skipped and noted, categories of texts and identifiers of entities counted. What stands in
`doc.spans["incorrect_spans"]`, as Prodigy writes it, was refused; a document with words of which
nobody knows whether they are entities (`set_ents(missing=…)`) is in progress. A DocBin is one
compressed block: it is built, and read, in memory.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO

from core.types import Key
from storage.enums import DocumentStatus
from storage.formats.export_tally import Written, accepted, count_document, count_span, unread
from storage.formats.labelled_spans import Mark, to_spans
from storage.formats.limits import ArchiveError, Budget, check_record, whole
from storage.formats.token_alignment import covering
from storage.records import BadRecord, Counted, DocumentRecord, Record, SpanRecord

if TYPE_CHECKING:
    from spacy.tokens import Doc, DocBin, Span
    from spacy.vocab import Vocab

GROUP = "sc"
_INCORRECT = "incorrect_spans"
"""The group of what are no entities, by which spaCy learns from rejections."""
_NAME = "name"
"""Of the document, in `doc.user_data`."""
_ATTRIBUTES = ("ORTH", "ENT_IOB", "ENT_TYPE")
_READ = (*_ATTRIBUTES, "ENT_KB_ID", "ENT_ID")
"""Identifiers are read to be counted."""
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


def read_docbin(file: BinaryIO, name: str) -> Iterator[Record]:
    """The documents of a DocBin. Raises `ArchiveError`."""
    content = whole(file)
    _check_size(content)
    from spacy.vocab import Vocab

    stem = PurePath(name).stem
    try:
        docbin = _loaded(content)
        vocab = Vocab(strings=list(docbin.strings))
    except Exception as error:  # whatever the library trips over in a file from outside
        yield BadRecord(1, f"not a DocBin of spaCy's: {error!r}"[:300], ends_file=True)
        return
    for index in range(len(docbin.tokens)):
        yield _document(docbin, index, vocab, stem)


def sniff_docbin(start: bytes) -> bool:
    """Whether it is a zlib stream whose first bytes unpack to a DocBin's."""
    if not start.startswith(_ZLIB):
        return False
    try:
        unpacked = zlib.decompressobj().decompress(start, 200)
    except zlib.error:
        return False
    return b"version" in unpacked and b"attrs" in unpacked


def write_docbin(documents: Iterable[DocumentRecord], out: BinaryIO) -> Written:
    """Writes every accepted entity."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    written = Written()
    vocab = Vocab()
    docbin = DocBin(attrs=_ATTRIBUTES, store_user_data=True)
    for document in documents:
        spans = tuple(accepted(document, written))
        docbin.add(_doc(document, spans, vocab))
        count_document(document, written, {"name", "unread"})
        for span in spans:
            count_span(span, written)
    out.write(docbin.to_bytes())
    return written


def _doc(document: DocumentRecord, spans: Sequence[SpanRecord], vocab: Vocab) -> Doc:
    from spacy.tokens import Doc
    from spacy.util import filter_spans

    pieces = covering(document.text, spans)
    words = [document.text[piece.start : piece.end] for piece in pieces]
    blanks = [piece.blank for piece in pieces]
    doc = Doc(vocab, words=words, spaces=blanks, user_data={_NAME: document.name})
    if not unread(document):
        found = [doc.char_span(span.start, span.end, span.label) for span in spans]
        doc.spans[GROUP] = found
        doc.set_ents(filter_spans(found), default="outside")
    return doc


def _check_size(content: bytes) -> None:
    """Unpacks it once without keeping it, since spaCy unpacks whatever it is given."""
    inflater, budget, total = zlib.decompressobj(), Budget(len(content)), 0
    try:
        while content and not inflater.eof:
            part = inflater.decompress(content, 2**20)
            budget.spend(len(part), "the DocBin")
            total += len(part)
            check_record(total, "the DocBin", "spaCy reads it as a whole: save it as several")
            content = inflater.unconsumed_tail
    except zlib.error as error:
        raise ArchiveError(f"not a DocBin of spaCy's: {error}") from None


def _loaded(content: bytes) -> DocBin:
    """The DocBin with nothing in it but words and entities; parses and the like are not rebuilt."""
    from spacy.attrs import IDS
    from spacy.tokens import DocBin

    docbin = DocBin().from_bytes(content)
    there = list(docbin.attrs)
    attributes = [IDS[name] for name in _READ if IDS[name] in there]
    columns = [there.index(number) for number in attributes]
    docbin.attrs = attributes
    docbin.tokens = [tokens[:, columns] for tokens in docbin.tokens]
    return docbin


def _document(docbin: DocBin, index: int, vocab: Vocab, stem: str) -> Record:
    try:
        (doc,) = _only(docbin, index).get_docs(vocab)
        if not doc.text:
            return BadRecord(index + 1, "it holds no text")
        given = doc.user_data.get(_NAME)
        name = given if isinstance(given, str) and given else f"{stem}:{index + 1}"
        all_groups = set(map(str, doc.spans)) - {_INCORRECT}
        groups = [GROUP] if GROUP in all_groups else sorted(all_groups)
        accepted_spans = [*doc.ents, *(span for group in groups for span in doc.spans[group])]
        refused = list(doc.spans.get(_INCORRECT, ()))
        marks = [Mark(*key) for key in dict.fromkeys(_key(doc, span) for span in accepted_spans)]
        marks += [Mark(*_key(doc, span), status="rejected") for span in refused]
        spans, notes = to_spans(doc.text, marks)
        passed = sorted(all_groups.difference(groups))
        left_out = (f"span groups skipped: {', '.join(passed)}",) if passed else ()
        status, open_words = _decided(doc, bool(groups), bool(refused))
        notes = (*notes, *left_out, *open_words, *_uncarried(doc, accepted_spans))
        looked = bool(groups or refused) or doc.has_annotation("ENT_IOB")
        return DocumentRecord(
            doc.text, name, spans if looked else None, status=status, line=index + 1, notes=notes
        )
    except Exception as error:  # whatever the library trips over in a file from outside
        return BadRecord(index + 1, f"document {index + 1} cannot be read: {error!r}"[:300])


def _decided(
    doc: Doc, grouped: bool, refuses: bool
) -> tuple[DocumentStatus | None, tuple[Counted, ...]]:
    """Where a document stands of which not all is decided, and how many words are not."""
    if grouped or doc.has_annotation("ENT_IOB", require_complete=True):
        return None, ()
    if not doc.has_annotation("ENT_IOB"):
        return ("new" if refuses else None), ()
    missing = sum(token.ent_iob == 0 for token in doc)
    kind = "words that may be entities or not (missing), in documents that stay in progress"
    return "in_progress", (Counted(kind, missing),)


def _uncarried(doc: Doc, found: Sequence[Span]) -> Iterator[Counted]:
    """What a document and its entities have beside labels: each kind with its count."""
    counts = {
        "categories of texts (cats)": len(doc.cats),
        "links to a knowledge base (kb_id)": len({_key(doc, span) for span in found if span.kb_id}),
        "identifiers of entities (id)": len({_key(doc, span) for span in found if span.id}),
    }
    yield from (Counted(f"{kind} left out", count) for kind, count in counts.items() if count)


def _only(docbin: DocBin, index: int) -> DocBin:
    """A DocBin of one document, so that a broken one does not take the others with it."""
    from spacy.tokens import DocBin

    single = DocBin()
    single.attrs, single.strings = docbin.attrs, set()
    for column in ("tokens", "spaces", "cats", "flags", "span_groups", "user_data"):
        setattr(single, column, getattr(docbin, column)[index : index + 1])
    return single


def _key(doc: Doc, span: Span) -> Key:
    """Code points and label. A group's numbers are the file's, and spaCy does not check them."""
    start, end, label = span.start, span.end, span.label_
    if not 0 <= start < end <= len(doc) or not label:
        raise ValueError(f"span [{start}, {end}) {label!r} of {len(doc)} tokens")
    return doc[start].idx, doc[end - 1].idx + len(doc[end - 1].text), label

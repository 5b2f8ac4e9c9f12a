"""The corpora's token JSONL: `{"tokens": [...], "entities": [{"start", "end", "type"}]}`.

Offsets count tokens, end exclusive; `label` may stand for `type`. An entity's own words under
`text` must be those of its tokens; its `status` is as in our JSONL. In the place of entities there
may be a tag for each token, `{"tokens": [...], "ner_tags": ["B-PER", "O"]}`, as Hugging Face's data
sets have it; tags that are numbers need names. Where a `text` stands beside and the tokens follow
one another in it, it is kept; else the text becomes the tokens joined by single spaces.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from core.text.surfaces import same_letters
from core.text.tag_schemes import TagError, decode_tags
from core.types import Key
from storage.enums import SPAN_STATUSES, Source, SpanStatus
from storage.formats.fields import FieldError, label_in, object_of, one_word, string, whole
from storage.formats.labelled_spans import GIVEN_TWICE, list_of
from storage.formats.unclaimed import misspelt, unclaimed
from storage.formats.words import Words, offsets_in
from storage.records import Counted, DocumentRecord, Note, SpanRecord

TAG_KEYS = ("ner_tags", "ner", "tags", "labels")
"""Where tags may stand; the first that is there counts."""
_Span = tuple[Key, SpanStatus]
_LEFT = ("relations", "ltokens", "rtokens")
CLAIMED = frozenset(("tokens", "entities", "text", *_LEFT))


def parse_tokens(
    raw: Mapping[str, Any],
    name: str,
    line: int,
    *,
    names: Mapping[str, Sequence[str]] = MappingProxyType({}),
    claimed: Collection[str] = (),
) -> DocumentRecord:
    """A document from one record. Raises `FieldError`; an entity given twice is one entity.

    `names`: by key, the names of the tags' numbers. `claimed`: further keys that the caller reads.
    What else looks like annotation is noted, or refused where a key is misspelt.
    """
    tokens = raw["tokens"]
    if not isinstance(tokens, list) or not tokens:
        raise FieldError("'tokens' must be a non-empty list of words")
    text, offsets, notes = _placed(raw, [string({"token": token}, "token") for token in tokens])
    key = _entity_key(raw)
    given = () if key is None else _spans(raw[key], key, tokens, names.get(key, ()))
    spans = _once(given)
    read = {*CLAIMED, *claimed, *([key] if key else [])}
    if wrong := misspelt(raw, {*read, *TAG_KEYS}, len(tokens)):
        raise FieldError(wrong)
    if key in TAG_KEYS and text == raw.get("text"):
        notes = (*notes, f"its entities are those of {key!r}, placed in its text")
    for left in _LEFT:
        if isinstance(value := raw.get(left), list) and value:
            notes = (*notes, Counted(f"{left} left out", len(value)))
    return DocumentRecord(
        text=text,
        name=name,
        entities=None if key is None else _records(spans, offsets),
        line=line,
        notes=(
            *notes,
            *_twins(len(given) - len(spans)),
            *unclaimed(raw, frozenset(read), len(tokens)),
        ),
    )


def _entity_key(raw: Mapping[str, Any]) -> str | None:
    """Where the entities stand, if anywhere."""
    return next((key for key in ("entities", *TAG_KEYS) if raw.get(key) is not None), None)


def _placed(
    raw: Mapping[str, Any], tokens: Sequence[str]
) -> tuple[str, Sequence[tuple[int, int]], tuple[Note, ...]]:
    """The text, the record's own or one made of the tokens, and where they lie in it."""
    notes: tuple[Note, ...] = ()
    if raw.get("text") is not None:
        text = string(raw, "text")
        if offsets := offsets_in(text, tokens):
            return text, offsets, ()
        notes = ("its text was left out, since its tokens do not follow one another in it",)
    words = Words()
    for token in tokens:
        words.add(token)
    return words.text, [words.offsets(i, i + 1) for i in range(len(tokens))], notes


def _records(spans: Sequence[_Span], offsets: Sequence[tuple[int, int]]) -> tuple[SpanRecord, ...]:
    return tuple(_record(span, offsets, f"e{number}") for number, span in enumerate(spans, 1))


def _record(span: _Span, offsets: Sequence[tuple[int, int]], key: str) -> SpanRecord:
    (start, end, label), status = span
    source: Source = "model" if status == "suggested" else "person"
    return SpanRecord(offsets[start][0], offsets[end - 1][1], label, status, None, source, key)


def _once(spans: Sequence[_Span]) -> Sequence[_Span]:
    """The spans, the first of each; a rejected one may stand beside one that is not."""
    first: dict[tuple[Key, bool], _Span] = {}
    for key, status in spans:
        first.setdefault((key, status == "rejected"), (key, status))
    return tuple(first.values())


def _twins(number: int) -> tuple[Counted, ...]:
    return (Counted(GIVEN_TWICE, number),) if number else ()


def _spans(value: object, key: str, tokens: Sequence[str], names: Sequence[str]) -> list[_Span]:
    if key == "entities":
        return [_entity(entry, tokens) for entry in list_of(value, "'entities'")]
    tags = list_of(value, repr(key))
    if len(tags) != len(tokens):
        raise FieldError(f"{len(tokens)} tokens have {len(tags)} {key}; one each is expected")
    try:
        spans = decode_tags([_tag(tag, key, names) for tag in tags], in_cells=False)
    except TagError as error:
        raise FieldError(f"{key!r}: {error}") from None
    return [((span.start, span.end, span.label), "accepted") for span in spans]


def _tag(tag: object, key: str, names: Sequence[str]) -> str:
    if isinstance(tag, str):
        return tag
    if type(tag) is int and 0 <= tag < len(names):
        return names[tag]
    raise FieldError(
        f"the tag {tag!r} is no name, and the file names {len(names)} tags for {key!r}; write the "
        "tags as strings (B-ORG, I-ORG, O), or save the data set with its features as Parquet"
    )


def _entity(raw: object, tokens: Sequence[str]) -> _Span:
    entity = object_of(raw, "an entity")
    start, end, label = (
        whole(entity, "start"),
        whole(entity, "end"),
        label_in(entity, "type", "label"),
    )
    if not 0 <= start < end <= len(tokens):
        raise FieldError(
            f"entity [{start}, {end}) {label!r} does not lie in the {len(tokens)} tokens; "
            "token offsets are half-open"
        )
    covered, given = " ".join(tokens[start:end]), entity.get("text")
    if isinstance(given, str) and not same_letters(covered, given):
        raise FieldError(
            f"entity [{start}, {end}) {label!r} is {given[:40]!r} says the file, but its tokens "
            f"are {covered[:40]!r}; offsets count tokens from 0, end exclusive"
        )
    return (start, end, label), one_word(entity, "status", SPAN_STATUSES) or "accepted"

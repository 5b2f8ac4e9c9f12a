"""JSON of tools that cannot be read, and what to do instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_REFUSED: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("anncomplete", "entities"),
        "tagtog's ann.json holds no text, and ids in the place of labels; put each text beside its "
        'entities, as {"text": …, "entities": [{"start": …, "end": …, "label": …}]}',
    ),
    (
        ("File", "Entities"),
        "Amazon Comprehend's output holds no text; put each line's text beside its entities, as "
        '{"text": …, "entities": [{"start": …, "end": …, "label": …}]}',
    ),
    (
        ("paragraphs",),
        "spaCy 2's JSON of paragraphs holds tokens without their places; convert it with "
        "'python -m spacy convert FILE.json . --converter json' and import the .spacy file",
    ),
    (
        ("%FEATURE_STRUCTURES",),
        "UIMA's CAS in JSON is not read; export from INCEpTION as 'UIMA CAS XMI' or 'WebAnno TSV'",
    ),
    *(
        (keys, "BioC's JSON is not read; export the collection in PubTator's format")
        for keys in (("documents", "source"), ("passages",), ("PubTator3",))
    ),
    (
        ("source-ref",),
        "the manifest names where its texts lie ('source-ref') and does not hold them; make the "
        "labelling job with the texts under 'source'",
    ),
    (
        ("examples", "schema"),
        "LightTag's JSON is not read; make a line of each example, with 'content' as 'text' and "
        "the annotations' 'tag' as 'label', under 'entities'",
    ),
)


def refusal(record: Mapping[str, Any]) -> str | None:
    """Why a record of a known tool is not read, and what to do; None where it is no such record."""
    return next((reason for keys, reason in _REFUSED if all(key in record for key in keys)), None)

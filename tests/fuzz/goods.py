"""Good files of every format, to be broken."""

from __future__ import annotations

import io
import zipfile

from storage import formats
from storage.records import DocumentRecord, SpanRecord

_TEXT = "😊 Bank of China hired Ms. Haag.\n"
_SPANS = (
    SpanRecord(2, 15, "ORG", key="e1"),
    SpanRecord(10, 15, "LOC", key="e2"),
    SpanRecord(22, 30, "PER", "accepted", 0.5, "model", "e3"),
)
_DOCUMENTS = (
    DocumentRecord(_TEXT, "bank", _SPANS, "train", "submitted", {"person": "Ann"}, {"a": [1, 2]}),
    DocumentRecord("שלום  עולם\r\nsecond", "rtl", (SpanRecord(0, 9, "X", key="e1"),)),
    DocumentRecord("nobody looked", "new"),
    DocumentRecord("nothing found", "empty", ()),
    DocumentRecord("Londoners", "part", (SpanRecord(0, 6, "LOC", "rejected", None, "model", "r"),)),
)
_TSV = """#FORMAT=WebAnno TSV 3.3
#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value
#T_SP=webanno.custom.Frame|ROLE_webanno.custom.Frame:Role_webanno.custom.FrameRoleLink|a.Lu
#T_RL=webanno.custom.Rel|kind|BT_webanno.custom.Frame
#T_CH=de.tudarmstadt.ukp.dkpro.core.api.coref.type.CoreferenceLink|referenceType|referenceRelation


#Sentence.id=s1
#Text=😊 Bank of\\tChina
#Text=hired.
1-1\t0-2\t😊\t_\t_\t_\t_\t_\t_\t_\t_\t
1-2\t3-7\tBank\t*[1]\tORG[1]\t_\t_\t_\t_\t_\t_\t
1-3\t8-10\tof\t*[1]\tORG[1]\t_\t_\t_\t_\t_\t_\t
1-4\t11-16\tChina\t*[1]|*[2]\tORG[1]|L\\_C[2]\t_\t_\t_\t_\t_\t_\t
1-4.1\t11-13\tCh\t*\tX\t_\t_\t_\t_\t_\t_\t
1-5\t17-22\thired\t_\t_\t_\t_\t_\t_\t_\t_\t

#Text=Ms. Haag
2-1\t24-27\tMs.\t_\tPER\t_\t_\t_\t_\t_\t_\t
""".encode()
_ANN = (
    "T1\tORG 2 15\tBank of China\nT2\tPER 22 25;26 30\tMs. Haag\nT3\tX 2 6;10 15\tBank China\n"
    "R1\tin Arg1:T1 Arg2:T2\nE1\tORG:T1\nA1\tsure T1\n#1\tAnnotatorNotes T1\tnote\n"
)
_COLUMNS = (
    "-DOCSTART- -X- -X- O\n\nBank NNP B-NP B-ORG\nof IN O I-ORG\n\n# a comment\nAnna\tNNP\tI-PER\n"
    "\n-DOCSTART- O\n\nx S-A\ny B-A\nz E-A\nw U-B"
)
_LABEL_STUDIO = b"""[{"id": 1, "data": {"text": "Anna saw Rome"}, "annotations": [{"id": 7,
"was_cancelled": false, "created_at": "2024-01-01T00:00:00Z", "result": [{"id": "a1", "type":
"labels", "from_name": "label", "to_name": "text", "origin": "manual", "value": {"start": 0, "end":
4, "text": "Anna", "labels": ["PER"]}}]}], "predictions": [{"model_version": "m", "score": 0.8,
"result": [{"id": "p", "type": "labels", "score": 0.7, "value": {"start": 9, "end": 13, "labels":
["LOC"]}}]}]}]"""
_BY_HAND: dict[str, tuple[bytes, ...]] = {
    "jsonl": (b'{"tokens": ["a", "b"], "entities": [{"start": 0, "end": 2, "type": "X"}]}\n',),
    "conll": (_COLUMNS.encode(), ("\ufeff" + _COLUMNS).encode("utf-16")),
    "webanno": (_TSV,),
    "label_studio": (_LABEL_STUDIO,),
    "doccano": (
        b'{"id": 1, "text": "Anna", "label": [[0, 4, "PER"]], "Comments": []}\n'
        b'{"id": 2, "text": "Rome", "entities": [{"id": 0, "label": "LOC", "start_offset": 0, '
        b'"end_offset": 4}], "relations": []}\n',
    ),
    "other_json": (
        b'[["Anna saw Rome", {"entities": [[0, 4, "PER"], [9, 13, "LOC"]]}], ["A", {"cats": {}}]]',
        b'{"classes": ["PER"], "annotations": [["Anna", {"entities": [[0, 4, "PER"]]}]]}',
        b'{"rasa_nlu_data": {"common_examples": [{"text": "in Rome", "intent": "x", "entities": '
        b'[{"start": 3, "end": 7, "value": "rome", "entity": "LOC"}]}]}}',
        b'{"content": "Anna", "annotation": [{"label": ["PER"], "points": [{"start": 0, "end": 3, '
        b'"text": "Anna"}]}], "extras": null}\n{"content": "x", "annotation": null}\n',
        b'{"source": "Anna", "job": {"annotations": {"entities": [{"startOffset": 0, "endOffset": '
        b'4, "label": "PER"}], "labels": [{"label": "PER"}]}}, "job-metadata": {}}\n',
    ),
    "pubtator": (
        "1|t|😊 Bank\n1|a|of China.\n1\t2\t6\tBank\tORG\tX:1\n1\tin\t1\t2\n\n2|t|Rome\n".encode(),
    ),
    "text_table": (
        b'id,text,label\n1,"Anna, of Rome","[[0, 4, ""PER""]]"\n2,Bern,\n',
        "sep=;\r\nid;split;text\r\n1;train;Zürich\r\n".encode(),
    ),
    "text": (_TEXT.encode(), "Zürich".encode("utf-16")),
    "lines": (_TEXT.encode(), b"\xef\xbb\xbfone\r\n\n two\n", "Zürich\nBern".encode("utf-16")),
}


def files(format: str) -> tuple[bytes, ...]:
    """Files that the format's reader reads without a fault."""
    made = [_written(name) for name in _writers(format)]
    by_hand = _BY_HAND.get(format, ())
    if format == "brat":
        by_hand = (_pair(),)
    return (*made, *by_hand)


def _writers(format: str) -> tuple[str, ...]:
    if format == "conll":
        return ("conll2003", "bio", "iob1", "bioes")
    return (format,) if format in formats.EXPORT_FORMATS and format != "text" else ()


def _written(format: str) -> bytes:
    out = io.BytesIO()
    formats.write(_DOCUMENTS, format, out)
    return out.getvalue()


def _pair() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/a.txt", _TEXT)
        archive.writestr("folder/a.ann", _ANN)
    return out.getvalue()

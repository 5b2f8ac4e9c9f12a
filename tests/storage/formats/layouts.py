"""One small corpus in the layouts that other tools export, built as each of them does."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from tests.storage.formats.packed import zipped

Entity = tuple[int, int, str]


def located(text: str, **labels: str) -> tuple[str, list[Entity]]:
    """A text, and its words with their labels; `_` stands for a blank."""
    entities = []
    for word, label in labels.items():
        start = text.index(word.replace("_", " "))
        entities.append((start, start + len(word), label))
    return text, entities


CORPUS = [
    located("Ms. Haag joined the Bank of China in Oslo.", Haag="PER", Bank_of_China="ORG",
            China="LOC", Oslo="LOC"),
    located("La señora Begoña Ibáñez viajó a Łódź.", Begoña_Ibáñez="PER", Łódź="LOC"),
    located("😊 山田さんは東京に住んでいます。", 山田="PER", 東京="LOC"),
    located("Nothing here."),
]  # fmt: skip


def lines(record: Callable[[str, list[Entity]], Any]) -> bytes:
    return "".join(json.dumps(record(*document)) + "\n" for document in CORPUS).encode()


def array(record: Callable[[str, list[Entity]], Any]) -> bytes:
    return json.dumps([record(*document) for document in CORPUS], indent=1).encode()


def named(text: str, entities: list[Entity], *keys: str) -> list[dict[str, Any]]:
    """Objects of start, end and label under these keys, and a fourth for the words."""
    return [
        dict(zip(keys, (*entity, text[entity[0] : entity[1]]), strict=False)) for entity in entities
    ]


def ubiai(text: str, entities: list[Entity]) -> dict[str, Any]:
    """Offsets as a browser counts them."""
    tokens = named(text, entities, "start", "end", "entityLabel", "text")
    for token in tokens:
        for edge in ("start", "end"):
            token[edge] = len(text[: token[edge]].encode("utf-16-le")) // 2
    return {"documentName": "a", "document": text, "tokens": tokens, "relations": []}


def label_studio(key: str, offsets: str | None = None) -> bytes:
    def task(text: str, entities: list[Entity]) -> dict[str, Any]:
        results = []
        for number, (start, end, label) in enumerate(entities):
            value: dict[str, Any] = {"start": start, "end": end}
            if offsets:
                value = {"start": "/text()[1]", "end": "/text()[1]", offsets: value}
            value |= {"text": text[start:end], "labels": [label]}
            kind = {"id": f"r{number}", "from_name": "label", "to_name": "text", "type": "labels"}
            results.append({**kind, "value": value})
        answer = {"id": 1, "was_cancelled": False, "result": results}
        return {"id": 1, "data": {"text": text}, key: [answer]}

    return array(task)


def prodigy(text: str, entities: list[Entity]) -> dict[str, Any]:
    spans = named(text, entities, "start", "end", "label")
    keys = {"_input_hash": 1, "_task_hash": 2, "_view_id": "spans_manual", "_session_id": "set-ann"}
    return {"text": text, "spans": spans, "tokens": [], "answer": "accept", **keys}


def standoff(suffixes: tuple[str, ...], end: str = "\n", mark: str = "") -> bytes:
    """Pairs of text and annotation; offsets count line ends as one, and no mark."""
    files: dict[str, bytes | str] = {}
    for number, (text, entities) in enumerate(CORPUS):
        files[f"{number}.txt"] = (mark + "A letter." + end + text + end).encode()
        rows = [
            f"T{i}\t{label} {start + 10} {stop + 10}\t{text[start:stop]}\n"
            for i, (start, stop, label) in enumerate(entities)
        ]
        half = len(rows) // len(suffixes)
        for location, suffix in enumerate(suffixes):
            last = location == len(suffixes) - 1
            part = (
                rows[location * half :] if last else rows[location * half : (location + 1) * half]
            )
            files[f"{number}{suffix}"] = "".join(part)
    return zipped(files)


def dataturks(text: str, entities: list[Entity]) -> dict[str, Any]:
    return {
        "content": text,
        "annotation": [
            {"label": [label], "points": [{"start": s, "end": e - 1, "text": text[s:e]}]}
            for s, e, label in entities
        ],
        "extras": None,
    }


def sagemaker(text: str, entities: list[Entity]) -> dict[str, Any]:
    spans = named(text, entities, "startOffset", "endOffset", "label")
    job = {"annotations": {"entities": spans, "labels": []}}
    return {"source": text, "names": job, "names-metadata": {"type": "groundtruth/text-span"}}


def pair(text: str, entities: list[Entity]) -> list[Any]:
    return [text, {"entities": entities}]


def pubtator() -> bytes:
    blocks = []
    for number, (text, entities) in enumerate(CORPUS, 1):
        rows = [f"{number}\t{s + 9}\t{e + 9}\t{text[s:e]}\t{label}" for s, e, label in entities]
        blocks.append("\n".join([f"{number}|t|A title", f"{number}|a| {text}", *rows]))
    return ("\n\n".join(blocks) + "\n").encode()


def doccano_csv() -> bytes:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("id", "text", "label"))
    rows.writerows((number, text, json.dumps(e)) for number, (text, e) in enumerate(CORPUS, 1))
    return out.getvalue().encode()


ENTRIES = [pair(*document) for document in CORPUS]
EXAMPLES = [
    {"text": text, "intent": "tell", "entities": named(text, e, "start", "end", "entity", "value")}
    for text, e in CORPUS
]
LAYOUTS: dict[str, tuple[str, bytes]] = {
    "Label Studio 1": ("a.json", label_studio("annotations")),
    "Label Studio 0, Annotation Lab": ("a.json", label_studio("completions")),
    "Label Studio, XPaths": ("a.json", label_studio("annotations", "globalOffsets")),
    "doccano 1, labels": ("a.jsonl", lines(lambda t, e: {"id": 1, "text": t, "label": e})),
    "doccano 1, relations": ("a.jsonl", lines(lambda t, e: {
        "id": 1, "text": t, "Comments": [], "relations": [],
        "entities": named(t, e, "start_offset", "end_offset", "label")})),
    "doccano 0": ("a.jsonl", lines(lambda t, e: {
        "id": 1, "text": t, "annotation_approver": None, "meta": {},
        "annotations": named(t, e, "start_offset", "end_offset", "label")})),
    "Prodigy": ("a.jsonl", lines(prodigy)),
    "brat": ("a.zip", standoff((".ann",))),
    "brat on Windows": ("a.zip", standoff((".ann",), "\r\n")),
    "brat with a mark": ("a.zip", standoff((".ann",), mark="\ufeff")),
    "BioNLP": ("a.zip", standoff((".a1", ".a2"))),
    "spaCy 2": ("a.json", array(pair)),
    "spaCy 3": ("a.jsonl", lines(lambda t, e: {
        "text": t, "ents": named(t, e, "start", "end", "label"), "tokens": []})),
    "NER Annotator": ("a.json", json.dumps({"classes": [], "annotations": ENTRIES}).encode()),
    "Rasa NLU": ("a.json", json.dumps({"rasa_nlu_data": {"common_examples": EXAMPLES}}).encode()),
    "Dataturks": ("a.json", lines(dataturks)),
    "UBIAI": ("a.json", array(ubiai)),
    "SageMaker Ground Truth": ("output.manifest", lines(sagemaker)),
    "doccano 1, CSV": ("a.csv", doccano_csv()),
    "PubTator": ("a.pubtator", pubtator()),
}  # fmt: skip
"""By tool and version: a file name, and its content."""

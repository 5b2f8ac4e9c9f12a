"""Parquet: read back by Hugging Face's own library, and the shapes that data sets come in."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from storage.records import BadRecord, Counted, DocumentRecord, SpanRecord
from tests.storage.formats.material import DOCUMENT, TEXT, read, written


def parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


SPAN = pa.struct([("start", pa.int64()), ("end", pa.int64()), ("label", pa.string())])


def test_their_own_library_reads_what_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from datasets import Dataset

    path = tmp_path / "data.parquet"
    path.write_bytes(written([DOCUMENT, DocumentRecord("b", "unread")], "hugging_face")[0])
    dataset = Dataset.from_parquet(str(path), cache_dir=str(tmp_path))
    first, second = dataset

    assert first["text"] == TEXT
    assert first["spans"] == [
        {"start": 2, "end": 15, "label": "ORG"},
        {"start": 10, "end": 15, "label": "LOC"},
        {"start": 22, "end": 30, "label": "PER"},
    ]
    assert first["tokens"] == ["😊", "Bank", "of", "China", "hired", "Ms.", "Haag", "."]
    names = dataset.features["ner_tags"].feature.names
    assert names == ["O", "B-ORG", "I-ORG", "B-PER", "I-PER"]
    tags = ["O", "B-ORG", "I-ORG", "I-ORG", "O", "B-PER", "I-PER", "O"]
    assert [names[number] for number in first["ner_tags"]] == tags
    assert (second["spans"], second["ner_tags"]) == (None, None)


def test_what_their_library_saves_anew_comes_back_with_every_entity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from datasets import Dataset

    path, again = tmp_path / "data.parquet", tmp_path / "again.parquet"
    path.write_bytes(written([DOCUMENT], "hugging_face")[0])
    dataset = Dataset.from_parquet(str(path), cache_dir=str(tmp_path))
    dataset.to_parquet(str(again))
    dataset.remove_columns(["text", "spans"]).to_parquet(str(path))

    (document,) = read(again.read_bytes(), "hugging_face")
    assert document.text == TEXT
    assert [span.label for span in document.entities] == ["ORG", "LOC", "PER"]
    (flat,) = read(path.read_bytes(), "hugging_face")
    assert [span.label for span in flat.entities] == ["ORG", "PER"]


def test_words_with_tags_are_read_when_there_is_no_text() -> None:
    table = pa.table({"tokens": [["Anna", "in", "Rome"]], "ner_tags": [["B-PER", "O", "B-LOC"]]})
    (document,) = read(parquet(table), "hugging_face", "conll.parquet")

    assert document.text == "Anna in Rome"
    assert [(s.start, s.end, s.label) for s in document.entities] == [
        (0, 4, "PER"), (8, 12, "LOC"),
    ]  # fmt: skip
    assert document.name == "conll:1"


def test_class_numbers_are_read_by_the_names_in_the_file() -> None:
    table = pa.table({"tokens": [["Anna", "ran"]], "ner_tags": [[1, 0]]})
    feature = {"feature": {"names": ["O", "B-PER"], "_type": "ClassLabel"}, "_type": "List"}
    features = {"info": {"features": {"ner_tags": feature}}}
    named = table.replace_schema_metadata({"huggingface": json.dumps(features)})

    assert [s.label for s in read(parquet(named), "hugging_face")[0].entities] == ["PER"]
    (bad,) = read(parquet(table), "hugging_face")
    assert "the tag 1 is no name, and the file names 0 tags" in bad.reason


def test_a_file_without_the_columns_says_what_it_has() -> None:
    (bad,) = read(parquet(pa.table({"sentence": ["a"]})), "hugging_face")

    assert "'text', or 'tokens' and 'ner_tags', is expected; the file" in bad.reason


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1", b"", b"text"])
def test_a_broken_file_is_said_to_be_one(content: bytes) -> None:
    (bad,) = read(content, "hugging_face")

    assert "not a Parquet file, or a broken one" in bad.reason


def test_a_file_that_unpacks_to_a_flood_is_refused() -> None:
    out = io.BytesIO()
    table = pa.table({"text": ["x" * 10_000_000] * 2})
    pq.write_table(table, out, compression="zstd", use_dictionary=False)

    assert len(out.getvalue()) < 100_000
    (bad,) = read(out.getvalue(), "hugging_face")
    assert "decompression bomb" in bad.reason


@pytest.mark.parametrize("words", [1_900_000, 5_000_000])
def test_equal_values_that_pack_to_nothing_are_no_way_around_the_budget(words: int) -> None:
    table = pa.table({"tokens": pa.array([["a"] * words]), "ner_tags": pa.array([["O"] * words])})
    content = parquet(table)
    held = pa.total_allocated_bytes()

    assert len(content) < 2000
    (bad,) = read(content, "hugging_face")
    assert "decompression bomb" in bad.reason
    assert pa.total_allocated_bytes() - held < 1e6


def test_a_row_of_too_many_values_is_refused_before_they_are_objects(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("storage.formats.hugging_face._MOST_VALUES", 2)
    table = pa.table({"tokens": [["a", "b"], ["a", "b", "c"]], "ner_tags": [["O"] * 2, ["O"] * 3]})
    first, bad = read(parquet(table), "hugging_face")

    assert first.text == "a b"
    assert "row 2 has 3 tokens; at most 2 are read of one" in bad.reason


def test_columns_and_splits_that_are_not_ours_are_named() -> None:
    table = pa.table({"text": ["a", "b"], "split": ["test", "train"], "url": ["x", "y"]})
    first, second = read(parquet(table), "hugging_face")

    assert first.notes == (
        "its split 'test' is none of train, dev, holdout: it was left open",
        "columns of the file that were skipped: url",
    )
    assert (first.split, second.split, second.notes) == (None, "train", ())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"text": None}, "'text' must be a non-empty string"),
        ({"text": "a", "spans": [{"start": 0, "end": 2, "label": "X"}]}, "does not lie"),
        ({"text": "a", "spans": [{"start": 0, "end": 1, "label": None}]}, "'label' must be"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_read(row: dict[str, Any], reason: str) -> None:
    good = {"id": "g", "text": "ab", "spans": [{"start": 0, "end": 1, "label": "X"}], "split": None}
    first, bad, last = read(parquet(pa.Table.from_pylist([good, good | row, good])), "hugging_face")

    assert isinstance(first, DocumentRecord)
    assert isinstance(last, DocumentRecord)
    assert isinstance(bad, BadRecord)
    assert bad.line == 2
    assert reason in bad.reason


def test_tags_beside_a_text_are_placed_in_it_and_said_so() -> None:
    table = pa.table({"text": ["Mara  Haag left."], "tokens": [["Mara", "Haag", "left", "."]],
                      "labels": [["B-PER", "I-PER", "O", "O"]]})  # fmt: skip
    (document,) = read(parquet(table), "hugging_face")

    assert document.text == "Mara  Haag left."
    assert [(s.start, s.end, s.label) for s in document.entities] == [(0, 10, "PER")]
    assert document.notes == ("its entities are those of 'labels', placed in its text",)


def test_entities_that_the_tags_have_and_the_spans_lack_are_counted() -> None:
    table = pa.table({"text": ["Mara left."], "tokens": [["Mara", "left", "."]],
                      "spans": pa.array([[]], pa.list_(SPAN)),
                      "ner_tags": [["B-PER", "O", "O"]]})  # fmt: skip
    (document,) = read(parquet(table), "hugging_face")

    assert document.entities == ()
    assert document.notes == (
        Counted("entities that the tags have and 'spans' lacks, left out", 1),
    )


def test_a_label_with_a_hash_comes_back_without_a_note() -> None:
    record = DocumentRecord("Mara left.", "a", (SpanRecord(0, 4, "Claim #1"),))
    (document,) = read(written([record], "hugging_face")[0], "hugging_face")

    assert [span.label for span in document.entities] == ["Claim #1"]
    assert document.notes == ()


def test_a_column_that_looks_like_annotation_is_named_and_counted() -> None:
    table = pa.table({"text": [None, "Mara left."], "entities": [[], [
        {"start": 0, "end": 4, "label": "PER"}]]})  # fmt: skip
    bad, document = read(parquet(table), "hugging_face")

    assert "'text' must be" in bad.reason
    assert document.notes == (
        Counted("'entities' not read, though it looks like annotation", 1),
        "columns of the file that were skipped: entities",
    )


def test_rows_that_the_file_says_it_has_and_that_cannot_be_read_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Short(pq.ParquetFile):
        def iter_batches(self, **options: Any) -> Any:
            return list(super().iter_batches(**options))[:1]

    content = parquet(pa.table({"text": ["a", "b", "c"]}))
    monkeypatch.setattr(pq, "ParquetFile", Short)
    first, bad = read(content, "hugging_face")

    assert first.text == "a"
    assert bad == BadRecord(
        2, "the file says that it has 3 rows, and 1 can be read; save it anew", ends_file=True
    )

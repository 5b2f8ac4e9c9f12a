"""WebAnno TSV 3: UTF-16 offsets, stacked and long annotations, escapes, other layers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import formats
from storage.formats.webanno_escapes import cell_values, escape_text, escape_value, unescape_text
from storage.records import BadRecord, Counted, DocumentRecord, SpanRecord
from tests.storage.formats.material import BANK, CHINA, HAAG, TEXT, read, written
from tests.storage.formats.packed import unzipped, zipped

LAYER = "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|value"
HEAD = f"#FORMAT=WebAnno TSV 3.3\n{LAYER}\n\n\n"
EXAMPLE = HEAD + (
    "#Text=😊 Bank of China hired Ms. Haag.\n"
    "1-1\t0-2\t😊\t_\n1-2\t3-7\tBank\tORG[1]\n1-3\t8-10\tof\tORG[1]\n"
    "1-4\t11-16\tChina\tORG[1]|LOC[2]\n1-5\t17-22\thired\t_\n"
    "1-6\t23-26\tMs.\tPER[3]\n1-7\t27-31\tHaag\tPER[3]\n1-8\t31-32\t.\t_\n"
)  # fmt: skip
labels = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


def first(content: str) -> Any:
    (record,) = read(content.encode(), "webanno", "bank.tsv")
    return record


def shown(document: DocumentRecord) -> list[tuple[str, str]]:
    return [(document.text[s.start : s.end], s.label) for s in document.entities or ()]


def test_the_example_is_read_and_written_to_the_byte() -> None:
    document = first(EXAMPLE)
    content, tally = written([document], "webanno")

    assert document.text == TEXT.removesuffix("\n")
    assert [(s.start, s.end, s.label) for s in document.entities] == [
        (s.start, s.end, s.label) for s in (BANK, CHINA, HAAG)
    ]
    assert unzipped(content) == {"bank.tsv": EXAMPLE.encode()}
    assert tally.entities == 3


def test_windows_line_ends_a_mark_and_inceptions_last_tab_change_nothing() -> None:
    content = "\ufeff" + EXAMPLE.replace("\t_\n", "\t_\t\n").replace("\n", "\r\n")

    assert shown(first(content)) == shown(first(EXAMPLE))
    assert first(content).text == first(EXAMPLE).text


def test_what_inception_writes_is_read_with_its_other_layers_passed_over() -> None:
    document = first(
        "#FORMAT=WebAnno TSV 3.3\n"
        "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue|coarseValue\n"
        "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value\n"
        "#T_CH=de.tudarmstadt.ukp.dkpro.core.api.coref.type.CoreferenceLink"
        "|referenceType|referenceRelation\n"
        "#T_RL=webanno.custom.Rel|BT_de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity\n"
        "\n\n"
        "#Sentence.id=1\n#Text=Anna\\tsaw Rome.\n"
        "1-1\t0-4\tAnna\tNNP\tPROPN\t*\tPER\t*->1-1\t*->1-1\t_\t\n"
        "1-2\t5-8\tsaw\tV\tVERB\t_\t_\t_\t_\t_\t\n"
        "1-3\t9-13\tRome\tNNP\tPROPN\thttp://x[4]|*[5]\tL\\_OC[4]|*[5]\t_\t_\t1-1[0_4]\t\n"
        "1-4\t13-14\t.\t_\t_\t_\t_\t_\t_\t_\t\n"
        "\n"
        "#Text=Londoners\n"
        "2-1\t16-25\tLondoners\t_\t_\t_\t_\t_\t_\t_\t\n"
        "2-1.1\t16-22\tLondon\t_\t_\t*\tLOC\t_\t_\t_\t\n"
    )

    assert document.text == "Anna\tsaw Rome.\n Londoners"
    assert shown(document) == [("Anna", "PER"), ("Rome", "L_OC"), ("London", "LOC")]
    assert document.notes == (
        Counted("values of the feature identifier of the layer NamedEntity, left out", 1),
        Counted("words annotated without a label, left out", 1),
        Counted("words of the layer CoreferenceLink, left out", 1),
        Counted("words of the layer POS, left out", 3),
        Counted("words of the layer Rel, left out", 1),
    )


def test_the_one_layer_of_the_projects_own_is_taken_where_there_are_no_named_entities() -> None:
    document = first(EXAMPLE.replace(LAYER, "#T_SP=webanno.custom.Finding|kind"))

    assert shown(document)[0] == ("Bank of China", "ORG")


@pytest.mark.parametrize(
    ("features", "taken"),
    [
        ("confidence|kind", "kind"),
        ("kind|confidence", "kind"),
        ("value|type", "value"),
        ("note|EntityType", "EntityType"),
        ("first|second", "first"),
    ],
)
def test_of_several_features_the_one_that_is_called_so_is_the_label(
    features: str, taken: str
) -> None:
    cells = "\t".join("PER[1]" if name == taken else "high[1]" for name in features.split("|"))
    (passed,) = {*features.split("|")} - {taken}
    document = first(
        f"#FORMAT=WebAnno TSV 3.3\n#T_SP=webanno.custom.Entity|{features}\n\n\n#Text=Mara Haag ran"
        f"\n1-1\t0-4\tMara\t{cells}\n1-2\t5-9\tHaag\t{cells}\n1-3\t10-13\tran\t_\t*\n"
    )

    assert shown(document) == [("Mara Haag", "PER")]
    assert document.notes[0] == (
        f"its labels are the feature {taken!r} of the layer Entity, not {passed!r}"
    )
    assert (
        Counted(f"values of the feature {passed} of the layer Entity, left out", 1)
        in document.notes
    )


def test_without_any_layer_nobody_looked() -> None:
    document = first("#FORMAT=WebAnno TSV 3.3\n\n\n#Text=A b\n1-1\t0-1\tA\n1-2\t2-3\tb\n")

    assert (document.text, document.entities) == ("A b", None)


def test_sentences_of_several_lines_and_gaps_are_put_together_as_inception_does() -> None:
    document = first(
        HEAD + "#Text=one\n#Text=two\n1-1\t2-5\tone\t_\n1-2\t6-9\ttwo\tX\n"
        "\n#Text=# three\n2-1\t11-12\t#\tY\n2-2\t13-18\tthree\t_\n"
    )

    assert document.text == "  one\ntwo\n # three"
    assert shown(document) == [("two", "X"), ("#", "Y")]


def test_a_sentence_may_begin_before_its_first_word() -> None:
    document = first(
        HEAD + "#Text= Mara lives.\n1-1\t1-5\tMara\tPER\n1-2\t6-11\tlives\t_\n"
        "\n#Text=😊 Oslo is nice\n2-1\t16-20\tOslo\tLOC\n2-2\t21-23\tis\t_\n"
    )

    assert document.text == " Mara lives.\n😊 Oslo is nice"
    assert shown(document) == [("Mara", "PER"), ("Oslo", "LOC")]


@pytest.mark.parametrize("form", ["a_b|c", "a\\_b\\|c"])
def test_a_word_may_be_escaped(form: str) -> None:
    document = first(HEAD + f"#Text=a_b|c d\n1-1\t0-5\t{form}\tX\n1-2\t6-7\td\t_\n")

    assert shown(document) == [("a_b|c", "X")]


def test_white_space_is_exact_where_entities_begin_or_end_in_it() -> None:
    text = "\n\t  A  b\r\n\r\nc\x0b\x1fd \\t\u2028e  "
    spans = (SpanRecord(0, 6, "X", key="e1"), SpanRecord(5, 9, "Y", key="e2"))
    document = DocumentRecord(text, "a", (*spans, SpanRecord(2, len(text), "Z", key="e3")))
    content, _ = written([document], "webanno")
    (back,) = read(content, "webanno")

    assert back.text == text
    assert {(s.start, s.end, s.label) for s in back.entities} == {
        (s.start, s.end, s.label) for s in document.entities or ()
    }


@given(label=labels, text=labels)
def test_any_label_and_any_line_survive_their_escapes(label: str, text: str) -> None:
    cell = f"A[1]|{escape_value(label)}[2]"

    assert not {"\n", "\r", "\t"} & set(cell)
    assert cell_values(cell) == [("A", 1), (label, 2)]
    assert unescape_text(escape_text(text)) == text
    assert not {"\n", "\r", "\t"} & set(escape_text(text))


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("3.3", "2.0", 1, "#FORMAT=WebAnno TSV 3.3 is expected"),
        ("11-16", "x-16", 9, "'1-1<tab>0-4<tab>word"),
        ("0-2", "0-2000000000", 6, "'1-1<tab>0-4<tab>word"),
        ("0-2\t", "900000000-900000002\t", 6, "was #Text changed?"),
        ("11-16\tChina\tORG[1]", "11-99\t\tORG[1]", 1, "does not lie in the text"),
        ("0-2\t😊\t_", "0-1\t\tX", 1, "cuts a character in two"),
        ("17-22\thired", "17-22\tfired", 10, "'fired' is expected at [17, 22), but #Text has 'hi"),
        ("11-16\tChina", "11-99\tChina", 9, "'China' is expected at [11, 99), but #Text has 'Chi"),
        ("Text=😊 Bank", "Text=Bank", 6, "'😊' is expected at [0, 2), but #Text has 'Ba' there"),
        ("of\tORG[1]", "of\tPER[1]", 8, "[1] is 'ORG' above and 'PER' here"),
        ("\tof\tORG[1]", "\tof", 8, "cells are expected after the word"),
    ],
)
def test_a_fault_is_named_with_its_line(old: str, new: str, line: int, reason: str) -> None:
    bad = first(EXAMPLE.replace(old, new))

    assert isinstance(bad, BadRecord)
    assert bad.line == line
    assert reason in bad.reason


def test_an_archive_names_its_bad_files_and_reads_the_others() -> None:
    members = {"d/a.tsv": EXAMPLE, "b.tsv": "nonsense", "c.tsv": b"\xe9", "readme.md": "x"}
    good, bad, external = read(zipped(members), "webanno")
    (nothing,) = read(zipped({"a.md": "x"}), "webanno")

    assert good.name == "d/a"
    assert bad.reason.startswith("b.tsv: #FORMAT=WebAnno")
    assert external.reason.startswith("c.tsv: not UTF-8")
    assert nothing.reason == "the archive holds no .tsv file"


def test_it_is_known_by_its_first_line_or_by_what_is_in_the_archive() -> None:
    assert formats.detect(EXAMPLE.encode(), "data") == "webanno"
    assert formats.detect(zipped({"a.tsv": EXAMPLE}), "data.zip") == "webanno"


def test_annotations_of_no_text_are_counted_and_the_rest_is_taken() -> None:
    document = first(
        HEAD + "#Text=Mara lives in Oslo\n"
        "1-1\t0-4\tMara\tPER\t\n1-2\t5-10\tlives\t_\t\n1-2.1\t5-5\t\tX\t\n1-3\t11-13\tin\t_\t\n"
        "1-4\t14-18\tOslo\tLOC\t\n"
    )

    assert shown(document) == [("Mara", "PER"), ("Oslo", "LOC")]
    assert document.notes == (Counted("annotations of no text, left out", 1),)


def test_lines_of_the_header_that_name_no_layer_make_no_cells() -> None:
    document = first(EXAMPLE.replace(LAYER, f"#Summary=one|two\n{LAYER}"))

    assert shown(document) == shown(first(EXAMPLE))


def test_other_files_of_an_archive_are_counted() -> None:
    (document,) = read(zipped({"a.tsv": EXAMPLE, "a.pdf": "", "b.pdf": ""}), "webanno")

    assert document.notes == (Counted("files of the archive left out, '.pdf'", 2),)


def test_members_in_capitals_are_read() -> None:
    archive = zipped({"A.TSV": EXAMPLE})

    assert formats.detect(archive, "data.zip") == "webanno"
    (document,) = read(archive, "webanno")
    assert isinstance(document, DocumentRecord)
    assert document.entities

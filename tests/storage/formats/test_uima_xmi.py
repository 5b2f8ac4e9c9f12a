"""UIMA CAS XMI: read back by cassis, other layers, and XML that means harm."""

from __future__ import annotations

import io
from typing import Any

import cassis
import pytest

from storage import formats
from storage.formats import uima_types, xml_guard
from storage.records import BadRecord, Counted, DocumentRecord, SpanRecord
from tests.storage.formats.material import DOCUMENT, TEXT, read, written
from tests.storage.formats.packed import unzipped, zipped

NER = "xmlns:ner='http:///de/tudarmstadt/ukp/dkpro/core/api/ner/type.ecore'"
POS = "xmlns:pos='http:///de/tudarmstadt/ukp/dkpro/core/api/lexmorph/type/pos.ecore'"
SOFA = (
    "<cas:Sofa xmi:id='1' sofaNum='1' sofaID='_InitialView' mimeType='text' sofaString='😊 Anna'/>"
)


def xmi(content: str, members: str = "2") -> bytes:
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><xmi:XMI xmlns:xmi='http://www.omg.org/XMI' "
        f"xmlns:cas='http:///uima/cas.ecore' {NER} {POS} xmi:version='2.0'><cas:NULL xmi:id='0'/>"
        f"{content}{SOFA}<cas:View sofa='1' members='{members}'/></xmi:XMI>"
    ).encode()


def entity(begin: object, end: object, value: str = "value='PER'", number: int = 2) -> str:
    return f"<ner:NamedEntity xmi:id='{number}' sofa='1' begin='{begin}' end='{end}' {value}/>"


def first(content: bytes) -> Any:
    (record,) = read(content, "xmi", "a.xmi")
    return record


def locations(document: DocumentRecord) -> list[tuple[int, int, str]]:
    return [(s.start, s.end, s.label) for s in document.entities or ()]


def test_cassis_itself_reads_the_test_text_and_its_entities() -> None:
    content, tally = written([DOCUMENT], "xmi")
    members = unzipped(content)
    types = cassis.load_typesystem(io.BytesIO(members["TypeSystem.xml"]))
    cas = cassis.load_cas_from_xmi(io.BytesIO(members["bank.xmi"]), typesystem=types)

    assert cas.sofa_string == TEXT
    assert [(a.get_covered_text(), a.value) for a in cas.select(uima_types.TYPE)] == [
        ("Bank of China", "ORG"), ("China", "LOC"), ("Ms. Haag", "PER"),
    ]  # fmt: skip
    assert b'begin="3" end="16" value="ORG"' in members["bank.xmi"]
    assert tally.entities == 3


def test_a_bare_file_is_read_with_dkpros_types_and_utf16_offsets() -> None:
    document = first(xmi(entity(3, 7)))

    assert document.text == "😊 Anna"
    assert document.name == "a"
    assert locations(document) == [(2, 6, "PER")]


def test_annotations_of_no_text_are_counted_and_the_rest_is_taken() -> None:
    document = first(xmi(entity(3, 7) + entity(4, 4, number=3), "2 3"))

    assert locations(document) == [(2, 6, "PER")]
    assert document.notes == (Counted("annotations of no text left out", 1),)


def test_other_layers_are_passed_over_and_noted() -> None:
    others = (
        "<pos:POS xmi:id='3' sofa='1' begin='3' end='7' PosValue='NNP'/>"
        + entity(3, 7, "", 4)
        + "<pos:Unheard xmi:id='5' sofa='1' begin='0' end='2'/>"
    )
    document = first(xmi(entity(3, 7) + others, "2 3 4 5"))

    assert locations(document) == [(2, 6, "PER")]
    assert document.notes == (
        Counted("POS left out", 1),
        Counted("Unheard left out: no TypeSystem.xml beside it knows the type", 1),
        Counted("entities without a label left out", 1),
    )


def test_other_features_of_the_entities_are_counted() -> None:
    document = first(xmi(entity(3, 7, "value='PER' identifier='http://x/Q1'")))

    assert locations(document) == [(2, 6, "PER")]
    assert document.notes == (
        Counted("values of the feature identifier of the layer NamedEntity, left out", 1),
    )


def test_of_several_features_of_an_own_layer_the_one_that_is_called_so_is_the_label() -> None:
    system = cassis.TypeSystem()
    kind = system.create_type(name="webanno.custom.Finding", supertypeName="uima.tcas.Annotation")
    for feature in ("confidence", "kind"):
        system.create_feature(domainType=kind, name=feature, rangeType="uima.cas.String")
    cas = cassis.Cas(system)
    cas.sofa_string = "Mara ran"
    cas.add(kind(begin=0, end=4, confidence="high", kind="PER"))
    members = {"TypeSystem.xml": system.to_xml(), "a.xmi": cas.to_xmi()}
    (document,) = read(zipped(members), "xmi")

    assert locations(document) == [(0, 4, "PER")]
    assert document.notes == (
        "its labels are the feature 'kind' of the layer Finding, not 'confidence'",
        Counted("values of the feature confidence of the layer Finding, left out", 1),
    )


OWN = "xmlns:own='http:///webanno/custom.ecore'"


def own_layers(*names: str, used: tuple[str, ...] = (), types: bool = True) -> DocumentRecord:
    """A document of a project with these layers, of which some are used in it."""
    system = cassis.TypeSystem()
    for name in names:
        kind = system.create_type(
            name=f"webanno.custom.{name}", supertypeName="uima.tcas.Annotation"
        )
        system.create_feature(domainType=kind, name="value", rangeType="uima.cas.String")
    annotations = "".join(
        f"<own:{name} xmi:id='{number}' sofa='1' begin='3' end='7' value='A'/>"
        for number, name in enumerate(used, 2)
    )
    members = " ".join(str(number) for number, _ in enumerate(used, 2))
    content = xmi(annotations, members).replace(NER.encode(), f"{NER} {OWN}".encode())
    files = {"a.xmi": content} | ({"TypeSystem.xml": system.to_xml()} if types else {})
    (document,) = read(zipped(files), "xmi")
    assert isinstance(document, DocumentRecord)
    return document


def test_annotations_of_types_without_a_type_system_are_counted_and_the_text_is_not_annotated() -> (
    None
):
    document = own_layers("Drug", used=("Drug",), types=False)

    assert (document.text, document.entities) == ("😊 Anna", None)
    assert str(document.notes[0]).startswith("its text came in without annotation, since it has")
    assert document.notes[1:] == (
        Counted("Drug left out: no TypeSystem.xml beside it knows the type", 1),
    )


def test_a_text_whose_layer_of_entities_nobody_can_tell_is_not_annotated() -> None:
    document = own_layers("Drug", "Food", used=("Drug", "Food"))

    assert document.entities is None
    assert "(Drug, Food) nobody can tell which holds the entities" in str(document.notes[0])
    assert document.notes[1:] == (Counted("Drug left out", 1), Counted("Food left out", 1))
    assert own_layers("Drug", "Food").entities is None


def test_a_text_without_entities_of_the_one_layer_is_annotated() -> None:
    assert own_layers("Drug").entities == ()
    assert first(xmi("", "")).entities == ()


def test_further_views_of_a_text_are_counted() -> None:
    other = (
        "<cas:Sofa xmi:id='7' sofaNum='2' sofaID='german' mimeType='text' sofaString='Frau Anna'/>"
        "<ner:NamedEntity xmi:id='8' sofa='7' begin='5' end='9' value='PER'/>"
        "<cas:View sofa='7' members='8'/>"
    )
    document = first(xmi(entity(3, 7) + other))

    assert locations(document) == [(2, 6, "PER")]
    assert document.notes == (
        Counted("further views of the text, left out with their annotations", 1),
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<!--" + b"x" * 2**22, "not XML"),
        (b"x" * 2**20, "does not begin with <"),
        (xmi(entity(1, 7)), "lies outside of the text"),
        (xmi(entity(3, 99)), "lies outside of the text"),
        (xmi(entity(7, 3)), "does not lie in the text"),
        (xmi(entity("x", 3)), "not the XMI of a UIMA CAS"),
        (xmi("", "2"), "not the XMI of a UIMA CAS"),
        (b"<a/>", "holds no text"),
        (b"<a>", "not XML"),
        (b"", "not XML"),
        (b"<?xml version='1.0' encoding='utf-99'?><a/>", "not XML"),
        (xmi("").replace(b"Anna", b"\xe9"), "not XML"),
        (xmi("").replace(b"Anna", b"&#0;"), "not XML"),
    ],
)
def test_a_fault_is_named(content: bytes, reason: str) -> None:
    bad = first(content)

    assert isinstance(bad, BadRecord)
    assert reason in bad.reason


BILLION = (
    "<!DOCTYPE x [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    + "]>"
)


@pytest.mark.parametrize(
    "declared",
    [
        BILLION,
        "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE x [<!ENTITY % e SYSTEM 'http://169.254.169.254/'> %e;]>",
        "<!DOCTYPE x SYSTEM 'http://169.254.169.254/x.dtd'>",
    ],
)
@pytest.mark.parametrize("where", ["document", "types"])
def test_entities_and_document_types_are_refused_wherever_they_stand(
    declared: str, where: str
) -> None:
    bomb = xmi("").replace(b"?><xmi", f"?>{declared}<xmi".encode()).replace(b"Anna", b"&a9;&e;")
    members = {"a.xmi": bomb} if where == "document" else {"TypeSystem.xml": bomb, "a.xmi": xmi("")}
    (bad,) = read(zipped(members), "xmi", "a.zip")

    assert "refused: the XML declares" in bad.reason


def test_elements_without_end_and_texts_without_end_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xml_guard, "MOST_ELEMENTS", 100)
    monkeypatch.setattr(xml_guard, "MOST_CHARACTERS", 1000)

    assert "more than 100 XML elements" in first(xmi("<cas:NULL xmi:id='9'/>" * 100)).reason
    assert "more than 1,000 characters" in first(xmi("").replace(b"Anna", b"A" * 1001)).reason
    assert isinstance(first(b"<a>" * 90_000), BadRecord)


@pytest.mark.parametrize("text", ["a\0b", "a\x0bb", "\ufffe"])
def test_a_text_that_xml_cannot_hold_is_left_out_and_named(text: str) -> None:
    content, tally = written([DocumentRecord(text, "odd"), DOCUMENT], "xmi")

    assert tally.documents == 1
    assert tally.refused[0].startswith("odd: holds the character U+")
    assert [record.text for record in read(content, "xmi")] == [TEXT]


def test_markup_in_texts_and_labels_is_only_text() -> None:
    text = "<img src=x onerror=alert(1)>&amp;\r\n\t]]>"
    document = DocumentRecord(text, "a", (SpanRecord(0, 4, "'\"<&>", key="e1"),))
    content, _ = written([document], "xmi")

    assert read(content, "xmi") == [document]


def test_it_is_known_by_its_first_lines_or_by_what_is_in_the_archive() -> None:
    assert formats.detect(xmi(""), "data.xml") == "xmi"
    assert formats.detect(written([DOCUMENT], "xmi")[0], "data.zip") == "xmi"
    (nothing,) = read(zipped({"a.md": "x"}), "xmi")
    assert nothing.reason == "the archive holds no .xmi file"


def test_members_in_capitals_are_read() -> None:
    members = unzipped(written([DOCUMENT], "xmi")[0])
    archive = zipped({name.upper(): content for name, content in members.items()})

    assert formats.detect(archive, "data.zip") == "xmi"
    (document,) = read(archive, "xmi")
    assert isinstance(document, DocumentRecord)
    assert document.entities

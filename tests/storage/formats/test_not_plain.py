"""What is evidently annotated, or a table, is no plain text unless somebody chooses so."""

from __future__ import annotations

import pytest

from storage import formats
from storage.records import DocumentRecord
from tests.storage.formats.material import DOCUMENT, read, written

BIOC = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE collection SYSTEM "BioC.dtd">\n'
    "<collection><source>P</source><document><id>1</id><passage><offset>0</offset>"
    "<text>Mara has flu</text></passage></document></collection>"
)
GATE = '<GateDocument version="3"><TextWithNodes><Node id="0"/>Mara</TextWithNodes></GateDocument>'
STUDIO = (
    "annotation_id,annotator,created_at,id,label,lead_time,text,updated_at\n"
    '1,1,2024,1,"[{""start"":0,""end"":4}]",3.1,"Mara lives, here",2024\n'
)
REFUSED = [
    ("a.xml", BIOC, "BioC's XML"),
    ("a.BioC", BIOC, "BioC's XML"),
    ("a.xml", GATE, "GATE's XML"),
    ("a", f"<?xml version='1.0'?>\n{GATE}", "GATE's XML"),
    ("a.tei", "<?xml version='1.0'?>\n<TEI><text/></TEI>", "this is XML"),
    ("a.xml", '<TEI xmlns="http://www.tei-c.org/ns/1.0"><text>Mara</text></TEI>', "this is XML"),
    ("a.txt", '<t:TEI id="1" xmlns:t="http://www.tei-c.org/ns/1.0">Mara</t:TEI>', "this is XML"),
    ("a.xml", '<corpus><s>Hi <NE type="PER">Mara</NE></s></corpus>', "this is XML"),
    ("a.xml.gz", "<!-- made by hand -->\n<corpus>Mara</corpus>", "this is XML"),
    ("a.sgm", 'In <ENAMEX TYPE="LOCATION">Oslo</ENAMEX>.', "<ENAMEX> tags"),
    ("a.txt", "<START:person> Mara <END> lives here .", "OpenNLP"),
    ("a.ann", "T1\tPER 0 4\tMara\n", "brat's annotations without their text"),
    ("a.a1", "#1\tNote T1\tx\nT1\tPER 0 2;3 4\tMa ra\nR1\tR Arg1:T1 Arg2:T1\n", "brat's"),
    ("a.txt", "Mara|NNP|I-PER lives|VBZ|O in|IN|O Oslo|NNP|I-LOC .|.|O\n", r"'Mara\|NNP\|I-PER'"),
    ("a.txt", "Mara/PERSON lives/O in/O Oslo/LOCATION ./O\n", "its tag behind it"),
    (
        "nlu.yml",
        'version: "3.1"\n\nnlu:\n- intent: tell\n  examples: |\n    - [Mara](who)\n',
        "Rasa",
    ),
    ("export.csv", STUDIO, "Label Studio's CSV"),
    ("a.txt", STUDIO, "Label Studio's CSV"),
    ("texts.csv", "Name of it,Notes\nMara lives, here,and there, too\n", "Name of it, Notes"),
    ("texts.csv", "content,comment\nMara lives,here\n", "unclear which of them holds the texts"),
    ("spans.csv", "id,begin,end,text\n1,0,4,Mara\n", "a row an entity"),
    ("texts.csv", "File,Line,Begin Offset,End Offset,Type\na,0,0,4,PER\n", "a row an entity"),
    ("table.csv", written([DOCUMENT], "table")[0].decode(), "exported for spreadsheets"),
]


@pytest.mark.parametrize(("name", "content", "reason"), REFUSED)
def test_markup_and_tables_are_refused_by_what_they_are(
    name: str, content: str, reason: str
) -> None:
    with pytest.raises(formats.UnclearFormatError, match=reason) as refused:
        formats.detect(content.encode(), name)
    assert "--format text" in str(refused.value)


@pytest.mark.parametrize(("name", "content"), [(name, content) for name, content, _ in REFUSED])
def test_whoever_chooses_plain_text_gets_it(name: str, content: str) -> None:
    (document,) = read(content.encode(), "text", name)

    assert isinstance(document, DocumentRecord)
    assert document.text == content


@pytest.mark.parametrize(
    "content",
    [
        "Hello, world\nBye, moon\n",
        "Mara, Oslo\n",
        "Dear Sir,\nthe text, as you know, is late,\n\nYours,\nMara\n",
        "Roses are red,\nViolets are blue,\n",
        "title,text\n",
        "Text, with a title\nand text, too\n",
        "The title; a text\nNo more; no less\n",
        "id,text\nMara lives here.\nAnd Anna, there, too.\n",
        "T1 is what we call it.\nT2\tis not.\n",
        "T1\tPER 0 4\tMara\nis a line of brat's.\n",
        "He said yes/no and/or maybe: AC/DC, TCP/IP.\n",
        "A|B and C|D\n",
        "<p>Mara lives in <b>Oslo</b>.</p>\n",
        '<html xmlns="http://www.w3.org/1999/xhtml"><body>Mara</body></html>\n',
        "<corpus> is how an xmlns= begins.\n",
        "<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC 'x'>\n<html><body>Mara</body></html>\n",
        "<!DOCTYPE html>\n<html><body>Mara</body></html>\n",
        "x < y, and <collection> is a word; so is <passage>.\n",
        "He wrote <START> and <END>.\n",
        "{curly} prose, [square] prose",
        "yes\nno\n",
        "1,2\n3,4\n",
    ],
)
def test_prose_stays_plain_text(content: str) -> None:
    assert formats.detect(content.encode(), "letter.txt") == "text"
    assert formats.detect(content.encode(), "letter") == "text"

"""Column files in the layouts that corpora have, with the entities that they hold."""

from __future__ import annotations

import json
from pathlib import Path

from core.types import Example
from storage.records import DocumentRecord

CASES = Path(__file__).parent / "storage" / "formats" / "cases" / "columns"
HIPE = "TOKEN\tNE-COARSE-LIT\tNE-COARSE-METO\tNE-FINE-LIT\tNE-FINE-COMP\tNE-NESTED\tNEL-LIT\tMISC\n"
# fmt: off
LAYOUTS: dict[str, tuple[str, list[str]]] = {
    "CoNLL-2003 with chunks":
        ("-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\nGerman JJ B-NP B-MISC\n",
         ["EU/ORG", "German/MISC"]),
    "CoNLL-2003 German":
        ("Ada Ada NE I-NC I-PER\nsagte sagen VVFIN I-VC O\nden der ART I-NC O\nRat Rat NN I-NC O",
         ["Ada/PER"]),
    "tags before words (MIT)":
        ("O\tfilms\nB-ACTOR\tmara\nI-ACTOR\thaag\n\nB-YEAR\t1999\nO\tfilms\n",
         ["mara haag/ACTOR", "1999/YEAR"]),
    "labels without prefixes":
        ("Mara\tPER\nHaag\tPER\nlives\tO\nin\tO\nOslo\tLOC\n.\tO\n", ["Mara Haag/PER", "Oslo/LOC"]),
    "prefixes without labels":
        ("Colon\tB\ncancer\tI\nis\tO\nbad\tO\n\nflu\tB\nis\tO\n",
         ["Colon cancer/ENTITY", "flu/ENTITY"]),
    "labels before prefixes": ("Mara\tPER-B\nHaag\tPER-I\nsleeps\tO\n", ["Mara Haag/PER"]),
    "underscores": ("Mara\tB_PER\nHaag\tI_PER\nsleeps\tO\n", ["Mara Haag/PER"]),
    "CoNLL-U with NER in MISC (DaNE, NorNE, Stanza)":
        ("# sent_id = 1\n# text = Mara lives in Oslo.\n"
         "1\tMara\tMara\tPROPN\t_\t_\t2\tnsubj\t_\tname=B-PER\n"
         "2\tlives\tlive\tVERB\t_\t_\t0\troot\t_\tname=O\n"
         "3\tin\tin\tADP\t_\t_\t4\tcase\t_\t_\n"
         "4\tOslo\tOslo\tPROPN\t_\t_\t2\tobl\t_\tSpaceAfter=No|name=B-LOC\n"
         "5\t.\t.\tPUNCT\t_\t_\t2\tpunct\t_\tname=O\n", ["Mara/PER", "Oslo/LOC"]),
    "CoNLL-U with a comment of as many words as columns":
        ("# text = one two three four five six seven\n"
         "1\tMara\tMara\tPROPN\t_\t_\t0\troot\t_\tname=B-PER\n"
         "2\tis\tis\tAUX\t_\t_\t1\tcop\t_\tname=O\n", ["Mara/PER"]),
    "CoNLL-U with multiword tokens":
        ("1-2\tal\t_\t_\t_\t_\t_\t_\t_\t_\n1\ta\ta\tADP\t_\t_\t3\tcase\t_\tNER=O\n"
         "2\tel\tel\tDET\t_\t_\t3\tdet\t_\tNER=O\n3\tLima\tLima\tPROPN\t_\t_\t0\troot\t_\tNER=B-LOC\n"
         "3.1\te\te\tAUX\t_\t_\t_\t_\t_\t_\n", ["Lima/LOC"]),
    "CoNLL-U Plus":
        ("# global.columns = ID NE FORM MISC\n1\tB-PER\tMara\t_\n2\tO\tlives\t_\n3\tO\tin\t_\n"
         "4\tB-LOC\tOslo\tSpaceAfter=No\n", ["Mara/PER", "Oslo/LOC"]),
    "HIPE":
        (HIPE + "# language = fr\nMara\tB-pers\tO\tB-pers.ind\tB-comp.name\tO\tNIL\t_\n"
         "va\tO\tO\tO\tO\tO\t_\t_\nà\tO\tO\tO\tO\tO\t_\t_\n"
         "Berne\tB-loc\tB-org\tB-loc.adm\tO\tO\tQ70\tNoSpaceAfter\n.\tO\tO\tO\tO\tO\t_\t_\n",
         ["Mara/pers", "Berne/loc"]),
    "HIPE with _ for what is not annotated":
        ("TOKEN\tNE-COARSE-LIT\tNE-FINE-LIT\tMISC\nMara\tB-pers\t_\t_\nva\t_\t_\t_\n"
         "Berne\tB-loc\t_\t_\n",
         ["Mara/pers", "Berne/loc"]),
    "three levels": 
        ("a\tB-X\tO\tO\nb\tI-X\tB-Y\tO\nc\tI-X\tI-Y\tB-Z\nd\tO\tO\tO\ne\tO\tO\tO\n",
         ["a b c/X", "b c/Y", "c/Z"]),
    "levels after chunks (VLSP)":
        ("ở\tE\tB-PP\tO\tO\nĐại_học\tN\tB-NP\tB-ORG\tO\nHà_Nội\tNp\tI-NP\tI-ORG\tB-LOC\n"
         ".\tCH\tO\tO\tO\nvà\tC\tO\tO\tO\n", ["Đại_học Hà_Nội/ORG", "Hà_Nội/LOC"]),
    "markup in lines of its own (FiNER)":
        ("<HEADLINE>\t\t\n\t\t\nTurun\tB-ORG\tB-LOC\nyliopisto\tI-ORG\tO\non\tO\tO\n.\tO\tO\n\t\t\n"
         "Mara\tB-PER\tO\n", ["Turun/LOC", "Turun yliopisto/ORG", "Mara/PER"]),
    "characters with blanks (KLUE)":
        ("## 주석 : ##\n## klue-1\t<김철:PS>은 와\n김\tB-PS\n \tI-PS\n철\tI-PS\n은\tO\n \tO\n"
         "와\tO\n\n"
         "## klue-2\t<서울:LC>\n서\tB-LC\n울\tI-LC\n", ["김 철/PS", "서울/LC"]),
    "characters (MSRA)": ("中\tB-LOC\n国\tI-LOC\n很\tO\n大\tO\n", ["中 国/LOC"]),
    "BMES": ("王 B-NAME\n小 M-NAME\n明 E-NAME\n在 O\n京 S-LOC\n", ["王 小 明/NAME", "京/LOC"]),
    "BMEWO":
        ("Mara W-PER\nleft O\nNew B-LOC\nYork M-LOC\nCity E-LOC\n",
         ["Mara/PER", "New York City/LOC"]),
    "semicolons": ("word;tag\nMara;B-PER\nlives;O\nin;O\nOslo;B-LOC\n", ["Mara/PER", "Oslo/LOC"]),
    "quotes and sentence numbers":
        ('sentence_id,token,ner\n1,"Mara",B-PER\n1,",",O\n1,"a ""b""",O\n2,Oslo,B-LOC\n2,is,O\n',
         ["Mara/PER", "Oslo/LOC"]),
    "a table with row numbers":
        (",sentence_idx,word,pos,tag\n0,1,Mara,NNP,B-per\n1,1,lives,VBZ,O\n2,2,Oslo,NNP,B-geo\n"
         "3,2,is,VBZ,O\n", ["Mara/per", "Oslo/geo"]),
    "document names first":
        ("d1\tMara\tB-PER\nd1\tlives\tO\nd1\there\tO\n\nd2\tOslo\tB-LOC\nd2\tis\tO\n",
         ["Mara/PER", "Oslo/LOC"]),
    "offsets first":
        ("0\t4\tMara\tB-PER\n5\t10\tlives\tO\n11\t13\tin\tO\n14\t18\tOslo\tB-LOC\n",
         ["Mara/PER", "Oslo/LOC"]),
    "sentence and word numbers (WebAnno TSV 1)":
        ("1-1\tMara\tB-PER\n1-2\tsleeps\tO\n\n2-1\tOslo\tB-LOC\n2-2\tis\tO\n",
         ["Mara/PER", "Oslo/LOC"]),
    "words that are hashes":
        ("#Oslo\tB-LOC\nis\tO\n#1\tO\n\n#\tO\n@me\tO\n", ["#Oslo/LOC"]),
    "words that look like tags":
        ("B-52\tB-PLANE\nis\tO\nU-Bahn\tO\nI-80\tB-ROAD\n", ["B-52/PLANE", "I-80/ROAD"]),
    "comments":
        ("# newdoc id = 1\n# sent 1\nMara B-PER\nslept O\n\n# sent 2\nOslo B-LOC\nis O\n",
         ["Mara/PER", "Oslo/LOC"]),
    "a part of speech called NE":
        ("Text NE O\nMara NE B-PER\nschlief VVFIN O\n", ["Mara/PER"]),
    "gold tags and predictions":
        ("EU NNP B-ORG B-ORG\nsays VBZ O O\nMara NNP B-PER B-PER\nHaag NNP I-PER I-PER\nx y O O\n",
         ["EU/ORG", "Mara Haag/PER"]),
    "a header":
        ("Token\tLemma\tNER\tPOS\nMara\tMara\tB-PER\tNNP\nslept\tsleep\tO\tVBD\n", ["Mara/PER"]),
    "separators of Unicode within words":
        ("Ma\u2028ra\tB-PER\nslept\tO\n\nNew\u00a0York\tB-LOC\nis\tO\n",
         ["Ma\u2028ra/PER", "New\u00a0York/LOC"]),
    "all line ends in one file":
        ("Mara B-PER\rslept O\r\n\r\nOslo B-LOC\nis O\r\rAcme B-ORG\rfell O",
         ["Mara/PER", "Oslo/LOC", "Acme/ORG"]),
    "doubled carriage returns":
        ("Mara B-PER\r\r\nslept O\r\r\n\r\r\nOslo B-LOC\r\r\nis O\r\r\n", ["Mara/PER", "Oslo/LOC"]),
    "empty words":
        ("Mara\tB-PER\n\tI-PER\nHaag\tI-PER\n \tO\nin\tO\nOslo\tB-LOC\n",
         ["Mara Haag/PER", "Oslo/LOC"]),
    "doubled tabs":
        ("Mara\t\tB-PER\nslept\t\tO\nin\t\tO\nOslo\t\tB-LOC\n", ["Mara/PER", "Oslo/LOC"]),
    "blanks and tabs behind":
        ("Mara\tB-PER\t \nlives\tO\t \nOslo\tB-LOC\t \n", ["Mara/PER", "Oslo/LOC"]),
    "labels without prefixes among many O (Paramopama)":
        ("Mara\tPESSOA\nHaag\tPESSOA\n" + "mora\tO\n" * 40 + "Lisboa\tLOCAL\n",
         ["Mara Haag/PESSOA", "Lisboa/LOCAL"]),
    "labels without prefixes after chunks":
        ("EU EU NN I-NC ORG\nund und KON O O\nder d ART I-NC O\nRat Rat NN I-NC ORG\n",
         ["EU/ORG", "Rat/ORG"]),
    "language marks before words (WikiANN)":
        ("de:Mara\tB-PER\nde:Haag\tI-PER\nde:schlief\tO\n\nde:Bonn\tB-LOC\nde:ist\tO\n",
         ["Mara Haag/PER", "Bonn/LOC"]),
    "columns without tags before the tags":
        ("Bonn\tO\tO\tB-LOC\nist\tO\tO\tO\nMara\tO\tO\tB-PER\n", ["Bonn/LOC", "Mara/PER"]),
    "some lines by blanks in a file of tabs":
        ("Mara\tB-PER\n" + "ist\tO\n" * 20 + "d.  O\nOslo\tB-LOC\n", ["Mara/PER", "Oslo/LOC"]),
    "CoNLL-2012":
        ("#begin document (bc/a); part 000\nbc/a 0 0 Hong NNP (TOP(NP* - - - Sp (GPE* (0\n"
         "bc/a 0 1 Kong NNP *) - - - Sp *) 0)\nbc/a 0 2 grew VBD (VP*)) grow 01 1 Sp * -\n\n"
         "#end document\n", ["Hong Kong/GPE"]),
}
# fmt: on
FILES: dict[str, tuple[bytes, list[str]]] = {
    **{name: (text.encode(), entities) for name, (text, entities) in LAYOUTS.items()},
    **{
        name: ((CASES / name).read_bytes(), entities)
        for name, entities in json.loads((CASES / "expected.json").read_text()).items()
    },
}


def entities_of(document: DocumentRecord) -> list[str]:
    """`text/label` of each entity."""
    spans = document.entities or ()
    return [f"{document.text[span.start : span.end]}/{span.label}" for span in spans]


def entities_in(example: Example) -> list[str]:
    """The same of a sentence that is trained on, its words joined by spaces."""
    return [
        f"{' '.join(example.words[span.start : span.end])}/{span.label}"
        for span in example.entities
    ]

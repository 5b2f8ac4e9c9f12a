"""The table of formats: every menu, every command and `detect` is made of these rows."""

from __future__ import annotations

from functools import partial

from storage.formats import doccano, gliner, hugging_face, jsonl, plain, prodigy, spert, table
from storage.formats.brat import read_brat, sniff_brat_members, write_brat
from storage.formats.conll_reader import read_conll, sniff_conll
from storage.formats.conll_writer import write_conll
from storage.formats.label_studio import write_label_studio
from storage.formats.label_studio_reader import read_label_studio, sniff_label_studio
from storage.formats.other_json import read_other_json, sniff_other_json
from storage.formats.pubtator import read_pubtator, sniff_pubtator
from storage.formats.registry import Format
from storage.formats.spacy_docbin import read_docbin, sniff_docbin, write_docbin
from storage.formats.text_table import read_text_table, sniff_text_table
from storage.formats.uima_xmi import read_xmi, sniff_xmi, sniff_xmi_members, write_xmi
from storage.formats.webanno_reader import read_webanno, sniff_webanno
from storage.formats.webanno_writer import write_webanno

COLUMN_ENDINGS = (
    ".conll",
    ".conll2002",
    ".conll2003",
    ".conll03",
    ".conllu",
    ".conllup",
    ".bio",
    ".bio2",
    ".iob",
    ".iob1",
    ".iob2",
    ".bioes",
    ".bilou",
    ".bmes",
    ".tsv",
)

TABLE = (
    Format(
        name="jsonl",
        title="JSON lines – everything",
        holds="One document per line with its exact text, every entity, including nested ones and "
        "rejected suggestions, and its origin. Imports again without loss.",
        read=jsonl.read_jsonl,
        write=jsonl.write_jsonl,
        sniff=jsonl.sniff_jsonl,
        endings=(".jsonl", ".ndjson", ".json"),
        suffix=".jsonl",
    ),
    Format(
        name="doccano",
        title="doccano",
        holds="JSON lines with accepted entities, nested ones too, comments, and data about the "
        "document. In doccano, allow overlapping spans, or it drops nested ones.",
        read=doccano.read_doccano,
        write=doccano.write_doccano,
        sniff=doccano.sniff_doccano,
        empty_is_unclear=True,
        endings=(".jsonl", ".ndjson", ".json"),
        suffix=".jsonl",
    ),
    Format(
        name="label_studio",
        title="Label Studio",
        holds="JSON tasks with accepted entities as annotations, or open suggestions as "
        'predictions. The project needs <Labels name="label" toName="text"> over '
        '<Text name="text" value="$text"/>.',
        read=read_label_studio,
        write=write_label_studio,
        sniff=sniff_label_studio,
        endings=(".json", ".jsonl"),
        suffix=".json",
    ),
    Format(
        name="prodigy",
        title="Prodigy",
        holds="JSON lines of tasks with tokens, accepted entities and the answer: submitted is "
        "accept, skipped is ignore.",
        read=prodigy.read_prodigy,
        write=prodigy.write_prodigy,
        sniff=prodigy.sniff_prodigy,
        empty_is_unclear=True,
        endings=(".jsonl", ".ndjson", ".json"),
        suffix=".jsonl",
    ),
    Format(
        name="conll",
        title="CoNLL columns",
        holds="A word and its tags per line: CoNLL-2003, CoNLL-U, GermEval, HIPE, tables as CSV "
        "and their relatives, in BIO, IOB1 or BIOES. The columns are found by the content, or "
        "chosen.",
        read=read_conll,
        sniff=sniff_conll,
        endings=COLUMN_ENDINGS,
    ),
    Format(
        name="conll2003",
        title="CoNLL-2003 columns",
        holds="Words with tags in four columns; flat.",
        write=partial(write_conll, format="conll2003"),
        suffix=".conll",
    ),
    Format(
        name="bio",
        title="BIO columns",
        holds="One word and tag per line: B- begins, I- continues, O is outside; flat.",
        write=partial(write_conll, format="bio"),
        suffix=".bio",
    ),
    Format(
        name="iob1",
        title="IOB1 columns",
        holds="As BIO, but B- only where two entities of one label touch; flat.",
        write=partial(write_conll, format="iob1"),
        suffix=".iob",
    ),
    Format(
        name="bioes",
        title="BIOES columns",
        holds="As BIO, with E- at an entity's end and S- for single words; flat.",
        write=partial(write_conll, format="bioes"),
        suffix=".bioes",
    ),
    Format(
        name="spacy",
        title="spaCy DocBin",
        holds="spaCy’s training format: exact texts and every accepted entity, nested ones in "
        'doc.spans["sc"], the outermost also in doc.ents.',
        read=read_docbin,
        write=write_docbin,
        sniff=sniff_docbin,
        endings=(".spacy",),
        has_encoding=False,
        suffix=".spacy",
    ),
    Format(
        name="brat",
        title="brat standoff",
        holds="A text and an annotation file for each document, as a ZIP archive: exact texts and "
        "every accepted entity, nested ones too. Discontinuous ones are imported as their "
        "fragments.",
        read=read_brat,
        write=write_brat,
        reads_archives=True,
        sniff_members=sniff_brat_members,
        suffix=".zip",
    ),
    Format(
        name="webanno",
        title="WebAnno TSV 3.3",
        holds="A table of words for each document, for INCEpTION, as a ZIP archive: exact texts "
        "and every accepted entity, nested ones too. Single .tsv files can be imported, too.",
        read=read_webanno,
        write=write_webanno,
        sniff=sniff_webanno,
        reads_archives=True,
        endings=(".tsv",),
        suffix=".zip",
    ),
    Format(
        name="xmi",
        title="UIMA CAS XMI",
        holds="An XML file for each document with DKPro's NamedEntity, for INCEpTION, as a ZIP "
        "archive: exact texts and every accepted entity; no text with control characters.",
        read=read_xmi,
        write=write_xmi,
        sniff=sniff_xmi,
        reads_archives=True,
        sniff_members=sniff_xmi_members,
        endings=(".xmi",),
        has_encoding=False,
        suffix=".zip",
    ),
    Format(
        name="spert",
        title="SpERT and DiffusionNER",
        holds="A ZIP archive with documents.json, words and entities as runs of words, nested ones "
        "too, and types.json. The space between words is not kept.",
        read=spert.read_spert,
        write=spert.write_spert,
        sniff=spert.sniff_spert,
        reads_archives=True,
        sniff_members=spert.sniff_spert_members,
        endings=(".json",),
        suffix=".zip",
    ),
    Format(
        name="gliner",
        title="GLiNER",
        holds="JSON of words and entities as runs of words, nested ones too. The space between "
        "words is not kept.",
        read=gliner.read_gliner,
        write=gliner.write_gliner,
        sniff=gliner.sniff_gliner,
        endings=(".json", ".jsonl"),
        suffix=".json",
    ),
    Format(
        name="hugging_face",
        title="Hugging Face dataset",
        holds="A Parquet file with exact texts and accepted entities, nested ones too, and a flat "
        "view in words and BIO tags.",
        read=hugging_face.read_hugging_face,
        write=hugging_face.write_hugging_face,
        sniff=hugging_face.sniff_hugging_face,
        endings=(".parquet",),
        has_encoding=False,
        suffix=".parquet",
    ),
    Format(
        name="other_json",
        title="JSON of spaCy, NER Annotator, Dataturks, SageMaker, Rasa, UBIAI",
        holds="What these tools export: texts with their entities. Import only.",
        read=read_other_json,
        sniff=sniff_other_json,
        endings=(".json", ".jsonl", ".ndjson", ".manifest"),
    ),
    Format(
        name="pubtator",
        title="PubTator",
        holds="Titles and abstracts with their entities. Import only.",
        read=read_pubtator,
        sniff=sniff_pubtator,
        endings=(".pubtator",),
    ),
    Format(
        name="text_table",
        title="Table of texts (CSV, TSV)",
        holds="A text in each row, in the column called text, or sentence, content and the like; "
        "entities as JSON in a column such as label, as doccano's CSV has them. Import only.",
        read=read_text_table,
        sniff=sniff_text_table,
        empty_is_unclear=True,
        endings=(".tsv",),
    ),
    Format(
        name="table",
        title="Table for spreadsheets",
        holds="CSV with a row for each entity, rejected suggestions too, without the texts around "
        "them. Export only.",
        write=table.write_table,
        suffix=".csv",
    ),
    Format(
        name="text",
        title="Plain texts",
        holds="One file per document, without entities, as a ZIP archive.",
        read=plain.read_text,
        write=plain.write_texts,
        reads_archives=True,
        sniff_members=plain.is_office_file,
        suffix=".zip",
    ),
    Format(
        name="lines",
        title="Lines of text",
        holds="One document per line, without entities.",
        read=plain.read_lines,
    ),
)

"""Column files: one word a line with its tags beside it, in any of the layouts that corpora have.

    1	Ms.	B-PER	O
    2	Haag	I-PER	O

`find_layout` finds by the file's content which column is the word and which are the tags;
`read_sentences` reads the sentences with it. Import, training and evaluation all read through
here, so that one file is the same words and entities everywhere.
"""

from __future__ import annotations

from .choice import ColumnChoice, parse_columns
from .detection import find_layout, inspect, looks_like_columns
from .layout import Layout, TagColumn
from .lines import Line, Undecodable, physical_lines
from .sentences import Fault, TaggedSentence, read_sentences

__all__ = [
    "ColumnChoice",
    "Fault",
    "Layout",
    "Line",
    "TagColumn",
    "TaggedSentence",
    "Undecodable",
    "find_layout",
    "inspect",
    "looks_like_columns",
    "parse_columns",
    "physical_lines",
    "read_sentences",
]

"""XML from outside is looked through before any library builds something of it."""

from __future__ import annotations

import io
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

MOST_ELEMENTS = 2_000_000
MOST_CHARACTERS = 2_000_000
"""Of one attribute, where UIMA keeps a whole text; tables of its offsets cost a hundredfold."""


class _Counter(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self._elements = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise ValueError(f"more than {MOST_ELEMENTS:,} XML elements; split the document")
        for attribute in attrs.getNames():
            if len(attrs.getValue(attribute)) > MOST_CHARACTERS:
                raise ValueError(
                    f"a text of more than {MOST_CHARACTERS:,} characters; split the document"
                )


def check_xml(content: bytes) -> None:
    """Raises `ValueError` for entities, document type definitions, faults, and too much of it."""
    from defusedxml import DefusedXmlException
    from defusedxml.sax import parse

    try:
        parse(io.BytesIO(content), _Counter(), forbid_dtd=True)
    except DefusedXmlException as error:
        raise ValueError(
            f"refused: the XML declares {_what(error)}, by which files are read and memory is "
            "filled; UIMA's own files have none"
        ) from None
    except (SAXException, LookupError) as error:  # an unknown encoding is a LookupError
        raise ValueError(f"not XML: {error}") from None


def _what(error: Exception) -> str:
    return "a document type" if type(error).__name__ == "DTDForbidden" else "entities"

"""XML from outside is looked through before any library builds something of it."""

from __future__ import annotations

import io
from collections.abc import Callable
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

MOST_BYTES = 64 * 2**20
MOST_ELEMENTS = 2_000_000
MOST_CHARACTERS = 2_000_000
"""Of one attribute, where UIMA keeps a whole text; tables of its offsets cost a hundredfold."""

_AT_ONCE = 2**24
"""Bytes given to the parser in one go; in small parts a token without end costs their square."""
_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
"""Byte order marks, halves of UTF-16, and white space."""


OnElement = Callable[[str, AttributesImpl], None]
"""What hears of every element: its name and its attributes."""


class _Counter(ContentHandler):
    def __init__(self, on_element: OnElement | None) -> None:
        super().__init__()
        self._elements = 0
        self._on_element = on_element

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise ValueError(f"more than {MOST_ELEMENTS:,} XML elements; split the document")
        for attribute in attrs.getNames():
            if len(attrs.getValue(attribute)) > MOST_CHARACTERS:
                raise ValueError(
                    f"a text of more than {MOST_CHARACTERS:,} characters; split the document"
                )
        if self._on_element is not None:
            self._on_element(name, attrs)


def check_xml(content: bytes, on_element: OnElement | None = None) -> None:
    """Raises `ValueError` for entities, document type definitions, faults, and too much of it."""
    from defusedxml import DefusedXmlException
    from defusedxml.expatreader import DefusedExpatParser

    if len(content) > MOST_BYTES:
        raise ValueError(f"more than {MOST_BYTES // 2**20} MB of XML; split the document")
    if not content[:8].strip(_BEFORE_XML).startswith(b"<"):
        raise ValueError("not XML: it does not begin with <")
    try:
        parser = DefusedExpatParser(bufsize=_AT_ONCE, forbid_dtd=True)
        parser.setContentHandler(_Counter(on_element))
        parser.parse(io.BytesIO(content))
    except DefusedXmlException as error:
        raise ValueError(
            f"refused: the XML declares {_what(error)}, by which files are read and memory is "
            "filled; UIMA's own files have none"
        ) from None
    except (SAXException, LookupError) as error:  # an unknown encoding is a LookupError
        raise ValueError(f"not XML: {error}") from None


def _what(error: Exception) -> str:
    return "a document type" if type(error).__name__ == "DTDForbidden" else "entities"

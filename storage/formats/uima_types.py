"""The types of a UIMA CAS: which one holds the entities, and those that no type system knows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING
from xml.sax.xmlreader import AttributesImpl

from storage.formats.own_layers import choice_note, label_feature, own_layer, short_name

if TYPE_CHECKING:
    from cassis import Cas, TypeSystem

TYPE = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
FEATURE = "value"
STRING = "uima.cas.String"
FRAME = re.compile(r".*\.(Token|Sentence|DocumentAnnotation|DocumentMetaData|TagsetDescription"
                    r"|TagDescription|Paragraph|Heading|Div|CASMetadata|LayerDefinition"
                    r"|FeatureDefinition)")  # fmt: skip
"""What every document has, and nobody annotated as a finding."""
_PLACE = frozenset(("begin", "end"))
_NAMESPACE = "xmlns:"
_MOST_NAMED = 6


class ElementCounter:
    """Counts the elements of an XMI that have a place in the text, as the XML is looked through."""

    def __init__(self) -> None:
        self._namespaces: dict[str, str] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def __call__(self, name: str, attributes: AttributesImpl) -> None:
        names = attributes.getNames()
        for attribute in names:
            if attribute.startswith(_NAMESPACE):
                self._namespaces[attribute.removeprefix(_NAMESPACE)] = attributes[attribute]
        if _PLACE.issubset(names):
            prefix, _, local = name.rpartition(":")
            self._counts[prefix, local] += 1

    def unknown(self, system: TypeSystem) -> Counter[str]:
        """How many annotations are of types that the type system does not know, by type."""
        counts: Counter[str] = Counter()
        for (prefix, local), count in self._counts.items():
            package = self._namespaces.get(prefix, "").removeprefix("http:///")
            name = f"{package.removesuffix('.ecore').replace('/', '.')}.{local}"
            name = name.removeprefix("uima.noNamespace.")
            if not (system.contains_type(name) or FRAME.fullmatch(name)):
                counts[name] += count
        return counts


def entity_type(cas: Cas, unknown: Collection[str]) -> tuple[str | None, str, list[str]]:
    """The type of the entities, the feature with their label, and what to tell of the choice.

    None for the type where nobody can tell: there is no NamedEntity, and several other layers, or
    types that the type system does not know.
    """
    present = {annotation.type.name for annotation in cas.select_all_annotations()}
    if TYPE in present:
        return TYPE, FEATURE, []
    own_present = sorted(filter(own_layer, {*present, *unknown}))
    if not (own_present or unknown):
        if cas.typesystem.contains_type(TYPE):
            return TYPE, FEATURE, []
        known = (kind.name for kind in cas.typesystem.get_types())
        own_present = sorted(filter(own_layer, known))
    if len(own_present) == 1 and not unknown:
        kind = cas.typesystem.get_type(own_present[0])
        texts = [feature.name for feature in kind.features if feature.rangeType.name == STRING]
        if texts:
            label = label_feature(texts)
            choice = [choice_note(short_name(kind.name), label, texts)] if len(texts) > 1 else []
            return kind.name, label, choice
    return None, FEATURE, [_unclear(own_present or sorted(unknown))]


def _unclear(layers: Collection[str]) -> str:
    named = ", ".join(short_name(layer) for layer in list(layers)[:_MOST_NAMED]) or "no other"
    return (
        "its text came in without annotation, since it has no layer NamedEntity, and of the others "
        f"({named}) nobody can tell which holds the entities"
    )

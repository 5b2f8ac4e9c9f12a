"""INCEpTION's documents: XMI with its type system in, the same with predictions out.

dkpro-cassis turns UIMA's UTF-16 units into code points and back.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field

from app.http.common.errors import ApiError
from app.http.common.limits import MOST_TEXT
from app.http.predictions.prediction_fields import EntityOut
from storage.formats.labelled_spans import Mark
from storage.formats.xml_guard import check_xml

if TYPE_CHECKING:
    from cassis import Cas, TypeSystem

PREDICTED = "inception_internal_predicted"
"""The feature by which INCEpTION knows a prediction in an answer."""
_EXPLAINED = {"instant": "learnt from submitted documents", "rule": "matched by a rule"}
"""Of the entities that are not the model's own, by their source."""
_METADATA = "de.tudarmstadt.ukp.clarin.webanno.api.type.CASMetadata"


class SentDocument(BaseModel):
    xmi: str
    documentId: int | Annotated[str, Field(max_length=200)] = ""
    userId: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


def type_system(xml: str) -> TypeSystem:
    """Raises `ValueError` for what is none."""
    from cassis import load_typesystem

    check_xml(xml.encode())
    try:
        return load_typesystem(io.BytesIO(xml.encode()))
    except Exception as error:  # whatever the library trips over in what comes from outside
        raise ValueError(f"not the type system of a UIMA CAS: {error!r}"[:300]) from None


def read_cas(sent: SentDocument, types: TypeSystem) -> Cas:
    """Raises `ValueError`, and `ApiError` for a text that is longer than one to predict may be."""
    from cassis import load_cas_from_xmi

    check_xml(sent.xmi.encode())
    try:
        cas = load_cas_from_xmi(io.BytesIO(sent.xmi.encode()), typesystem=types)
    except Exception as error:  # whatever the library trips over in what comes from outside
        raise ValueError(f"not the XMI of a UIMA CAS: {error!r}"[:300]) from None
    length = len(cas.sofa_string or "")
    if length > MOST_TEXT:
        raise ApiError(
            413,
            f"the text of document {sent.documentId!r} is too long",
            got=length,
            expected=f"at most {MOST_TEXT} code points",
            remedy="Split the document in INCEpTION.",
        )
    return cas


def check_layer(cas: Cas, layer: str, feature: str) -> None:
    """Raises `ValueError` where predictions cannot be written into this layer and feature."""
    if not cas.typesystem.contains_type(layer):
        raise ValueError(f"the type system has no layer {layer!r}")
    missing = sorted({feature, PREDICTED} - _features(cas, layer))
    if missing:
        raise ValueError(f"the layer {layer!r} has no feature {', '.join(missing)}")


def with_predictions(cas: Cas, entities: Iterable[EntityOut], layer: str, feature: str) -> str:
    """The XMI of the CAS with the predicted entities, marked as INCEpTION's own recommenders mark
    theirs."""
    known = _features(cas, layer)
    annotation = cas.typesystem.get_type(layer)
    for entity in entities:
        about = {
            f"{feature}_score": entity.score,
            f"{feature}_score_explanation": _EXPLAINED.get(entity.source),
        }
        optional = {
            name: value for name, value in about.items() if name in known and value is not None
        }
        values = {feature: entity.label, PREDICTED: True, **optional}
        cas.add(annotation(begin=entity.start, end=entity.end, **values))
    return str(cas.to_xmi())


def annotated_marks(cas: Cas, layer: str, feature: str) -> tuple[list[Mark], int]:
    """What people labelled, and how many annotations have no label; predictions that nobody
    accepted are skipped. Raises `ValueError` where the type system has no such layer and
    feature, and for an annotation outside of the text."""
    if not cas.typesystem.contains_type(layer) or feature not in _features(cas, layer):
        raise ValueError(f"the type system has no layer {layer!r} with a feature {feature!r}")
    predicted = PREDICTED in _features(cas, layer)
    people = [item for item in cas.select(layer) if not (predicted and item.get(PREDICTED))]
    labelled = [item for item in people if item.get(feature)]
    for item in labelled:
        if not isinstance(item.begin, int) or not isinstance(item.end, int):
            raise ValueError(f"an annotation of {layer} does not lie in the text")
    marks = [Mark(item.begin, item.end, str(item.get(feature))) for item in labelled]
    return marks, len(people) - len(labelled)


def changed_at(cas: Cas) -> str | None:
    """When INCEpTION stored the document last, in ISO 8601; None where it does not say."""
    if not cas.typesystem.contains_type(_METADATA):
        return None
    for metadata in cas.select(_METADATA):
        try:
            milliseconds = int(metadata.get("lastChangedOnDisk") or -1)
            return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
        except (ValueError, OverflowError, OSError):
            return None
    return None


def _features(cas: Cas, layer: str) -> set[str]:
    return {feature.name for feature in cas.typesystem.get_type(layer).all_features}

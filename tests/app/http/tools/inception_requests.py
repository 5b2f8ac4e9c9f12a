"""What INCEpTION sends, made as its external recommender makes it."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import cassis
import pytest

from app.http.predictions.batching import Batcher
from app.http.predictions.text_parts import PartReader
from app.http.tools import inception
from app.services.interchange import refusals
from tests.app.http.api.test_api import Served

LAYER = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
OWN_LAYER = "webanno.custom.Finding"
TOKEN = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token"
METADATA = "de.tudarmstadt.ukp.clarin.webanno.api.type.CASMetadata"
Marked = tuple[int, int, str | None]
"""Code points, half-open, and a label."""


def type_system(layer: str = LAYER) -> cassis.TypeSystem:
    system = cassis.TypeSystem()
    marked = system.create_type(layer, "uima.tcas.Annotation")
    system.create_feature(marked, "value", "uima.cas.String")
    system.create_feature(marked, "inception_internal_predicted", "uima.cas.Boolean")
    system.create_feature(marked, "value_score", "uima.cas.Double")
    system.create_feature(marked, "value_score_explanation", "uima.cas.String")
    system.create_type(TOKEN, "uima.tcas.Annotation")
    metadata = system.create_type(METADATA, "uima.tcas.Annotation")
    system.create_feature(metadata, "lastChangedOnDisk", "uima.cas.Long")
    return system


def document(
    text: str,
    marked: Sequence[Marked] = (),
    *,
    layer: str = LAYER,
    number: int | str = 3,
    user: str = "ada",
    changed: int | None = None,
) -> dict[str, Any]:
    """A document as one person has it; `changed` in milliseconds since 1970."""
    system = type_system(layer)
    cas = cassis.Cas(system)
    cas.sofa_string, cas.sofa_mime = text, "text/plain"
    token, entity = system.get_type(TOKEN), system.get_type(layer)
    cas.add_all([token(begin=word.start(), end=word.end()) for word in re.finditer(r"\S+", text)])
    cas.add_all([entity(begin=start, end=end, value=label) for start, end, label in marked])
    if changed is not None:
        cas.add(system.get_type(METADATA)(begin=0, end=0, lastChangedOnDisk=changed))
    return {"xmi": cas.to_xmi(), "documentId": number, "userId": user}


def metadata(layer: str = LAYER, extent: tuple[int, int] | None = None) -> dict[str, Any]:
    about = {"layer": layer, "feature": "value", "projectId": 1}
    more = {"anchoringMode": "tokens", "crossSentence": False}
    ranged = {} if extent is None else {"range": {"begin": extent[0], "end": extent[1]}}
    return {**about, **more, **ranged}


def to_predict(
    text: str, *, layer: str = LAYER, extent: tuple[int, int] | None = None
) -> dict[str, Any]:
    """`extent` in UTF-16 units."""
    return {
        "metadata": metadata(layer, extent),
        "document": document(text, layer=layer),
        "typeSystem": type_system(layer).to_xml(),
    }


def to_train(*documents: dict[str, Any], layer: str = LAYER) -> dict[str, Any]:
    return {
        "metadata": metadata(layer),
        "documents": list(documents),
        "typeSystem": type_system(layer).to_xml(),
    }


def predictions(answer: dict[str, Any], *, layer: str = LAYER) -> list[Any]:
    """What an answer predicts."""
    back = cassis.load_cas_from_xmi(answer["document"], typesystem=type_system(layer))
    return [item for item in back.select(layer) if item.inception_internal_predicted]


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inception, "reader", PartReader(Batcher()))
    monkeypatch.setattr(refusals, "_noted", OrderedDict())


def train(served: Served, *documents: dict[str, Any], location: str = "") -> None:
    answer = served.client.post(
        f"/inception/{served.project}{location}/train", json=to_train(*documents)
    )
    assert answer.status_code == 204, answer.text


def document_id(served: Served, search: str = "Eve") -> int:
    path = f"/api/v1/projects/{served.project}/documents"
    (result,) = served.client.get(path, params={"search": search}).json()["documents"]
    number: int = result["id"]
    return number


def shown(served: Served) -> tuple[str, list[tuple[int, int, str]]]:
    path = f"/api/v1/documents/{document_id(served)}/annotations"
    message = served.client.get(path).json()
    spans = [(span["start"], span["end"], span["label"]) for span in message["entities"]]
    return message["status"], sorted(spans)

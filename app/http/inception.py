"""INCEpTION's external recommender: give it http://HOST/inception/PROJECT as remote address.

The CAS comes as XMI with its type system; predictions go back in it, in the layer and feature that
the request names, marked as INCEpTION's own recommenders mark theirs. dkpro-cassis turns UIMA's
UTF-16 units into code points and back.
"""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.http.callers import Caller, Calling
from app.http.documents import Id
from app.http.errors import ApiError
from app.http.limits import MOST_TEXT
from app.http.predicting import active, batcher, entity_out
from app.http.work import jobs_of
from app.services.importing import import_file
from app.services.retraining import RetrainingError
from core.types import Prediction, SamplerSettings
from storage.formats.jsonl import write_jsonl
from storage.formats.optional import require
from storage.formats.xml_guard import check_xml
from storage.records import DocumentRecord, SpanRecord

if TYPE_CHECKING:
    from cassis import Cas

router = APIRouter(prefix="/{project_id}")
PREDICTED = "inception_internal_predicted"
"""The feature by which INCEpTION knows a prediction in an answer."""


class Metadata(BaseModel):
    layer: str
    feature: str


class Sent(BaseModel):
    xmi: str
    documentId: int | str = ""
    userId: str = ""


class PredictRequest(BaseModel):
    metadata: Metadata
    document: Sent
    typeSystem: str


class TrainRequest(BaseModel):
    metadata: Metadata
    documents: Annotated[list[Sent], Field(max_length=10_000)]
    typeSystem: str


@router.post("/predict")
async def predict(project_id: Id, wanted: PredictRequest, caller: Calling) -> dict[str, str]:
    caller.reach(project_id)
    cas = await run_in_threadpool(_cas, wanted.document.xmi, wanted.typeSystem)
    text = cas.sofa_string or ""
    if len(text) > MOST_TEXT:
        raise ApiError(413, "the text is too long", got=len(text), expected=f"up to {MOST_TEXT}")
    model = await run_in_threadpool(active, caller)
    found = await batcher.predict(model, text, SamplerSettings())
    return {"document": await run_in_threadpool(_answer, cas, found, wanted.metadata)}


@router.post("/train", status_code=204)
def train(project_id: Id, wanted: TrainRequest, caller: Calling) -> Response:
    """Brings annotated documents in, and queues a retraining where there is enough to learn
    from; 429 while one is under way, as INCEpTION expects."""
    caller.reach(project_id)
    jobs = jobs_of(caller)
    if any(job.active for job in jobs.every(project_id)):
        raise ApiError(429, "a retraining of this project is under way")
    _bring(project_id, wanted, caller)
    with contextlib.suppress(RetrainingError):  # what came in is learnt from once there is more
        jobs.start(project_id)
    return Response(status_code=204)


def _cas(xmi: str, types: str) -> Cas:
    require("dkpro-cassis", "cassis", "INCEpTION's recommender")
    require("defusedxml", "defusedxml", "INCEpTION's recommender")
    from cassis import load_cas_from_xmi, load_typesystem

    for each in (types, xmi):
        check_xml(each.encode())
    try:
        system = load_typesystem(io.BytesIO(types.encode()))
        return load_cas_from_xmi(io.BytesIO(xmi.encode()), typesystem=system)
    except Exception as error:  # whatever the library trips over in what comes from outside
        raise ValueError(f"not the XMI of a UIMA CAS and its types: {error!r}"[:300]) from None


def _answer(cas: Cas, found: Prediction, asked: Metadata) -> str:
    if not cas.typesystem.contains_type(asked.layer):
        raise ValueError(f"the type system has no layer {asked.layer!r}")
    layer = cas.typesystem.get_type(asked.layer)
    known = {feature.name for feature in layer.all_features}
    if not {asked.feature, PREDICTED} <= known:
        missing = sorted({asked.feature, PREDICTED} - known)
        raise ValueError(f"the layer {asked.layer!r} has no feature {', '.join(missing)}")
    scored = f"{asked.feature}_score"
    for entity in found.entities:
        shown = entity_out(found.text, entity)
        score = {scored: shown.score} if scored in known else {}
        given = {asked.feature: shown.label, PREDICTED: True, **score}
        cas.add(layer(begin=shown.start, end=shown.end, **given))
    return str(cas.to_xmi())


def _bring(project_id: int, wanted: TrainRequest, caller: Caller) -> None:
    layer, feature = wanted.metadata.layer, wanted.metadata.feature
    records: list[DocumentRecord] = []
    for sent in wanted.documents:
        cas = _cas(sent.xmi, wanted.typeSystem)
        spans = tuple(_spans(cas, layer, feature))
        if spans and cas.sofa_string:
            name = f"inception-{sent.documentId}"
            records.append(DocumentRecord(cas.sofa_string, name, spans, status="submitted"))
    if records:
        out = io.BytesIO()
        write_jsonl(records, out)
        import_file(
            caller.sessions, project_id, out.getvalue(), format="jsonl", person=caller.person
        )


def _spans(cas: Cas, layer: str, feature: str) -> list[SpanRecord]:
    marked = [each for each in cas.select(layer) if each.get(feature)]
    decided = [each for each in marked if not each.get(PREDICTED)]
    places = dict.fromkeys((each.begin, each.end, str(each.get(feature))) for each in decided)
    return [SpanRecord(*each, key=f"e{number}") for number, each in enumerate(places)]

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
from starlette.requests import Request
from starlette.responses import Response

from app.http.authentication import Caller, Calling
from app.http.documents import Id
from app.http.errors import ApiError
from app.http.hang_up import unless_hung_up
from app.http.limits import MOST_TEXT, cost
from app.http.prediction import active, batcher, custom_of, entity_out, renamed
from app.http.project_jobs import jobs_of
from app.services.interchange.importing import import_file
from app.services.retraining.training_data import RetrainingError
from app.web.threads import OwnThreads
from core.types import Prediction, SamplerSettings
from storage.formats.jsonl import write_jsonl
from storage.formats.optional import require
from storage.formats.xml_guard import check_xml
from storage.records import DocumentRecord, SpanRecord

if TYPE_CHECKING:
    from cassis import Cas, TypeSystem

router = APIRouter(prefix="/{project_id}")
_parsing = OwnThreads("parsing", 2)
"""To read the XMI of a document takes seconds."""
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
async def predict(
    project_id: Id, wanted: PredictRequest, caller: Calling, request: Request
) -> dict[str, str]:
    caller.reach(project_id)
    return await unless_hung_up(request, _predict(project_id, wanted, caller))


async def _predict(project_id: int, wanted: PredictRequest, caller: Caller) -> dict[str, str]:
    types = await _parsing.run(_types, wanted.typeSystem)
    cas = await _parsing.run(_cas, wanted.document, types)
    text = cas.sofa_string or ""
    caller.count(cost(text) - 1)  # the request itself was counted
    model = await run_in_threadpool(active, caller)
    custom = await run_in_threadpool(custom_of, caller, project_id)
    settings = SamplerSettings(flat=custom.flat)
    found = await batcher.predict(model, text, settings, caller.person)
    answer = await _parsing.run(_answer, cas, renamed(found, custom.names), wanted.metadata)
    return {"document": answer}


@router.post("/train", status_code=204)
def train(project_id: Id, wanted: TrainRequest, caller: Calling) -> Response:
    """Brings annotated documents in, and queues a retraining where there is enough to learn
    from; 429 while one is under way, as INCEpTION expects."""
    caller.reach(project_id)
    jobs = jobs_of(caller)
    if any(job.active for job in jobs.every(project_id)):
        raise ApiError(429, "a retraining of this project is already running")
    _bring(project_id, wanted, caller)
    with contextlib.suppress(RetrainingError):  # what came in is learnt from once there is more
        jobs.start(project_id)
    return Response(status_code=204)


def _types(xml: str) -> TypeSystem:
    require("dkpro-cassis", "cassis", "INCEpTION's recommender")
    require("defusedxml", "defusedxml", "INCEpTION's recommender")
    from cassis import load_typesystem

    check_xml(xml.encode())
    try:
        return load_typesystem(io.BytesIO(xml.encode()))
    except Exception as error:  # whatever the library trips over in what comes from outside
        raise ValueError(f"not the type system of a UIMA CAS: {error!r}"[:300]) from None


def _cas(sent: Sent, types: TypeSystem) -> Cas:
    """Raises `ApiError` for a text that is longer than one to predict may be."""
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
    types = _types(wanted.typeSystem)
    records: list[DocumentRecord] = []
    for sent in wanted.documents:
        cas = _cas(sent, types)
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
    keys = dict.fromkeys((each.begin, each.end, str(each.get(feature))) for each in decided)
    return [SpanRecord(*each, key=f"e{number}") for number, each in enumerate(keys)]

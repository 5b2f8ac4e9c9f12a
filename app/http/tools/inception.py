"""INCEpTION's external recommender: give it http://HOST/inception/PROJECT as remote address.

The address says what INCEpTION does not: `/inception/PROJECT/finished` that only finished documents
are sent to train on, `/inception/PROJECT/LAYER/FEATURE` that this feature of this layer holds the
labels of entities (without it, DKPro's NamedEntity with its value).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app.http.api.projects import Id
from app.http.common.authentication import Caller, Calling
from app.http.common.errors import ApiError
from app.http.common.hang_up import unless_hung_up
from app.http.common.limits import cost
from app.http.predictions.prediction import active, batcher, custom_of, in_project
from app.http.predictions.text_parts import PartReader
from app.http.tools.inception_cas import (
    SentDocument,
    check_layer,
    read_cas,
    type_system,
    with_predictions,
)
from app.http.tools.inception_training import take_documents
from app.services.suggestions.suggest import Answer, learnt_of
from app.web.threads import OwnThreads
from core.types import SamplerSettings
from storage.formats.offsets import Ruler
from storage.formats.uima_types import FEATURE, TYPE

LOG = logging.getLogger(__name__)
FINISHED = "finished"
reader = PartReader(batcher)

_parsing = OwnThreads("parsing", 2)
"""To read the XMI of a document takes seconds."""


class Range(BaseModel):
    """The stretch to predict, in UTF-16 units; negative where INCEpTION names none."""

    begin: int = -1
    end: int = -1


class Metadata(BaseModel):
    layer: str
    feature: str
    range: Range = Range()


class PredictRequest(BaseModel):
    metadata: Metadata
    document: SentDocument
    typeSystem: str


class TrainRequest(BaseModel):
    metadata: Metadata
    documents: Annotated[list[SentDocument], Field(max_length=10_000)]
    typeSystem: str


@dataclass(frozen=True, slots=True)
class Binding:
    """What the address says."""

    project_id: int
    layer: str
    feature: str
    finished: bool

    def check(self, asked: Metadata) -> None:
        """Raises `ApiError` for a layer that nobody said holds named entities."""
        if (asked.layer, asked.feature) == (self.layer, self.feature):
            return
        raise ApiError(
            422,
            "this layer and feature are not known to hold named entities",
            got=f"{asked.layer} with {asked.feature}"[:400],
            expected=f"{self.layer} with {self.feature}, as the recommender's address says",
            remedy="If this feature does hold entity labels, name it in the recommender's remote "
            f"address: …/inception/{self.project_id}/{asked.layer}/{asked.feature}"[:600],
        )


def binding(project_id: Id, request: Request) -> Binding:
    path = request.path_params
    if path.get("state", FINISHED) != FINISHED:
        raise ApiError(
            404,
            "the recommender's address is not known",
            got=str(path["state"])[:100],
            expected=f"PROJECT, PROJECT/{FINISHED}, or either with /LAYER/FEATURE",
            remedy="Correct the remote address in INCEpTION's recommender settings.",
        )
    layer, feature = path.get("layer", TYPE), path.get("feature", FEATURE)
    return Binding(project_id, layer, feature, "state" in path)


Bound = Annotated[Binding, Depends(binding)]


async def predict(
    bound: Bound, wanted: PredictRequest, caller: Calling, request: Request
) -> dict[str, str]:
    """The document with predictions in the range that INCEpTION asks about, and in what was
    predicted of its text before."""
    caller.reach(bound.project_id)
    bound.check(wanted.metadata)
    return await unless_hung_up(request, _predict(bound, wanted, caller))


async def _predict(bound: Binding, wanted: PredictRequest, caller: Caller) -> dict[str, str]:
    layer, feature = wanted.metadata.layer, wanted.metadata.feature
    types = await _parsing.run(type_system, wanted.typeSystem)
    cas = await _parsing.run(read_cas, wanted.document, types)
    check_layer(cas, layer, feature)
    model = await run_in_threadpool(active, caller)
    custom = await run_in_threadpool(custom_of, caller, bound.project_id)
    text = cas.sofa_string or ""
    start, end = await run_in_threadpool(_in_code_points, text, wanted.metadata.range)
    caller.count(cost(text[start:end]) - 1, divisible=False)
    settings = SamplerSettings(flat=custom.flat)
    version_id = model.model_version_id
    learnt = await run_in_threadpool(learnt_of, caller.sessions, bound.project_id, version_id)
    found = await reader.predict(model, text, settings, start, end, caller.person, learnt)
    if found.unread:
        LOG.warning(
            "INCEpTION's document %r is answered in part: %d code points are left for its next "
            "request", wanted.document.documentId, found.unread,
        )  # fmt: skip
    suggested = Answer(version_id, settings, found.prediction.entities, (), (), found.merged)
    shown = await run_in_threadpool(in_project, caller, bound.project_id, text, suggested)
    answer = await _parsing.run(with_predictions, cas, shown, layer, feature)
    return {"document": answer}


def train(bound: Bound, wanted: TrainRequest, caller: Calling) -> Response:
    """What people annotated becomes their drafts here, or their answers where the address says
    that it is finished. Models are retrained as the project's settings say."""
    caller.reach(bound.project_id)
    bound.check(wanted.metadata)
    take_documents(
        caller,
        bound.project_id,
        wanted.documents,
        wanted.typeSystem,
        layer=bound.layer,
        feature=bound.feature,
        finished=bound.finished,
    )
    return Response(status_code=204)


def _in_code_points(text: str, wanted: Range) -> tuple[int, int]:
    """The range in code points; the whole text where none is named. Raises `ValueError`."""
    if wanted.begin < 0 or wanted.end < 0:
        return 0, len(text)
    ruler = Ruler(text, "UTF-16 units")
    start, end = ruler.code_point(wanted.begin), ruler.code_point(wanted.end)
    if start is None or end is None or start > end:
        raise ValueError(
            f"the range [{wanted.begin}, {wanted.end}) does not lie in the text of "
            f"{ruler.units(len(text))} UTF-16 units, or cuts a character"
        )
    return start, end


router = APIRouter()
for address in (
    "/{project_id}",
    "/{project_id}/{state}",
    "/{project_id}/{layer}/{feature}",
    "/{project_id}/{state}/{layer}/{feature}",
):
    router.post(f"{address}/predict")(predict)
    router.post(f"{address}/train", status_code=204)(train)

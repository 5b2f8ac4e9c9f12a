"""The calls of the annotation service, with what each needs."""

from __future__ import annotations

from app.services.annotation import versions
from app.services.annotation.annotation import AnnotationService
from app.services.annotation.open_next import open_next
from app.services.annotation.opening import Glance, begin, glance
from app.services.team.permissions import for_nobody
from core.types import SamplerSettings
from tests.app.guarded_models import Call
from tests.app.world import World


def glanced(world: World) -> Glance:
    """The document as the machine sees it."""
    return AnnotationService(for_nobody(world.sessions)).glance(world.document, world.name)


OF_ANNOTATING: dict[str, tuple[str, Call]] = {
    "annotation.annotation.AnnotationService.open": (
        "annotate",
        lambda w: w.annotation.open(w.document, w.name),
    ),
    "annotation.annotation.AnnotationService.apply": (
        "annotate",
        lambda w: w.annotation.apply(w.document, f"page-{w.who}", [], w.name),
    ),
    "annotation.annotation.AnnotationService.submit": (
        "annotate",
        lambda w: w.annotation.submit(w.document, w.name),
    ),
    "annotation.annotation.AnnotationService.skip": (
        "annotate",
        lambda w: w.annotation.skip(w.document, w.name),
    ),
    "annotation.annotation.AnnotationService.reopen": (
        "annotate",
        lambda w: w.annotation.reopen(w.document, w.name),
    ),
    "annotation.annotation.AnnotationService.restore": (
        "annotate",
        lambda w: w.annotation.restore(w.document, 0, w.name, 0),
    ),
    "annotation.annotation.AnnotationService.changes_since": (
        "annotate",
        lambda w: w.annotation.changes_since(w.document, w.name, 0, ()),
    ),
    "annotation.annotation.AnnotationService.prefetch": (
        "annotate",
        lambda w: w.annotation.prefetch(w.document),
    ),
    "annotation.annotation.AnnotationService.read_parts": (
        "annotate",
        lambda w: w.annotation.read_parts(w.document),
    ),
    "annotation.annotation.AnnotationService.visit": (
        "annotate",
        lambda w: w.annotation.visit(w.document, w.name),
    ),
    "annotation.annotation.AnnotationService.resuggest": (
        "annotate",
        lambda w: w.annotation.resuggest(w.document, w.name),
    ),
    "annotation.annotation.AnnotationService.glance": (
        "annotate",
        lambda w: w.annotation.glance(w.document, w.name),
    ),
    "annotation.versions.may_look": (
        "annotate",
        lambda w: versions.may_look(w.sessions, w.document, w.name),
    ),
    "annotation.opening.glance": (
        "annotate",
        lambda w: glance(w.sessions, None, SamplerSettings(), w.document, w.name, True),
    ),
    "annotation.annotation.AnnotationService.begin": (
        "annotate",
        lambda w: w.annotation.begin(glanced(w), w.name),
    ),
    "annotation.opening.begin": (
        "annotate",
        lambda w: begin(w.sessions, None, glanced(w), w.name),
    ),
    "annotation.annotation.AnnotationService.history": (
        "annotate",
        lambda w: w.annotation.history(w.document, w.name, 1),
    ),
    "annotation.annotation.AnnotationService.draft_at": (
        "annotate",
        lambda w: w.annotation.draft_at(w.document, w.name, 0),
    ),
    "annotation.annotation.AnnotationService.open_next": (
        "annotate",
        lambda w: w.annotation.open_next(w.document, w.name),
    ),
    "annotation.open_next.open_next": (
        "annotate",
        lambda w: open_next(w.sessions, None, w.document, w.name),
    ),
    "annotation.annotation.AnnotationService.standing": (
        "annotate",
        lambda w: w.annotation.standing(w.document, w.name),
    ),
}

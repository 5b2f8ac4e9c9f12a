"""The tables. Every query over them is in `storage.repository`.

Offsets are code points of the raw text, end exclusive. Scores lie in [0, 1], see
`core.inference.scoring`. Machine and person sets have one shape; their
provenance differs.
"""

from __future__ import annotations

from storage.models.annotations import AnnotationSet, EntityRow, Operation
from storage.models.base import Base
from storage.models.documents import Assignment, Document, DocumentSignal, Visit
from storage.models.instant import InstantHead, InstantLesson
from storage.models.people import Event, Login, User
from storage.models.preannotations import Preannotation, PreannotationBatch
from storage.models.projects import Label, Member, Project
from storage.models.rules import Rule, RuleSuggestion
from storage.models.tokens import ApiToken
from storage.models.versions import ModelVersion
from storage.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "AnnotationSet",
    "ApiToken",
    "Assignment",
    "Base",
    "Document",
    "DocumentSignal",
    "EntityRow",
    "Event",
    "InstantHead",
    "InstantLesson",
    "Label",
    "Login",
    "Member",
    "ModelVersion",
    "Operation",
    "Preannotation",
    "PreannotationBatch",
    "Project",
    "Rule",
    "RuleSuggestion",
    "User",
    "Visit",
    "Webhook",
    "WebhookDelivery",
]

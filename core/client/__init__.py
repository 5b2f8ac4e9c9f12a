"""A client of a running Spanneal: projects, documents, corrections, retraining and models.

from spanneal.client import Client

with Client("http://127.0.0.1:8501") as client:
    clinic = client.create_project("Clinic", ["DRUG", "DOSE"])
    client.push(clinic.id, [{"text": "Take 50 mg of codeine."}])
"""

try:
    import httpx as _  # noqa: F401
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "spanneal.client asks by httpx, which is not installed; pip install 'spanneal[client]'",
        name=error.name,
    ) from None

from .client import Client
from .connection import ServerError
from .records import (
    AnnotatedSpan,
    Annotations,
    Document,
    DocumentText,
    Exported,
    ImportReport,
    Instant,
    Job,
    JobEvaluation,
    JobLogLine,
    JobLosses,
    JobProgress,
    Label,
    ModelVersion,
    Project,
    PushReport,
)
from .team import Assignment, Member
from .tokens import Token
from .webhook_signature import SignatureError, verify_webhook
from .webhooks import NewWebhook, Webhook, WebhookDelivery

__all__ = [
    "AnnotatedSpan",
    "Annotations",
    "Assignment",
    "Client",
    "Document",
    "DocumentText",
    "Exported",
    "ImportReport",
    "Instant",
    "Job",
    "JobEvaluation",
    "JobLogLine",
    "JobLosses",
    "JobProgress",
    "Label",
    "Member",
    "ModelVersion",
    "NewWebhook",
    "Project",
    "PushReport",
    "ServerError",
    "SignatureError",
    "Token",
    "Webhook",
    "WebhookDelivery",
    "verify_webhook",
]

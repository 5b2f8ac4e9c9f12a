"""A client of a running Spanneal: projects, documents, corrections, retraining and models.

from spanneal.client import Client

with Client("http://127.0.0.1:8501") as client:
    clinic = client.create_project("Clinic", ["DRUG", "DOSE"])
    client.push(clinic.id, [{"text": "Take 50 mg of codeine."}])
"""

from .client import Client
from .connection import ServerError
from .records import (
    AnnotatedSpan,
    Annotations,
    Document,
    DocumentText,
    ImportReport,
    Job,
    Label,
    ModelVersion,
    Project,
)

__all__ = [
    "AnnotatedSpan",
    "Annotations",
    "Client",
    "Document",
    "DocumentText",
    "ImportReport",
    "Job",
    "Label",
    "ModelVersion",
    "Project",
    "ServerError",
]

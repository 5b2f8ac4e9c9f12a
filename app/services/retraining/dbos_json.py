"""DBOS without pickle: every module that needs DBOS imports it from here.

DBOS reads a row with the serializer that the row itself names, and one of these is pickle, which
runs whatever it is told to. Importing this module takes that one away from the process.
"""

from __future__ import annotations

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, WorkflowStatus, error
from dbos._serialization import DefaultSerializer

SERIALIZER = DBOSPortableJSONSerializer()
"""What jobs are recorded with."""


def _refuse(_self: object, _serialized: str) -> object:
    raise ValueError("the row is marked as pickled, and nothing is unpickled: it could run code")


DefaultSerializer.deserialize = _refuse  # type: ignore[method-assign, assignment]

__all__ = ["DBOS", "SERIALIZER", "DBOSClient", "WorkflowStatus", "error"]

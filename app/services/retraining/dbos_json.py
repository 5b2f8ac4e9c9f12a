"""DBOS without pickle: every module that needs DBOS imports it from here.

DBOS reads a row with the serializer that the row itself names, and one of these is pickle, which
runs whatever it is told to. Importing this module leaves the process with JSON alone.
"""

from __future__ import annotations

from dbos import (
    DBOS,
    DBOSClient,
    DBOSPortableJSONSerializer,
    Serializer,
    WorkflowStatus,
    error,
)

SERIALIZER = DBOSPortableJSONSerializer()
"""What jobs are recorded with."""


def _refuse(self: Serializer, _serialized: str) -> object:
    raise ValueError(
        f"the row is marked as {self.name()}, which could run code; jobs are read as "
        f"{SERIALIZER.name()} alone"
    )


for _serializer in Serializer.__subclasses__():
    if _serializer is not DBOSPortableJSONSerializer:
        _serializer.deserialize = _refuse  # type: ignore[method-assign, assignment]

__all__ = ["DBOS", "SERIALIZER", "DBOSClient", "WorkflowStatus", "error"]

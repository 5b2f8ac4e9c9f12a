"""A serving process that can be killed at any moment: operations in, acknowledgements out.

python -m tests.faults.serving URL SOCKET
"""

from __future__ import annotations

import json
import socketserver
import sys
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.services.annotation.annotation import AnnotationService
from storage.database_errors import problem_of
from storage.engine import create_engine_from, session_factory


class Page(socketserver.StreamRequestHandler):
    """A page's connection: each line is what a browser sends, each answer what it waits for."""

    def handle(self) -> None:
        for line in self.rfile:
            sent = json.loads(line)
            try:
                applied = service.apply(sent["doc_id"], sent["client"], sent["ops"], "Ada")
                answer = {"ack": applied.ack, "error": applied.error}
            except SQLAlchemyError as error:
                answer = {"ack": None, "error": problem_of(error).what}
            self.wfile.write(json.dumps(answer).encode() + b"\n")


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


if __name__ == "__main__":
    url, location = sys.argv[1:]
    service = AnnotationService(session_factory(create_engine_from(url)))
    Path(location).unlink(missing_ok=True)
    with Server(location, Page) as server:
        print("ready", flush=True)
        server.serve_forever()

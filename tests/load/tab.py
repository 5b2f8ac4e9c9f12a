"""A browser's tab without the browser: Streamlit's own messages over its own websocket, and edits
beside it.

The annotator component's JavaScript is played by whoever owns the tab: it reads `data`, what the
page mounted last, and answers with `post` and `trigger`.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.app.sent_spans import named

COMPONENT = "span_annotator"
_TRIGGER = "$$STREAMLIT_INTERNAL_KEY_{}__events"
ANSWER_LIMIT = 30.0
"""Seconds after which an edit counts as not answered, as in `post.js`."""
_KEPT = 50
"""Messages that the tab keeps, so that the server may name one instead of sending it again."""


class Tab:
    """One page of the site, open; `mounted` is called with the component's data each time."""

    def __init__(
        self,
        site: str,
        page: str,
        query: str,
        cookies: Mapping[str, str],
        mounted: Callable[[Mapping[str, Any]], None],
    ) -> None:
        self._site, self._page, self._query = site, page, query
        self._cookies = "; ".join(f"{name}={value}" for name, value in cookies.items())
        self._client = httpx.AsyncClient(
            base_url=site,
            headers={"Cookie": self._cookies, "Origin": site},
            timeout=ANSWER_LIMIT,
            trust_env=False,
        )
        self._mounted = mounted
        self._socket: ClientConnection | None = None
        self._session = self._script = self._component = ""
        self._kept: OrderedDict[str, ForwardMsg] = OrderedDict()
        self.problems: Counter[str] = Counter()
        """What the page showed as an error, and connections that were cut."""
        self.received = 0
        """Bytes."""

    async def stay_open(self) -> None:
        """Keeps the tab open, connecting again as a browser does, until it is cancelled."""
        async with self._client:
            while True:
                try:
                    await self._follow()
                except (ConnectionClosed, OSError) as error:
                    self.problems[f"connection: {type(error).__name__}"] += 1
                self._socket = None
                await asyncio.sleep(0.5)

    async def _follow(self) -> None:
        parts = urlsplit(self._site)
        names = ["streamlit", "PLACEHOLDER_AUTH_TOKEN", self._session]
        async with connect(
            f"ws://{parts.netloc}/_stcore/stream",
            origin=self._site,
            subprotocols=names if self._session else names[:1],
            additional_headers={"Cookie": self._cookies},
            max_size=None,
            open_timeout=60,
            proxy=None,
        ) as self._socket:
            await self._rerun()
            async for raw in self._socket:
                self.received += len(raw)
                message = ForwardMsg()
                message.ParseFromString(raw)
                self._take(message)

    async def post(self, address: str, message: Mapping[str, Any]) -> dict[str, Any] | None:
        """What `post.js` does; None where there is no answer."""
        try:
            answer = await self._client.post(f"/{address}", json=message)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            self.problems[f"edits: {type(error).__name__}"] += 1
            return None
        self.received += len(answer.content)
        content: dict[str, Any] = answer.json()
        following = content["next"] and content["next"]["data"]
        for data in filter(None, (content["state"], following)):
            data["spans"] = named(data["spans"])
        return content

    async def listen(self, address: str) -> None:
        """What `live_changes.js` does while nobody else changes the document."""
        with suppress(httpx.HTTPError):
            async with self._client.stream("GET", f"/{address}") as events:
                async for event in events.aiter_bytes():
                    self.received += len(event)

    async def trigger(self, event: str, value: Any) -> None:
        """What `setTriggerValue` does in the component."""
        await self._rerun([{"event": event, "value": value}])

    async def _rerun(self, events: list[dict[str, Any]] | None = None) -> None:
        """As the browser, it drops what is written while the connection is down."""
        state = ClientState(
            query_string=self._query,
            page_script_hash=self._script,
            page_name="" if self._script else self._page,
            cached_message_hashes=list(self._kept),
        )
        if events:
            state.widget_states.widgets.add(
                id=_TRIGGER.format(self._component), json_trigger_value=json.dumps(events)
            )
        if self._socket is not None:
            with suppress(ConnectionClosed):
                await self._socket.send(BackMsg(rerun_script=state).SerializeToString())

    def _take(self, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "ref_hash":
            message = self._kept[message.ref_hash]
        elif message.metadata.cacheable:
            self._kept[message.hash] = message
        if message.hash in self._kept:
            self._kept.move_to_end(message.hash)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        match message.WhichOneof("type"):
            case "new_session":
                self._script = message.new_session.page_script_hash
                self._session = message.new_session.initialize.session_id
            case "navigation":
                self._script = message.navigation.page_script_hash
            case "page_info_changed":
                self._query = message.page_info_changed.query_string
            case "delta":
                self._show(message.delta.new_element)

    def _show(self, element: Any) -> None:
        match element.WhichOneof("type"):
            case "bidi_component" if element.bidi_component.component_name == COMPONENT:
                self._component = element.bidi_component.id
                shown = json.loads(element.bidi_component.json)
                self._mounted({**shown, "spans": named(shown["spans"])})
            case "alert" if element.alert.format == Alert.ERROR:
                self.problems[f"page: {element.alert.body}"] += 1
            case "exception":
                self.problems[f"page: {element.exception.message}"] += 1

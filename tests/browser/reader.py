"""A reader of the app as the server sees one: a session over its own connection, without the browser that draws."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from ui.navigation import PAGES

PATIENCE_SECONDS = 120.0


@contextmanager
def reader(address: str, language: str) -> Iterator[Reader]:
    """A new session of the app at `address`, which ends with the block."""
    with connect(f"{address.replace('http', 'ws', 1)}/_stcore/stream", subprotocols=["streamlit"], max_size=None) as to:
        yield Reader(to, language)


class Reader:
    """One session of the app. Used by one thread."""

    def __init__(self, socket: ClientConnection, language: str) -> None:
        self._socket = socket
        self._language = language
        self._hashes: dict[str, str] = {}
        self._run()

    def open(self, name: str) -> str:
        """Change to page `name`; returns its title. Raises AssertionError where the page tells of an error."""
        return self._run(self._hashes["" if PAGES[name].default else name])

    def _run(self, page: str = "") -> str:
        wanted = BackMsg()
        wanted.rerun_script.query_string = f"lang={self._language}"
        wanted.rerun_script.page_script_hash = page
        self._socket.send(wanted.SerializeToString())
        title = ""
        while True:
            told = ForwardMsg.FromString(self._socket.recv(PATIENCE_SECONDS))
            kind = told.WhichOneof("type")
            if kind == "navigation":
                self._hashes = {entry.url_pathname: entry.page_script_hash for entry in told.navigation.app_pages}
            elif kind == "delta" and told.delta.HasField("new_element"):
                element = told.delta.new_element
                shown = element.WhichOneof("type")
                assert shown != "exception", element.exception.message
                assert shown != "alert" or element.alert.format != Alert.ERROR, element.alert.body
                if shown == "heading" and element.heading.tag == "h1":
                    title = element.heading.body
            elif kind == "script_finished" and told.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return title

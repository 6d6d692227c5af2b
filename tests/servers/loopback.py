"""A tiny HTTP server on loopback that misbehaves as a test wants it to. Knows nothing of pytest."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

TLS = Path(__file__).parent / "tls"
AUTHORITY = TLS / "authority.pem"
"""Signed the certificate for 127.0.0.1; its own key was thrown away."""
CERTIFICATE = TLS / "loopback.pem"
"""Of the server, and good for a client, too; with its key. Worth nothing outside of these tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request as it came."""

    method: str
    path: str
    """Without its query string."""
    query: str
    headers: Mapping[str, str]
    """Names in lower case."""
    form: Mapping[str, str]
    """What the body says, or the query string of a GET."""
    body: str


class Exchange(BaseHTTPRequestHandler):
    """One connection. `respond` is given this and answers with it."""

    protocol_version = "HTTP/1.1"
    server: _Server
    received: Received

    def setup(self) -> None:
        super().setup()
        with self.server.lock:
            self.server.connections += 1

    def do_POST(self) -> None:
        split = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = parse_qs(body if self.command == "POST" else split.query)
        self.received = Received(
            method=self.command,
            path=split.path,
            query=split.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            form={name: values[0] for name, values in form.items()},
            body=body,
        )
        with self.server.lock:
            self.server.received.append(self.received)
        self.server.respond(self)

    do_GET = do_POST  # noqa: N815 - likewise

    def answer(
        self, body: object, *, status: int = 200, content_type: str = "application/json", **headers: str
    ) -> None:
        """Bytes as they are, anything else as JSON. Underscores in header names stand for hyphens."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.begin(status=status, Content_Type=content_type, Content_Length=str(len(content)), **headers)
        self.wfile.write(content)

    def begin(self, *, status: int = 200, **headers: str) -> None:
        """The status line and the headers only."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.flush()

    def hang(self, seconds: float | None = None) -> bool:
        """Say nothing, for so long or until the server is closed; whether it is closed."""
        return self.server.closing.wait(seconds)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - http.server's signature
        """Nothing on standard error."""


class _Server(ThreadingHTTPServer):
    def __init__(self, respond: Callable[[Exchange], object]) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.respond = respond
        self.received: list[Received] = []
        self.connections = 0
        self.lock = Lock()
        self.closing = Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests are about."""


class Loopback:
    """Serves while the `with` block runs."""

    def __init__(self, respond: Callable[[Exchange], object], *, tls: bool = False, mutual: bool = False) -> None:
        self._server = _Server(respond)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            if mutual:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(AUTHORITY)
            # The handshake belongs to the thread of the connection, not to the one that accepts.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def received(self) -> list[Received]:
        """All requests so far."""
        return self._server.received

    @property
    def connections(self) -> int:
        """How many connections were opened."""
        return self._server.connections

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def success(result: object, *, kind: str = "vector", **more: object) -> dict[str, object]:
    """A Prometheus' good answer."""
    return {"status": "success", "data": {"resultType": kind, "result": result}, **more}

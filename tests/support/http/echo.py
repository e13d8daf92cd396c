"""Servers that fail and repeat what they were sent: the worst that can come back where a secret was shown."""

import contextlib
import http.server
import json
import socketserver
import ssl
import threading
from collections.abc import Generator

from tests.support.http.certificates import Certificates


class Heard:
    """What a server was sent, from all its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: list[bytes] = []

    def add(self, data: bytes) -> None:
        with self._lock:
            self._parts.append(data)

    @property
    def all(self) -> bytes:
        with self._lock:
            return b"\n".join(self._parts)


class _Web(http.server.BaseHTTPRequestHandler):
    """Refuses in another way each time, and repeats the whole request."""

    heard: Heard

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        head = "\n".join([self.requestline, *(f"{name}: {value}" for name, value in self.headers.raw_items())])
        sent = f"{head}\n\n".encode("latin-1") + body
        self.heard.add(sent)
        echo = sent.decode(errors="replace")
        if self.path.startswith("/token"):
            self._answer(400, json.dumps({"error": "unauthorized_client", "error_description": echo}))
        elif self.path.startswith("/model"):
            self._answer(401, json.dumps({"error": {"message": f"Incorrect API key: {echo}", "code": echo}}))
        elif self.path.startswith("/moved"):
            self._answer(302, echo, Location="http://127.0.0.1:9/" + self.headers.get("Authorization", ""))
        elif self.path.startswith("/broken"):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + sent)
            self.close_connection = True
        elif self.path.startswith("/page"):
            self._answer(500, f"<html>{echo}</html>", **{"Content-Type": "text/html"})
        else:
            self._answer(401, json.dumps({"message": f"bad token in {echo}", "sent": echo.splitlines()}))

    do_POST = do_GET

    def _answer(self, status: int, text: str, **headers: str) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value.replace("\n", " "))
        self.end_headers()
        self.wfile.write(body)


class _Imap(socketserver.StreamRequestHandler):
    """Lets nobody in, and says with what they tried."""

    heard: Heard

    def handle(self) -> None:
        self._say(b"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=PLAIN] ready\r\n")
        while line := self.rfile.readline():
            self.heard.add(line)
            tag, _, rest = line.strip().partition(b" ")
            if rest.upper() == b"LOGOUT":
                return
            if rest.upper() == b"CAPABILITY":
                self._say(b"* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=PLAIN\r\n" + tag + b" OK done\r\n")
                continue
            if rest.endswith(b"}"):  # a literal: the rest comes when asked for
                self._say(b"+ go on\r\n")
                self.heard.add(more := self.rfile.readline())
                rest += more.strip()
            elif rest.upper().startswith(b"AUTHENTICATE") and rest.count(b" ") == 1:
                self._say(b"+ \r\n")
                self.heard.add(more := self.rfile.readline())
                rest += b" " + more.strip()
            self._say(tag + b" NO [AUTHENTICATIONFAILED] wrong: " + rest + b"\r\n")

    def _say(self, data: bytes) -> None:
        self.wfile.write(data)


class _Smtp(socketserver.StreamRequestHandler):
    """As `_Imap`, for sending."""

    heard: Heard

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            self.heard.add(line)
            word = line.strip().upper()
            if word.startswith(b"EHLO"):
                self.wfile.write(b"250-here\r\n250 AUTH PLAIN LOGIN XOAUTH2\r\n")
            elif word.startswith(b"QUIT"):
                return
            else:
                self.wfile.write(b"535 5.7.8 wrong: " + line.strip() + b"\r\n")


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # whoever hangs up is not our concern


class Echoes:
    """All of them. `heard` is what they were sent, by kind: web, imap, smtp."""

    def __init__(self, web: int, https: int, imap: int, smtp: int, heard: dict[str, Heard]) -> None:
        self.web, self.https, self.imap, self.smtp = web, https, imap, smtp
        self.heard = heard


@contextlib.contextmanager
def echoes(certificates: Certificates) -> Generator[Echoes]:
    """Start them, each on a free port of this machine."""
    kinds: dict[str, type[socketserver.BaseRequestHandler]] = {"web": _Web, "https": _Web, "imap": _Imap, "smtp": _Smtp}
    heard = {kind: Heard() for kind in kinds}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.server, certificates.key)
    with contextlib.ExitStack() as stack:
        ports: dict[str, int] = {}
        for kind, handler in kinds.items():
            server = stack.enter_context(_Tcp(("127.0.0.1", 0), type(kind, (handler,), {"heard": heard[kind]})))
            if kind == "https":
                server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), name=f"echo-{kind}")
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            ports[kind] = int(server.server_address[1])
        yield Echoes(ports["web"], ports["https"], ports["imap"], ports["smtp"], heard)

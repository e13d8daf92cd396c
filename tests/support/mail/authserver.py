"""A small authorization server on loopback, where whoever opens the sign-in page agrees: codes with PKCE, tokens, and
introspection for a mail server."""

import base64
import hashlib
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.support.mail.oidc import fetch


class AuthServer(ThreadingHTTPServer):
    """Use as a context. `login` is who signs in."""

    daemon_threads = True

    def __init__(self, login: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.login = login
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}"
        self.codes: dict[str, dict[str, str]] = {}
        self.given: set[str] = set()
        """Every token."""
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> "AuthServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def introspection(self) -> str:
        """Return the settings of Dovecot's oauth2 passdb."""
        return (
            f"introspection_mode = post\nintrospection_url = {self.issuer}/introspect\nusername_attribute = sub\n"
            "active_attribute = active\nactive_value = true\n"
        )

    def answer(self, path: str, form: dict[str, str]) -> dict[str, Any] | None:
        """Answer what is asked at the back: settings, tokens, introspection; None where it is not right."""
        if path == "/.well-known/openid-configuration":
            places = {"authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": f"{self.issuer}/token"}
            return {"issuer": self.issuer, "scopes_supported": ["openid", "offline_access"], **places}
        if path == "/introspect":
            return {"active": form.get("token") in self.given, "sub": self.login}
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if path != "/token" or asked is None or asked["code_challenge"] != challenge:
            return None
        if form.get("redirect_uri") != asked["redirect_uri"] or form.get("client_id") != asked["client_id"]:
            return None
        tokens = {name: secrets.token_urlsafe(24) for name in ("access_token", "refresh_token")}
        self.given |= {*tokens.values()}
        return {**tokens, "token_type": "Bearer", "expires_in": 3600}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, AuthServer)
        asked = urlsplit(self.path)
        query = dict(parse_qsl(asked.query))
        if asked.path != "/authorize":
            self._say(self.server.answer(asked.path, query))
            return
        code = secrets.token_urlsafe(16)
        self.server.codes[code] = query
        self.send_response(302)
        self.send_header("Location", f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}")
        self.end_headers()

    def do_POST(self) -> None:
        assert isinstance(self.server, AuthServer)
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._say(self.server.answer(urlsplit(self.path).path, dict(parse_qsl(form))))

    def _say(self, answer: dict[str, Any] | None) -> None:
        body = json.dumps(answer or {"error": "invalid_grant"}).encode()
        self.send_response(200 if answer is not None else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


def browse(url: str) -> bool:
    """Open a page as a browser does, and follow where it leads."""
    _, headers, _ = fetch("GET", url)
    return "Signed in." in fetch("GET", headers["location"])[2]

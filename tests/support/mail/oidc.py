"""A real OpenID provider on loopback (npm oidc-provider), and a person at a browser who signs in and consents."""

import http.client
import json
import re
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from tests.support.needed import lacking, programs
from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[3]
MODULES = ROOT / ".tools" / "npm" / "node_modules"
PUBLIC, CONFIDENTIAL = "console", "confidential"


class OidcProvider:
    """Use as a context. `client_word` is the confidential client's secret."""

    def __init__(self, client_word: str = "client-word") -> None:
        programs("oidc", "node")
        if not (MODULES / "oidc-provider").is_dir():
            lacking("oidc", "npm's oidc-provider was not fetched (`python3 packaging/dev.py test` does)")
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self._word = client_word
        self._process: subprocess.Popen[str] | None = None
        self._drain: threading.Thread | None = None

    def __enter__(self) -> "OidcProvider":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start; return once it answers."""
        script = Path(__file__).with_name("oidc.mjs")
        self._process = subprocess.Popen(
            ["node", str(script), str(MODULES), str(self.port)],
            env={"CLIENT_WORD": self._word, "PATH": "/usr/bin:/bin:/usr/local/bin"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        said: list[str] = []
        for line in self._process.stdout:
            said.append(line)
            if line == "listening\n":
                break
        else:
            raise RuntimeError("".join(said))
        self._drain = threading.Thread(target=self._process.stdout.read)
        self._drain.start()

    def stop(self) -> None:
        """End it; what it gave is then known to nobody."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            if self._drain is not None:
                self._drain.join()
            assert process.stdout is not None
            process.stdout.close()

    def asked(self, path: str = "/token") -> int:
        """Tell how often a path was asked."""
        return int(self._control("/test/counts").get(path, 0))

    def set(self, **what: object) -> None:
        """Set how long access tokens live (`lives`, in seconds), break it (`broken="yes"`), or `drop` one token."""
        assert fetch("GET", f"{self.issuer}/test/set?{urlencode(what)}")[2] == "set"

    def forget_everybody(self) -> None:
        """Withdraw every token that was given."""
        self.set(forget="all")

    def revoke(self, refresh_token: str, client: str = PUBLIC) -> None:
        """Have the provider withdraw a consent."""
        answer = fetch("POST", f"{self.issuer}/token/revocation", {"token": refresh_token, "client_id": client})
        assert answer[0] == 200, answer

    def introspection(self) -> str:
        """Return the settings of Dovecot's oauth2 passdb."""
        where = f"http://mailserver:mailserver@127.0.0.1:{self.port}/token/introspection"
        return (
            f"introspection_mode = post\nintrospection_url = {where}\nusername_attribute = sub\n"
            "active_attribute = active\nactive_value = true\n"
        )

    def _control(self, path: str) -> Mapping[str, Any]:
        return json.loads(fetch("GET", self.issuer + path)[2])


class Person:
    """A person at a browser: opens an address, signs in, consents (or does not), follows where it leads."""

    def __init__(self, login: str, *, is_willing: bool = True) -> None:
        self._login = login
        self._is_willing = is_willing
        self._cookies: dict[tuple[str, str], str] = {}
        self.last_page = ""

    def __call__(self, url: str) -> None:
        """Go to the sign-in page and through it."""
        method, form = "GET", None
        for _ in range(20):
            status, headers, page = self._go(method, url, form)
            method, form = "GET", None
            if status in (302, 303):
                url = urljoin(url, headers["location"])
                continue
            self.last_page = page
            if "/interaction/" not in url:
                return
            url, method, form = *self._next(url, page), None
            if method == "POST":
                is_login = 'name="login"' in page
                form = {"prompt": "login" if is_login else "consent", "login": self._login, "password": "x"}
        raise AssertionError(f"the sign-in never ends: {url}")

    def _next(self, url: str, page: str) -> tuple[str, str]:
        if not self._is_willing:
            found = re.search(r'href="([^"]*/abort)"', page)
            assert found, page
            return urljoin(url, found[1]), "GET"
        found = re.search(r'<form[^>]*action="([^"]+)"', page)
        assert found, page
        return urljoin(url, found[1]), "POST"

    def _go(self, method: str, url: str, form: Mapping[str, str] | None) -> tuple[int, Mapping[str, str], str]:
        path = urlsplit(url).path
        kept = "; ".join(f"{name}={value}" for (name, under), value in self._cookies.items() if path.startswith(under))
        status, headers, page = fetch(method, url, form, {"Cookie": kept} if kept else {})
        for line in headers.get("set-cookie", "").split("\n"):
            if pair := re.match(r"([^=;]+)=([^;]*)", line):
                under = re.search(r"path=([^;]+)", line)
                self._cookies[pair[1], under[1] if under else "/"] = pair[2]
        return status, headers, page


def fetch(
    method: str, url: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, Mapping[str, str], str]:
    """Ask for an address; several headers of one name are joined by line ends."""
    parts = urlsplit(url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=20)
    try:
        body = None if form is None else urlencode(form)
        kind = {} if form is None else {"Content-Type": "application/x-www-form-urlencoded"}
        target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        line.request(method, target, body, {**kind, **(headers or {})})
        answer = line.getresponse()
        found: dict[str, str] = {}
        for name, value in answer.getheaders():
            found[name.lower()] = f"{found[name.lower()]}\n{value}" if name.lower() in found else value
        return answer.status, found, answer.read().decode()
    finally:
        line.close()


def query(url: str) -> dict[str, str]:
    """Return the parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}

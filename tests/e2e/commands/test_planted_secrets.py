"""Secrets are found nowhere: the real program with every kind of connection, against servers that fail and repeat
what they were sent, with its log wide open. Whoever adds a kind of connection adds it to `PLANTS`."""

import http.client
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.http.certificates import Certificates
from tests.support.http.echo import Echoes, echoes
from tests.support.ports import free_port
from tests.support.secrets.planted import ArgumentWatch, files_below, forms, traces
from tests.support.shell import AGENT, write_mail

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]
ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 90


def secret(kind: str) -> str:
    """Make one with characters that are written differently in addresses, JSON and base64."""
    return f"{kind}-{secrets.token_urlsafe(18)}/+% =\"'\\é"


@dataclass
class World:
    """A machine with a home of its own, and what was said on it."""

    folder: Path
    echo: Echoes
    planted: dict[str, str] = field(default_factory=dict[str, str])
    said: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])
    given: dict[str, str] = field(default_factory=dict[str, str])
    """Secrets that are not kept but given in the environment."""
    hook_port: int = field(default_factory=free_port)

    def plant(self, name: str, value: str) -> str:
        self.planted[name] = value
        return value

    @property
    def env(self) -> Mapping[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPSCONSOLE_", "XDG_"))}
        places = {
            "HOME": self.folder / "home",
            "TMPDIR": self.folder / "tmp",
            "OPSCONSOLE_WORKSPACE": self.folder / "w",
        }
        return {
            **kept,
            **{name: str(path) for name, path in places.items()},
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.folder}/nobody",
            "OPSCONSOLE_LOG": "DEBUG",
            "PYTHONPATH": str(ROOT),
            "OPSCONSOLE_SECRETS_PASSPHRASE": self.planted["passphrase"],
            **self.given,
        }

    def run(self, *words: object, stdin: str = "", codes: Sequence[int] = (0,)) -> bytes:
        """Return a command; what it says is kept for the search."""
        command = [sys.executable, "-m", "opsconsole", *map(str, words)]
        done = subprocess.run(
            command,
            env=dict(self.env),
            cwd=self.folder,
            input=stdin.encode(),
            capture_output=True,
            timeout=120,
            check=False,
        )
        self.said.append(
            (f"what command {len(self.said)} said, `{' '.join(map(str, words))}`", done.stdout + done.stderr)
        )
        assert done.returncode in codes, (words, done.returncode, done.stdout[-2000:], done.stderr[-2000:])
        return done.stdout

    def file(self, name: str, text: str) -> Path:
        path = self.folder / "home" / name
        path.write_text(text, encoding="utf-8")
        return path

    def hook(self, word: str) -> int:
        """Send an event to the webhook; 0 where nobody listens yet."""
        line = http.client.HTTPConnection("127.0.0.1", self.hook_port, timeout=10)
        try:
            line.request(
                "POST", "/intake", b"{}", {"Authorization": f"Bearer {word}", "Content-Type": "application/json"}
            )
            answer = line.getresponse()
            answer.read()
            return answer.status
        except OSError:
            return 0
        finally:
            line.close()


def _mail_places(world: World) -> list[object]:
    places = ["--imap", f"127.0.0.1:{world.echo.imap}", "--smtp", f"127.0.0.1:{world.echo.smtp}"]
    return [*places, "--imap-tls", "none", "--smtp-tls", "none", "--anyway"]


def mailbox(world: World) -> None:
    word = world.plant("mail password", secret("mail"))
    words = ["connect", "mail", "box", "--address", "box@harbour.example", *_mail_places(world), "--password-stdin"]
    assert b"sign-in" in world.run(*words, stdin=f"{word}\n", codes=(1,))


def signed_in_mailboxes(world: World) -> None:
    """One whose token still lives, and one whose token has to be renewed."""
    for name, hours in (("living", 5), ("ended", -5)):
        at = datetime.now(UTC) + timedelta(hours=hours)
        access = world.plant(f"{name} access token", secret("access"))
        refresh = world.plant(f"{name} refresh token", secret("refresh"))
        kept = {"access": access, "refresh": refresh, "given_at": at.isoformat(), "expires_at": at.isoformat()}
        world.run("secrets", "set", f"mail-{name}-tokens", "--stdin", stdin=json.dumps(kept))
        word = world.plant(f"{name} client secret", secret("client"))
        web = f"http://127.0.0.1:{world.echo.web}"
        oauth = ["--auth", "oauth", "--client-id", "x", "--authorize-url", f"{web}/auth", "--token-url", f"{web}/token"]
        words = ["connect", "mail", name, "--address", f"{name}@harbour.example", *_mail_places(world), *oauth]
        world.run(*words, "--client-secret-stdin", stdin=word, codes=(1,))


HTTP = """\
connection: crm
kind: http
base: {base}
headers: {{Authorization: "Bearer {{{{ secret('crm-token') }}}}"}}
actions:
  - {{name: find, title: find things, effect: read, path: /page}}
  - {{name: broken, title: find broken things, effect: read, path: /broken}}
  - {{name: moved, title: find moved things, effect: read, path: /moved}}
  - name: create
    title: create a ticket
    effect: internal
    method: POST
    path: /tickets
    headers: {{Authorization: "{{{{ basic('me', 'crm-basic') }}}}"}}
    arguments: {{type: object, properties: {{title: {{type: string}}}}}}
    body: {{title: "{{{{ args.title }}}}"}}
    reversibility: compensable
    undo: {{words: it is closed, method: DELETE, path: /tickets}}
"""


def rest(world: World) -> None:
    word = world.plant("http token", secret("http"))
    world.given["OPSCONSOLE_SECRET_CRM_TOKEN"] = word
    world.given["OPSCONSOLE_SECRET_CRM_BASIC"] = world.plant("http basic", secret("basic"))
    world.run("connect", "http", world.file("crm.yaml", HTTP.format(base=f"http://127.0.0.1:{world.echo.web}")))
    untrusted = HTTP.format(base=f"https://127.0.0.1:{world.echo.https}")
    world.run("connect", "http", world.file("tls.yaml", untrusted), codes=(3,))


HOOK = """\
connection: intake
kind: webhook
listen: 127.0.0.1:{port}
path: /intake
verify: bearer
secret: hook-word
event: {{kind: mail.received, subject: "thing:1", title: "from the hook", text: hello}}
"""


def webhook(world: World) -> None:
    word = world.plant("webhook secret", secrets.token_urlsafe(24))
    world.run("secrets", "set", "hook-word", "--stdin", stdin=word)
    world.run("connect", "webhook", world.file("hook.yaml", HOOK.format(port=world.hook_port)))


def model(world: World) -> None:
    word = world.plant("model key", f"sk-{secrets.token_urlsafe(24)}")
    url = f"http://127.0.0.1:{world.echo.web}/model/v1"
    words = ["connect", "model", "--url", url, "--model", "m", "--key-stdin", "--anyway"]
    world.run(*words, stdin=word, codes=(1,))


@dataclass(frozen=True)
class Plant:
    """A kind of connection: how it is connected, and where each of its secrets must have been shown.

    Without the second nothing would be proved: a secret that was never used leaks nowhere.
    """

    connect: Callable[[World], None]
    shown: Mapping[str, str]
    """Secret to server: web, imap, smtp; `hook` where it is shown to us."""


PLANTS = [
    Plant(mailbox, {"mail password": "imap"}),
    Plant(
        signed_in_mailboxes,
        {
            "living access token": "imap",
            "ended refresh token": "web",
            "ended client secret": "web",
        },
    ),
    Plant(rest, {"http token": "web", "http basic": "web"}),
    Plant(webhook, {"webhook secret": "hook"}),
    Plant(model, {"model key": "web"}),
]
STEPS = {
    "finder": "look_up: crm.find",
    "breaker": "look_up: crm.broken",
    "mover": "look_up: crm.moved",
    "maker": "do: crm.create",
}
"""Agents, and the one thing each of them does, which fails in its own way; all ask the model first."""


def agent(name: str) -> str:
    """Return the file of one."""
    head, _, _ = AGENT.partition("        - {do:")
    return f"{head.replace('mira', name)}        - {{{STEPS[name]}, as: found}}\nbrain: model\nmodels: [main]\n"


@pytest.fixture
def world(tmp_path: Path) -> Generator[World]:
    for name in ("home", "tmp", "tls"):
        (tmp_path / name).mkdir()
    with echoes(Certificates.made(tmp_path / "tls")) as echo:
        made = World(tmp_path, echo)
        made.plant("passphrase", secret("passphrase"))
        yield made


def test_secrets_are_found_nowhere(world: World) -> None:
    with ArgumentWatch() as arguments:
        world.run("init")
        world.run("secrets", "file", "on")
        for plant in PLANTS:
            plant.connect(world)
        world.run(
            "agents", "apply", "--without-evidence=a test", *(world.file(f"{name}.yaml", agent(name)) for name in STEPS)
        )
        world.run("import", "--work", write_mail(world.folder / "home"))
        _work(world)
        for words in ("status", "runs show 1", "connect list --json", "secrets list"):
            world.run(*words.split())
    for plant in PLANTS:
        for name, server in plant.shown.items():
            if server != "hook":
                heard = world.echo.heard[server].all
                assert any(form in heard for form in forms(world.planted[name])), f"{name} was never shown to {server}"
    places = {**files_below(world.folder), **dict(world.said), **arguments.places}
    assert len(places) > 25
    found = traces(world.planted, places)
    assert not found, "\n".join(found)


def _work(world: World) -> None:
    """Run an engine until everything has been tried, and has failed."""
    output = world.folder / "engine.log"
    with output.open("wb") as log:
        command = [sys.executable, "-m", "opsconsole", "engine"]
        env = {**world.env, "PYTHONASYNCIODEBUG": "1"}
        with subprocess.Popen(command, env=env, cwd=world.folder, stdout=log, stderr=log) as engine:
            try:
                deadline = time.monotonic() + PATIENCE_S
                while time.monotonic() < deadline:
                    assert engine.poll() is None, output.read_text()
                    is_heard = world.hook("not the word") == 401 and world.hook(world.planted["webhook secret"]) < 300
                    if is_heard and _has_tried_all(world):
                        return
                    threading.Event().wait(0.2)
                raise AssertionError(f"not everything was tried: {output.read_text()[-3000:]}")
            finally:
                engine.terminate()


def _has_tried_all(world: World) -> bool:
    web = world.echo.heard["web"].all
    paths = (b"POST /model", b"GET /page", b"GET /broken", b"GET /moved", b"POST /tickets", b"POST /token")
    return all(path in web for path in paths) and world.run("connect", "list").count(b"needs you") >= 3


@pytest.mark.parametrize("written", sorted(forms('user\'s "word"/+%é 123456')))
def test_the_search_finds_what_is_there(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file.bin").write_bytes(b"\0before" + written + b"after")
    assert traces({"it": 'user\'s "word"/+%é 123456'}, files_below(tmp_path))
    assert not traces({"other": "another word entirely"}, files_below(tmp_path))

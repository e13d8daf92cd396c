"""connect webhook, connect http: the file is read, tried and stored, and what is wrong is said with its line."""

import socket
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from opsconsole.app.session import opened
from tests.support.http.threaded import RestSystem
from tests.support.http.web import says
from tests.support.jobj import HTTP, SAFE, WEBHOOK
from tests.support.ports import free_port
from tests.support.shell import Run


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def base() -> Generator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def write(folder: Path, text: str, name: str = "file.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def webhook(port: int) -> str:
    return WEBHOOK.format(hook=port)


def test_a_webhook_is_connected_and_said_to_be_open(run: Run, tmp_path: Path) -> None:
    assert run("init").code == 0
    said = run("connect", "webhook", write(tmp_path, webhook(free_port())))
    assert (said.code, said.err) == (0, "")
    assert "any program on this machine" in said.out
    assert "No agent works its events yet" in said.out
    rows = {row["connection"]: row for row in run("connect", "list", "--json").json}
    assert rows["intake"]["kind"] == "webhook"
    assert rows["intake"]["config"]["verify"] == "nobody"
    assert "connection.connected" in run("audit", "tail").out
    assert run("audit", "verify").code == 0


def test_a_port_that_is_taken_is_said_and_nothing_is_stored(run: Run, tmp_path: Path) -> None:
    run("init")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = run("connect", "webhook", write(tmp_path, webhook(taken.getsockname()[1])))
    assert said.code == 3
    assert "taken by another program" in said.err
    assert [row["connection"] for row in run("connect", "list", "--json").json] == ["desk"]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("127.0.0.1:", "0.0.0.0:", 3, "exposed: true"),
        ("127.0.0.1:", "0.0.0.0:1\nexposed: true\nx: ", 5, "no such setting"),
        ("verify: nobody", "verify: bearer", 5, "needs the name of a secret"),
        ("verify: nobody", "verify: nobody\nsecret: x", 6, "asks for none"),
        ("path: /hook", "path: hook", 4, "must have the form ^/"),
        ("{{ body.body }}", "{{ boody.body }}", 11, "no boody here"),
        ("{{ body.body }}", "{{ body.body", 11, "template"),
        ("kind: mail.received", "knd: mail.received", 8, "no such setting"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(
    run: Run, tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    run("init")
    text = webhook(free_port())
    assert old in text
    said = run("connect", "webhook", write(tmp_path, text.replace(old, new, 1)))
    assert said.code == 2
    assert f"file.yaml:{line}:" in said.err
    assert words in said.err


def test_secrets_are_named_and_must_be_kept(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("init")
    file = write(tmp_path, webhook(free_port()).replace("nobody", "standard_webhooks\nsecret: intake-signing"))
    said = run("connect", "webhook", file)
    assert said.code in (2, 3)  # not kept, or no place to keep it
    assert "intake-signing" in said.err
    monkeypatch.setenv("OPSCONSOLE_SECRET_INTAKE_SIGNING", "%%% no base64")
    said = run("connect", "webhook", file)
    assert said.code == 2
    assert "base64" in said.err
    assert "%%%" not in said.err
    monkeypatch.setenv("OPSCONSOLE_SECRET_INTAKE_SIGNING", "whsec_" + "c2lnbmluZyBrZXk=")
    assert run("connect", "webhook", file).code == 0


def test_a_rest_system_is_connected_and_what_it_offers_is_said(run: Run, tmp_path: Path, base: str) -> None:
    run("init")
    text = HTTP.format(base=base, arrival_s=5, safe=SAFE["lookup"])
    said = run("connect", "http", write(tmp_path, text))
    assert (said.code, said.err) == (0, "")
    assert (
        "crm.create_ticket: create a ticket (internal, reversible; can be looked for after a broken call)" in said.out
    )
    config = {row["connection"]: row for row in run("connect", "list", "--json").json}["crm"]["config"]
    assert config["base"] == base
    agent = write(tmp_path, AGENT, "mira.yaml")
    assert "version 1" in run("agents", "apply", "--without-evidence=a test", agent).out


AGENT = """\
agent: mira
name: Mira
subscribes: [{connection: desk, kinds: [mail.received]}]
playbook:
  purpose: A test.
  categories:
    - id: case
      name: Case
      steps:
        - {look_up: crm.crm_lookup, with: {email: "{{ event.sender }}"}, as: customer}
        - {do: crm.create_ticket, with: {queue: billing, title: "{{ event.title }}"}}
"""


def test_a_system_that_is_not_there_is_said_and_nothing_is_stored(run: Run, tmp_path: Path) -> None:
    run("init")
    text = HTTP.format(base=f"http://127.0.0.1:{free_port()}", arrival_s=5, safe="")
    said = run("connect", "http", write(tmp_path, text))
    assert said.code == 3
    assert "nobody listens" in said.err
    assert [row["connection"] for row in run("connect", "list", "--json").json] == ["desk"]


def test_a_name_of_another_kind_is_not_taken_over(run: Run, tmp_path: Path) -> None:
    run("init")
    said = run(
        "connect", "webhook", write(tmp_path, webhook(free_port()).replace("connection: intake", "connection: desk"))
    )
    assert said.code == 2
    assert "another kind" in said.err


KEYED = """\
connection: crm
kind: http
base: {base}
headers: {{Authorization: "Bearer {{{{ secret('{secret}') }}}}"}}
actions: [{{name: find, title: find, effect: read, path: /tickets}}]
"""


def test_a_key_that_is_refused_connects_nothing(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("init")
    monkeypatch.setenv("OPSCONSOLE_SECRET_CRM_KEY", "wrong")
    with RestSystem(says(403)) as system:
        said = run("connect", "http", write(tmp_path, KEYED.format(base=system.base, secret="crm-key")))
        assert system.seen[0].headers["authorization"] == "Bearer wrong"
    assert said.code == 2 and "does not take the key (403)" in said.err
    assert [row["connection"] for row in run("connect", "list", "--json").json] == ["desk"]


def test_a_connection_that_is_removed_takes_the_keys_of_its_earlier_files_along(
    run: Run, tmp_path: Path, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("init")
    for name in ("first", "second"):
        monkeypatch.setenv(f"OPSCONSOLE_SECRET_{name.upper()}_KEY", "some")
        file = write(tmp_path, KEYED.format(base=base, secret=f"{name}-key"))
        assert run("connect", "http", file).code == 0
        with opened(None) as session:
            account = session.kernel.registry.account_name("crm.find")
            assert account is not None and account.startswith(f"{base} (signed in 20")
    removed = run("connect", "remove", "crm")
    assert removed.code == 0 and "first-key, second-key" in removed.out


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ("{X-Api-Key: '4711'}", "A key stands in the file as it is (headers: X-Api-Key)"),
        ("{X-Api-Key: \"{{ secret('webhook-word') }}\"}", "which is that of the webhook intake"),
        ("{X-Api-Key: \"{{ secret('webhook.word') }}\"}", "which is that of the webhook intake"),
    ],
    ids=["as it is", "another's", "another's, spelled otherwise"],
)
def test_a_file_names_its_key_and_its_own(
    run: Run, tmp_path: Path, base: str, headers: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("init")
    text = webhook(free_port()).replace("verify: nobody", "verify: bearer\nsecret: webhook-word")
    monkeypatch.setenv("OPSCONSOLE_SECRET_WEBHOOK_WORD", "any-word-4711")
    assert run("connect", "webhook", write(tmp_path, text)).code == 0
    file = HTTP.format(base=base, arrival_s=5, safe="").replace("timeout_s", f"headers: {headers}\ntimeout_s")
    said = run("connect", "http", write(tmp_path, file))
    assert said.code == 2 and says in said.err
    assert "crm" not in run("connect", "list").out


def test_how_a_rest_system_is_signed_in_to_is_told_in_the_help_and_the_readme(run: Run) -> None:
    said = " ".join(run("connect", "http", "--help").out.split())
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    for text in (said, readme):
        assert "basic('" in text and "the whole header" in text and "check: /me" in text and "secret('" in text


def test_a_key_that_nothing_could_be_tried_with_is_not_called_right(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("init")
    monkeypatch.setenv("OPSCONSOLE_SECRET_CRM_KEY", "any")
    with RestSystem(says(200, [])) as system:
        file = KEYED.format(base=system.base, secret="crm-key")
        assert "check: /me" not in run("connect", "http", write(tmp_path, file)).out
        said = run("connect", "http", write(tmp_path, file.replace("effect: read", "effect: internal")))
    assert said.code == 0 and "Whether its key is right shows at the first call" in said.out

"""The example files that the README names can be used as they are."""

import re
import shlex
import shutil
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from opsconsole.connectors.http import HttpConfig
from opsconsole.connectors.http.actions import Action
from opsconsole.connectors.mail.tools import mail_tools
from opsconsole.connectors.webhook import WebhookConfig
from opsconsole.domain.action import ActionType
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.agents.file import read_agent
from opsconsole.engine.agents.yamltext.file import read_yaml
from opsconsole.engine.registry import Registry
from tests.support.mail.mailboxes import START, Sorted, write_mailbox, write_tickets
from tests.support.rig import registry
from tests.support.shell import Run

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "resources" / "examples"
MAILS = {
    "Billing": "My invoice {n} is wrong, please pay the difference back",
    "Bugs": "I get error {n} when I save, and the calendar does not load",
    "Sales": "We would like an offer and to see the product, {n} people",
}
TICKETS = {
    ("Access", "High"): "I cannot sign in, password {n} does not work",
    ("Hardware", "Normal"): "Laptop {n} does not start any more",
    ("Software", "Normal"): "Program {n} crashes when I open a file",
}


def export(folder: Path, count: int = 18) -> Path:
    """A small mailbox, each mail in its folder."""
    some = [(number, list(MAILS)[number % 3]) for number in range(count)]
    return write_mailbox(
        folder, [Sorted(n, box, MAILS[box].format(n=n), START + timedelta(hours=3 * n)) for n, box in some]
    )


class Tools(FakeConnector):
    """Tools without an account behind them."""

    def action_types(self) -> Sequence[ActionType]:
        return [*mail_tools("support", arrival_s=60), *registry().types.values()]


def test_the_agent_for_a_mailbox_reads() -> None:
    spec = read_agent(EXAMPLES / "support-agent.yaml", Registry([Tools(name="support")])).spec
    assert spec.brain == "model" and spec.stage.default == "shadow"


def test_the_webhook_and_the_rest_system_read() -> None:
    hook = read_yaml(EXAMPLES / "leads-webhook.yaml").into(WebhookConfig)
    system = read_yaml(EXAMPLES / "tickets-http.yaml").into(HttpConfig)
    assert hook.path == "/hooks/leads" and hook.secrets and system.base.startswith("https://")
    kinds = {action.name: Action(system, "tickets", action).type for action in system.actions}
    assert kinds["create"].is_idempotent and kinds["create"].is_findable and not kinds["find"].is_idempotent


@pytest.mark.parametrize("words", [("apply", EXAMPLES / "exported-mail-agent.yaml"), ("new", "mail-sorter")])
def test_the_agent_for_exported_mail_applies_as_it_is_and_gets_most_right(
    run: Run, tmp_path: Path, words: tuple[object, ...]
) -> None:
    run("init")
    assert run("agents", *words).out.startswith("mail-sorter: version 1 is in use.")
    said = run("shadow", "run", "mail-sorter", export(tmp_path / "box"), "--own", "help@bank.example")
    assert said.code == 0 and "18 events worked" in said.out, said.err
    verdicts = Counter(pair["verdict"] for pair in run("shadow", "pairs", "--json").json)
    assert verdicts["same"] >= 15 and verdicts.total() == 18
    assert "mail-sorter" in run("shadow", "report").out


@pytest.mark.parametrize("words", [("apply", EXAMPLES / "ticket-table-agent.yaml"), ("new", "ticket-sorter")])
def test_the_agent_for_a_ticket_table_applies_as_it_is_and_gets_most_right(
    run: Run, tmp_path: Path, words: tuple[object, ...]
) -> None:
    run("init")
    assert run("agents", *words).out.startswith("ticket-sorter: version 1 is in use.")
    rows: list[tuple[str, ...]] = []
    for number in range(18):
        (queue, priority), text = list(TICKETS.items())[number % 3]
        at = START + timedelta(hours=3 * number)
        rows.append((f"T{number}", text.format(n=number), "", queue, priority, "closed", at.isoformat()))
    headers = ("ticket id", "subject", "description", "queue", "priority", "status", "created at")
    said = run("shadow", "run", "ticket-sorter", write_tickets(tmp_path / "tickets.csv", rows, headers))
    assert said.code == 0 and "18 events worked" in said.out, said.out + said.err
    verdicts = Counter(pair["verdict"] for pair in run("shadow", "pairs", "--json").json)
    assert verdicts["same"] >= 15 and verdicts.total() == 18


@pytest.mark.parametrize("name", ["exported-mail-agent.yaml", "ticket-table-agent.yaml"])
def test_an_example_for_the_past_is_in_shadow_and_offline(name: str) -> None:
    spec = read_agent(EXAMPLES / name, registry()).spec
    assert {spec.stage.stage(category.id) for category in spec.playbook.categories} == {
        "shadow"
    } and spec.brain == "playbook"


def test_the_readmes_way_through_the_past_works_in_its_order(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Is an agent good enough?")[2]
    lines = [shlex.split(line, comments=True) for line in re.split(r"```\n", part)[1].splitlines()]
    assert len(lines) >= 6
    monkeypatch.chdir(tmp_path)
    run("init")
    export(tmp_path / "MAILBOX")
    for program, *words in lines:
        if program == "cp":
            shutil.copy(ROOT / words[0], words[1])
            continue
        said = run(*words)
        assert (program, said.code, said.err) == ("opsconsole", 0, ""), (words, said.err)


@pytest.mark.parametrize(
    ("name", "kind", "old", "begins"),
    [
        ("tickets-http.yaml", HttpConfig, "headers: {Auth", "token: {url"),
        ("tickets-http.yaml", HttpConfig, "timeout_s", "check: /me"),
        ("tickets-http.yaml", HttpConfig, "    idempotency_header", "    ok_if: "),
        ("leads-webhook.yaml", WebhookConfig, "verify: standard", "verify: hmac\nhmac: {header: X-Hub"),
        ("leads-webhook.yaml", WebhookConfig, "verify: standard", "verify: hmac\nhmac: {header: X-Slack"),
    ],
)
def test_what_an_example_offers_in_a_comment_is_as_it_must_be(
    tmp_path: Path, name: str, kind: type[HttpConfig | WebhookConfig], old: str, begins: str
) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    start = begins.rpartition("\n")[2].strip()
    offered = next(line.strip(" #") for line in text.splitlines() if line.strip(" #").startswith(start))
    line = next(line for line in text.splitlines() if line.startswith(old))
    new = begins.rpartition("\n")[0] + "\n" + " " * (len(line) - len(line.lstrip())) + offered
    file = tmp_path / name
    file.write_text(text.replace(line, new if old.endswith(("Auth", "standard")) else f"{line}{new}", 1))
    read_yaml(file).into(kind)

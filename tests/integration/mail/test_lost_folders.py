"""A folder that people rename or delete under an agent that names it: a person looks, and nothing is made anew."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from opsconsole.app.secretstore.names import PASSPHRASE
from opsconsole.connectors.mail import account, lostfolders
from opsconsole.connectors.mail.imap.folders import Named
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.errors import PermanentError
from opsconsole.engine.agents.broken import broken_rules
from opsconsole.engine.agents.lint import lint
from opsconsole.store.writes import connections as write
from tests.support.gallery.atwork import AtWork, at_work
from tests.support.mail.dovecot import Dovecot
from tests.support.mail.mailrig import SUPPORT, WORDS, KeptMemory, call_on, letter, mail_config, mail_rig, until
from tests.support.rig import agent
from tests.support.secrets.sealed import WORD, no_keyring, seal

STEP = {"do": "support.move", "with": {"folder": "Billing"}, "because": "It is about money."}
GONE = "the folder Billing, which is gone from support"


def sorter(**more: Any) -> AgentSpec:
    """Moves every mail to Billing, alone; playbooks that name it otherwise come with `more`."""
    book = {
        "purpose": "sorts", "triage": "kind", "threshold": 0,
        "categories": [{"id": "mail_received", "name": "Mail", "criteria": "all", "steps": [STEP]}],
    }  # fmt: skip
    facts: dict[str, Any] = {
        "subscribes": [{"connection": "support", "kinds": ["mail.received"]}], "playbook": book,
    }  # fmt: skip
    return agent(**(facts | more))


def rename(dovecot: Dovecot, before: str, after: str) -> None:
    client: Any
    with dovecot.selected(SUPPORT) as client:
        client.rename_folder(before, after)


def folders(dovecot: Dovecot) -> set[str]:
    with dovecot.selected(SUPPORT) as client:
        return {name for _, _, name in client.list_folders()}


async def works(work: AtWork, dovecot: Dovecot, number: int) -> tuple[str, str]:
    """A mail comes; return the gate's word on what the agent wants, and its reasons."""
    await asyncio.to_thread(dovecot.deliver, letter(number), SUPPORT)
    sql = "SELECT verdict, reasons FROM ruling ORDER BY id DESC"
    await until(lambda: len(rows(work, "SELECT 1 FROM run")) == number, f"mail {number}")
    await until(lambda: len(rows(work, "SELECT DISTINCT action_id FROM ruling")) == number, "its ruling")
    (verdict, reasons), *_ = rows(work, sql)
    return verdict, reasons


def rows(work: AtWork, sql: str) -> list[Any]:
    return work.engine.reader.execute(sql).fetchall()


async def test_what_names_a_renamed_folder_is_held_until_it_is_there_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_keyring(tmp_path, monkeypatch)
    seal(tmp_path / "ws", support=WORDS[SUPPORT])
    monkeypatch.setenv(PASSPHRASE, WORD)
    monkeypatch.setattr(account, "LISTED_S", 0.0)
    with Dovecot(WORDS) as dovecot:
        async with at_work(tmp_path / "ws") as work:
            config = mail_config(dovecot.imap_port, dovecot.smtp_port).model_dump(mode="json")
            await work.connect("support", "mail", config)
            await work.hire(sorter())
            assert (await works(work, dovecot, 1))[0] == "ACT", "a folder that never was there is made"
            await until(lambda: len(dovecot.mails(SUPPORT, "Billing")) == 1, "the mail is moved")
            assert (await works(work, dovecot, 2))[0] == "ACT"
            await until(lambda: len(dovecot.mails(SUPPORT, "Billing")) == 2, "the mail is moved")
            rename(dovecot, "Billing", "Invoices")
            verdict, reasons = await works(work, dovecot, 3)
            assert verdict == "ASK" and f"Mail: “Move” names {GONE}" in reasons, reasons
            assert "Billing" not in folders(dovecot)
            rename(dovecot, "Invoices", "Billing")
            assert (await works(work, dovecot, 4))[0] == "ACT"


async def test_a_folder_that_vanished_a_moment_ago_is_not_made_anew() -> None:
    async with mail_rig() as rig, rig.watching() as taken:
        with rig.dovecot.selected(SUPPORT) as client:
            client.create_folder("Billing")
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        await rig.connector.execute(call_on(taken.first, "move", "0dd5" * 16, folder="Billing"))
        await rig.deliver(letter(2))
        await until(lambda: len(taken.events) == 2, "the event")
        rename(rig.dovecot, "Billing", "Invoices")
        with pytest.raises(PermanentError, match="Billing was there a moment ago and is gone") as caught:
            await rig.connector.execute(call_on([*taken.events.values()][1], "move", "1dd5" * 16, folder="Billing"))
        assert "The mail stays where it lies" in f"{caught.value}"
        assert "Billing" not in folders(rig.dovecot) and len(await rig.mails(SUPPORT)) == 1


async def test_where_folders_cannot_be_listed_mails_come_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(at: account.Account, *, is_anew: bool = False) -> Named:
        if is_anew:
            raise PermanentError("no LIST here")
        return listed("INBOX", "Sent")

    monkeypatch.setattr(account.Account, "folders", refused)
    async with mail_rig() as rig, rig.watching() as taken:
        await rig.deliver(letter(1))
        await until(lambda: taken.events, "the event")
        assert rig.memory.get("folders") is None


def listed(*names: str, separator: str = ".", prefix: str = "INBOX.") -> Named:
    return Named("INBOX", "", "", "", names, separator=separator, prefix=prefix)


async def test_which_folders_are_lost_is_kept_by_account_and_known_in_every_spelling() -> None:
    memory = KeptMemory()
    await lostfolders.note(memory, "a", listed("INBOX", "INBOX.Work.Open", "INBOX.Old"))
    assert memory.get("folders.lost") is None
    await lostfolders.note(memory, "a", listed())
    assert memory.get("folders.lost") is None, "a server that tells nothing proves nothing"
    await lostfolders.note(memory, "a", listed("INBOX"))
    assert memory.get("folders.lost")["names"] == ["INBOX.Old", "INBOX.Work.Open"]
    await lostfolders.note(memory, "a", listed("INBOX", "INBOX.Old"))
    assert memory.get("folders.lost")["names"] == ["INBOX.Work.Open"]
    await lostfolders.note(memory, "b", listed("INBOX"))
    assert memory.get("folders.lost")["names"] == [], "another account never had them"


LOST = {"names": ["INBOX.Work.Open"], "separator": ".", "prefix": "INBOX."}


def one_rail(when: str, **more: Any) -> dict[str, Any]:
    return {"guardrails": [{"name": "careful", "when": when, "then": "refuse", "because": "never there", **more}]}


def told_where_lost(work: AtWork, name: str) -> dict[str, tuple[str, ...]]:
    """Every place of a file that can name a folder, and what is told of it."""
    book = sorter().model_dump(mode="json", by_alias=True, exclude_defaults=True)["playbook"]
    step = {**STEP, "with": {"folder": name}, "when": "event.title != ''"}
    elsewhere = [{**STEP, "with": {"folder": "Other"}}]

    def steps(*every: dict[str, Any]) -> dict[str, Any]:
        return {"playbook": {**book, "categories": [{**book["categories"][0], "steps": list(every)}]}}

    where = f"event.fields.folder == '{name}'"
    ask = {"ask": "What now?", "on_reject": [step]}
    heard = {"connection": "support", "kinds": ["mail.received"]}
    cases: dict[str, dict[str, Any]] = {
        "compared": one_rail(f"args.folder == '{name}'"),
        "in a list": one_rail(f"args['folder'] in ['Other', '{name}']"),
        "of the event": one_rail(f'event.fields.folder != "{name}"'),
        "of other tools": {**one_rail(f"args.folder == '{name}'", actions=["desk.*"]), "subscribes": []},
        "no folder": one_rail(f"args.text == '{name}'"),
        "another folder": one_rail("args.folder == 'Other'"),
        "a step": steps(step),
        "a branch": steps(ask),
        "another mailbox's step": steps({**step, "do": "sales.move"}),
        "a step's condition": steps({**elsewhere[0], "when": where}),
        "a slot": steps({**STEP, "with": {"folder": "{{ event.fields.folder }}"}}),
        "a subscription": {"subscribes": [{**heard, "where": where}]},
        "a deployment": {"deployments": [{"connection": "support", "stage": "shadow", "where": where}]},
        "another connection's": {"subscribes": [{"kinds": ["mail.received"], "where": where}]},
        "a triage rule": {"playbook": {**book, "rules": [{"when": where, "category": "mail_received"}]}},
    }
    kernel = work.engine.kernel
    found: dict[str, tuple[str, ...]] = {}
    for case, more in cases.items():
        spec = sorter(**({"playbook": steps(*elsewhere)["playbook"]} | more))
        found[case] = broken_rules(kernel.registry, kernel.reader, spec, {})
    return found


@pytest.mark.parametrize("name", ["Work/Open", "INBOX.Work.Open", "work/open", "Work.Open"])
async def test_every_rule_that_names_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    no_keyring(tmp_path, monkeypatch)
    seal(tmp_path / "ws", support=WORDS[SUPPORT])
    monkeypatch.setenv(PASSPHRASE, WORD)
    async with at_work(tmp_path / "ws") as work:
        await work.connect("support", "mail", mail_config(1, 1).model_dump(mode="json"))
        await work.connect("sales", "mail", mail_config(1, 1).model_dump(mode="json"))
        assert not any(told_where_lost(work, name).values()), "nothing is lost yet"
        now = work.engine.clock.now()
        await work.write(lambda tx: write.remember(tx, "support", "folders.lost", LOST, now=now))
        gone = f"the folder {name}, which is gone from support"
        by = {
            "compared": "the guardrail careful",
            "in a list": "the guardrail careful",
            "of the event": "the guardrail careful",
            "a step": "Mail: “Move”",
            "a branch": "Mail: “Move”",
            "a step's condition": "the condition of a step of Mail",
            "a subscription": "a subscription",
            "a deployment": "a deployment",
            "a triage rule": "the triage rule for mail_received",
        }
        told = {case: found for case, found in told_where_lost(work, name).items() if found}
        found = lint(work.engine.registry, work.engine.reader, sorter(**one_rail(f"args.folder == '{name}'")))
        assert f"the guardrail careful names {gone}. Until that is mended, a person looks." in {f.text for f in found}
        assert told == {case: (f"{who} names {gone}",) for case, who in by.items()}

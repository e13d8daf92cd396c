"""A team works its mailbox while agents run in shadow: every act is paired rightly, and none of ours is theirs."""

import asyncio
import contextlib
import os
import re
import signal
import sqlite3
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.store import audit
from opsconsole.store.queries import pairs as read
from tests.support.mail.mailrig import ANN, SUPPORT, MailRig, cyrus_rig, letter, mail_rig, until

ROOT = Path(__file__).parents[3]
BOB = "bob@quay.example"
HEARD_S = 60.0
MOVE, REPLY = ("mail.move", {"folder": "Billing"}), ("mail.reply", {"to": ANN, "text": "We look into it."})
FLAG = ("mail.flag", {"flag": "flagged", "is_on": True})
WRITES = re.compile(
    rb"^\S+ (UID )?(STORE|MOVE|COPY|APPEND|EXPUNGE|SELECT|CREATE|DELETE|RENAME)\b\s*(.*)$", re.IGNORECASE
)
Did = list[tuple[str, dict[str, Any]]]


@dataclass
class Team:
    """The mailbox, the engine's process, and the people; `did` is the script's own list, by title."""

    rig: MailRig
    folder: Path
    before: str = ""
    """Before the names of all folders but the inbox, on the server."""
    child: Any = None
    ahead_s: float = 0.0
    did: dict[str, Did] = field(default_factory=dict[str, Did])
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    uids: dict[str, int] = field(default_factory=dict[str, int])
    """In the inbox, where the question came to lie."""
    since: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(minutes=5))

    @property
    def clock(self) -> Path:
        return self.folder / "clock"

    def go_on(self, **span: float) -> None:
        """Let time pass for the engine."""
        self.ahead_s += timedelta(**span).total_seconds()
        part = self.folder / "clock.part"
        part.write_text(f"{self.ahead_s}", encoding="ascii")
        part.replace(self.clock)

    async def start(self, fault: str = "") -> None:
        """Start the engine; with a fault it is killed there, which is waited for."""
        config = self.rig.config
        assert config.login is not None
        env = {**os.environ, "PYTHONPATH": str(ROOT), "OPSCONSOLE_FAULT": fault}
        with (self.folder / "engine.log").open("ab") as log:
            self.child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.crash.shadowworker", "--workspace", str(self.folder / "ws"),
                "--clock", str(self.clock), "--imap", str(self.rig.imap.port), "--smtp", str(self.rig.smtp.port),
                "--since", self.since.isoformat(), "--user", config.login.user,
                *(["--relay"] if config.is_relay else []), cwd=ROOT, env=env,
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

        if fault:
            async with asyncio.timeout(HEARD_S):
                assert await self.child.wait() == -signal.SIGKILL

    async def kill(self) -> None:
        if self.child is not None and self.child.returncode is None:
            self.child.kill()
            await self.child.wait()

    @contextlib.contextmanager
    def database(self) -> Any:
        (path,) = (self.folder / "ws").glob("*.db")
        conn = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
        try:
            yield conn
        finally:
            conn.close()

    def ask(self, sql: str) -> list[Any]:
        with contextlib.suppress(sqlite3.OperationalError, ValueError), self.database() as conn:
            return conn.execute(sql).fetchall()
        return []  # not there yet

    async def until_worked(self, runs: int) -> None:
        """Until so many runs are over and nothing is on its way."""
        states = "SELECT (SELECT count(*) FROM run WHERE state = 'done'), (SELECT count(*) FROM effect"
        await until(
            lambda: self.ask(f"{states} WHERE state <> 'done')") == [(runs, 0)], f"{runs} runs", timeout_s=HEARD_S
        )

    async def deliver(self, *titles: str) -> None:
        for title in titles:
            number = self.numbers[title] = len(self.numbers) + 1
            await self.rig.deliver(letter(number, Subject=title))
            self.did[title] = []
            if title.startswith("Question"):
                with self.rig.dovecot.selected(SUPPORT) as client:
                    (self.uids[title],) = self._at(client, title)

    def name(self, title: str) -> str:
        return f"<m{self.numbers[title]}@harbour.example>"

    def spelt(self, folder: str) -> str:
        return folder if folder == "INBOX" else f"{self.before}{folder}"

    def _at(self, client: Any, title: str) -> list[int]:
        return client.search(["HEADER", "Message-ID", self.name(title)])

    def move(self, title: str, target: str, source: str = "INBOX") -> None:
        target, source = self.spelt(target), self.spelt(source)
        with self.rig.dovecot.selected(SUPPORT, source) as client:
            if not client.folder_exists(target):
                client.create_folder(target)
            client.select_folder(source)
            client.move(self._at(client, title), target)

    def mark(self, title: str, flag: str) -> None:
        with self.rig.dovecot.selected(SUPPORT) as client:
            client.add_flags(self._at(client, title), [flag])

    def delete(self, title: str) -> None:
        with self.rig.dovecot.selected(SUPPORT) as client:
            client.delete_messages(uids := self._at(client, title))
            client.uid_expunge(uids)

    def reply(self, title: str, text: str = "We look into it.") -> None:
        named = {"In_Reply_To": self.name(title), "References": self.name(title)}
        self._send(title, ANN, text, f"Re: {title}", named)

    def forward(self, title: str) -> None:
        self._send(title, BOB, "See below.", f"Fwd: {title}", {"References": self.name(title)})

    def _send(self, title: str, to: str, text: str, subject: str, more: dict[str, str]) -> None:
        heads = {"Subject": subject, "Message_ID": f"<t{self.numbers[title]}@team.example>", **more}
        raw = letter(0, to=to, sender=SUPPORT, text=text, **heads)
        with self.rig.dovecot.selected(SUPPORT) as client:
            client.append(self.spelt("Sent"), raw, ("\\Seen",))

    def pairs(self) -> dict[str, Any]:
        """Of the agent in shadow: title → (what the human did, verdict, excluded)."""
        with self.database() as conn:
            rows = [pair for pair in read.pairs(conn) if pair.agent == "mira"]
            return {row.title: (human(read.body(conn, row.id)), row.agreement.value, row.excluded) for row in rows}

    def state(self) -> dict[str, Any]:
        """Where every mail lies with its flags and MODSEQ, as the server says."""
        found: dict[str, Any] = {}
        with self.rig.dovecot.selected(SUPPORT) as client:
            for _, _, folder in client.list_folders():
                client.select_folder(folder, readonly=True)
                for title in self.numbers:
                    for uid, row in (
                        client.fetch(uids, ["FLAGS", "MODSEQ"]) if (uids := self._at(client, title)) else {}
                    ).items():
                        flags = sorted(flag.decode() for flag in row[b"FLAGS"] if flag != b"\\Recent")
                        found[title] = (folder, uid, flags, row[b"MODSEQ"])
        return found


def human(body: dict[str, Any]) -> Did:
    return sorted(((act["tool"], act["args"]) for act in body["human"]), key=str)


@asynccontextmanager
async def team(folder: Path, *, is_cyrus: bool = False) -> AsyncGenerator[Team]:
    async with cyrus_rig(is_under_inbox=True) if is_cyrus else mail_rig() as rig:
        rig.imap.heard = []
        made = Team(rig, folder, "INBOX." if is_cyrus else "")
        made.go_on()
        try:
            yield made
        finally:
            await made.kill()


def play_first(at: Team) -> None:
    """While the engine works."""
    at.move("Question moved", "Billing")
    at.did["Question moved"] = [MOVE]
    at.reply("Question answered")
    at.did["Question answered"] = [REPLY]
    at.forward("Question forwarded")
    at.did["Question forwarded"] = [("mail.forward", {"to": BOB})]
    at.mark("Question marked", "\\Flagged")
    at.did["Question marked"] = [FLAG]
    at.mark("Question all", "\\Flagged")
    at.move("Question all", "Billing")
    at.reply("Question all")
    at.did["Question all"] = [FLAG, MOVE, REPLY]
    at.move("Question twice", "Billing")
    at.move("Question back", "Billing")


def play_second(at: Team) -> None:
    """While the engine is down."""
    at.delete("Question deleted")
    at.did["Question deleted"] = [("mail.delete", {})]
    at.move("Question archived", "Archive")
    at.did["Question archived"] = [("mail.archive", {})]
    at.move("Question twice", "Sales", "Billing")
    at.did["Question twice"] = [("mail.move", {"folder": "Sales"})]
    at.move("Question back", "INBOX", "Billing")
    at.reply("Question early", "Already answered.")
    at.did["Question early"] = [("mail.reply", {"to": ANN, "text": "Already answered."})]


NAMES = ("moved", "answered", "forwarded", "marked", "all", "twice", "back", "deleted", "archived", "left")
LIVE, LATE = ("Order 1", "Order 2", "Order 3"), "Order late"


@pytest.mark.parametrize("is_cyrus", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["Dovecot", "Cyrus"])
async def test_a_team_at_work_is_paired_and_shadow_writes_nothing(is_cyrus: bool, tmp_path: Path) -> None:
    async with team(tmp_path, is_cyrus=is_cyrus) as at:
        await at.start()
        await at.deliver(*(f"Question {name}" for name in NAMES), *LIVE)
        await at.until_worked(2 * len(at.numbers))
        await asyncio.to_thread(play_first, at)
        await asyncio.to_thread(at.rig.dovecot.restart)
        await at.kill()
        await at.deliver("Question early", LATE)  # the question is answered before any agent saw it
        await asyncio.to_thread(play_second, at)
        at.rig.imap.cut()
        for call in (1, 2):  # the order is marked, then moved, and the engine dies before it can note so
            await at.start(f"mail.filed:{call}")
        await at.start()
        await at.until_worked(2 * len(at.numbers))
        await at.rig.until_mails(SUPPORT, len(LIVE) + 1, at.spelt("Done"))
        at.move("Order 2", "Escalated", "Done")
        at.did["Order 2"] = [("mail.move", {"folder": "Escalated"})]
        left_by_team = await asyncio.to_thread(at.state)
        acted = {title for title, did in at.did.items() if did}

        async def are_paired() -> bool:
            at.go_on(minutes=1)
            return acted <= at.pairs().keys()

        await until(are_paired, "pairs of what people did", timeout_s=HEARD_S)
        await at.kill()
        await at.start()
        at.go_on(days=5)

        async def is_all_paired() -> bool:
            at.go_on(minutes=1)
            return at.did.keys() == at.pairs().keys()

        await until(is_all_paired, "pairs of what nobody did", timeout_s=HEARD_S)
        paired = at.pairs()
        assert {title: pair[0] for title, pair in paired.items()} == {
            title: sorted(did, key=str) for title, did in at.did.items()
        }
        assert {pair[2] for pair in paired.values()} == {""}
        assert {title: paired[title][1] for title in ("Question all", "Question left", "Order 1", "Order 2")} == {
            "Question all": "same", "Question left": "extra", "Order 1": "both_none", "Order 2": "missing",
        }  # fmt: skip
        assert await asyncio.to_thread(at.state) == left_by_team
        questions_are_untouched(at)
        with at.database() as conn:
            assert audit.verify(conn).is_ok
            rows = conn.execute("SELECT DISTINCT agent_id FROM effect").fetchall()
            assert rows == [("otto",)]


def questions_are_untouched(at: Team) -> None:
    """No command that changes anything names a question; what is there to be seen is the live agent's own."""
    questions = set(at.uids.values())
    written: list[tuple[bytes, bytes]] = []
    for said in at.rig.imap.heard or []:
        for line in said.splitlines():
            if (found := WRITES.match(line)) is not None:
                written.append((found[2].upper(), found[3]))
    assert {verb for verb, _ in written} == {b"SELECT", b"STORE", b"MOVE", b"CREATE"}
    assert {rest.strip(b'"') for verb, rest in written if verb == b"SELECT"} == {b"INBOX"}
    assert {rest.strip(b'"') for verb, rest in written if verb == b"CREATE"} == {at.spelt("Done").encode()}
    named = [int(uid) for verb, rest in written if verb in (b"STORE", b"MOVE") for uid in uids_in(rest)]
    assert len(named) >= 2 * (len(LIVE) + 1) and not questions & set(named)
    assert at.rig.relay.accepted == len(LIVE) + 1


def uids_in(rest: bytes) -> list[int]:
    """Every UID of a set, written out."""
    found: list[int] = []
    for part in rest.split(b" ", 1)[0].split(b","):
        first, _, last = part.partition(b":")
        found += range(int(first), int(last or first) + 1)
    return found

"""Drives the mail storm: hands mails in, breaks things in every way there is, and counts what came of it."""

import asyncio
import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from opsconsole.store import audit, heads
from opsconsole.store import workspace as workspaces
from opsconsole.store.database import audit_triggers
from tests.crash.mailworker import folder_of
from tests.crash.processes import ROOT
from tests.crash.worker import OPEN
from tests.support.mail.mailrig import ANN, SUPPORT, MailRig, letter, parsed, until

POINTS = (
    "smtp.before_dot", "smtp.data_sent", "smtp.data_answered", "mail.taken", "mail.before_keep",
    "connector.before_call", "connector.after_call", "brain.answered",
    *(f"{name}.{end}_commit" for name in ("event.take", "turn.record", "effect.finish", "connection.remember")
      for end in ("before", "after")),
)  # fmt: skip
COMMANDS = (b"EXAMINE", b"SELECT", b"FETCH", b"UID SEARCH", b"UID MOVE", b"IDLE", b"LOGIN", b"LIST")
PATIENCE_S = 20.0
END_S = 120.0


@dataclass(slots=True)
class Findings:
    """What was found at the end, and what was done to get there."""

    mails: int = 0
    faults: Counter[str] = field(default_factory=Counter[str])
    lost: list[str] = field(default_factory=list[str])
    doubled: list[str] = field(default_factory=list[str])
    wrong: list[str] = field(default_factory=list[str])

    def line(self) -> str:
        """Return the summary in one line."""
        kinds = {name: count for name, count in sorted(self.faults.items()) if name not in POINTS}
        points = {name: count for name, count in sorted(self.faults.items()) if name in POINTS}
        return json.dumps(
            {
                "storm": "mail", "mails": self.mails, "all_faults": sum(kinds.values()), "faults": kinds,
                "killed_at": points, "lost": len(self.lost), "doubled": len(self.doubled), "wrong": len(self.wrong),
            }
        )  # fmt: skip

    @property
    def is_ok(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)


class Storm:
    """One workspace, one mailbox, many deaths."""

    def __init__(self, rig: MailRig, folder: Path, *, seed: str, prefix: str = "") -> None:
        self._rig = rig
        self._prefix = prefix
        """What the server puts before the names of folders."""
        self._folder = folder / "workspace"
        self._log = folder / "worker.log"
        self._random = random.Random(seed)
        self._since = datetime.now(UTC) - timedelta(minutes=1)
        self._child: asyncio.subprocess.Process | None = None
        self.found = Findings()
        engine: tuple[Callable[[], Awaitable[None]], ...] = (self._kill_engine, self._kill_at_point)
        numbering = (self._number_anew,) if hasattr(rig.dovecot, "forget_uids") else ()
        self._faults = (
            *engine, *engine, self._restart_server, self._kill_server, *numbering, self._cut_imap,
            self._cut_in_command, self._cut_in_command, self._cut_smtp, self._swallow_answer, self._swallow_and_kill,
        )  # fmt: skip

    async def run(self, faults: int) -> Findings:
        """Break so many things, then let it come to rest; give what was found."""
        await self._start()
        try:
            for number in range(faults):
                self._hand_in(self._random.choice((1, 1, 2)))
                await asyncio.sleep(self._random.uniform(0.0, 0.5))
                fault = self._faults[number] if number < len(self._faults) else self._random.choice(self._faults)
                await fault()
                self.found.faults[fault.__name__.strip("_")] += 1
            self._rig.imap.disarm()
            self._rig.smtp.disarm()
            await self._come_to_rest()
            self._stop_engine()
            await self._ended(0)
        finally:
            if self._child is not None and self._child.returncode is None:
                self._child.kill()
                await self._child.wait()
        await self._check()
        return self.found

    def told(self, text: str) -> str:
        """Return a failure with what the engine said."""
        said = self._log.read_text(encoding="utf-8")[-6000:] if self._log.exists() else ""
        return f"{text}\n{said}"

    def _hand_in(self, count: int) -> None:
        for _ in range(count):
            self.found.mails += 1
            number = self.found.mails
            self._rig.relay.keep(ANN, (SUPPORT,), letter(number, References=f"<root{number}@harbour.example>"))

    async def _start(self, fault: str = "") -> None:
        env = {**os.environ, "OPSCONSOLE_FAULT": fault, "PYTHONPATH": str(ROOT)}
        with self._log.open("ab") as log:
            options = ["--imap", str(self._rig.imap.port), "--smtp", str(self._rig.smtp.port), *self._sign_in()]
            self._child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.crash.mailworker", "--workspace", str(self._folder), *options, "--since",
                self._since.isoformat(), cwd=ROOT, env=env, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def _sign_in(self) -> list[str]:
        login = self._rig.config.login
        assert login is not None
        return ["--user", login.user, *(["--relay"] if self._rig.config.is_relay else [])]

    async def _ended(self, code: int) -> None:
        assert self._child is not None
        async with asyncio.timeout(PATIENCE_S):
            assert await self._child.wait() == code, self.told(f"the engine ended with {self._child.returncode}")

    def _stop_engine(self) -> None:
        assert self._child is not None
        self._child.send_signal(signal.SIGTERM)

    async def _kill_engine(self) -> None:
        assert self._child is not None
        self._child.kill()
        await self._ended(-signal.SIGKILL)
        await self._start()

    async def _kill_at_point(self) -> None:
        """Start anew with an order to die at a point, and wait for it: there is always mail to come by it."""
        assert self._child is not None
        self._child.kill()
        await self._ended(-signal.SIGKILL)
        point = self._random.choice(POINTS[:3] if self._random.random() < 0.5 else POINTS)  # around DATA above all
        await self._start(f"{point}:{self._random.choice((1, 1, 2))}")
        self._hand_in(3)
        await self._ended(-signal.SIGKILL)
        self.found.faults[point] += 1
        await self._start()

    async def _restart_server(self) -> None:
        await asyncio.to_thread(self._rig.dovecot.restart)

    async def _kill_server(self) -> None:
        await asyncio.to_thread(self._rig.dovecot.restart, is_killed=True)

    async def _number_anew(self) -> None:
        await asyncio.to_thread(self._rig.dovecot.kill)
        await asyncio.to_thread(self._rig.dovecot.forget_uids, SUPPORT)
        await asyncio.to_thread(self._rig.dovecot.start)

    async def _cut_imap(self) -> None:
        self._rig.imap.cut()

    async def _cut_in_command(self) -> None:
        self._rig.imap.cut_at(self._random.choice(COMMANDS), is_before=self._random.random() < 0.5)
        await self._happened(lambda: not self._rig.imap.is_armed)

    async def _cut_smtp(self) -> None:
        self._rig.smtp.cut_at(self._random.choice((b"MAIL FROM", b"RCPT TO", b"DATA\r\n", b"NOOP", b"AUTH")))
        await self._happened(lambda: not self._rig.smtp.is_armed)

    async def _swallow_answer(self) -> None:
        self._rig.smtp.swallow_data_answer()
        self._hand_in(1)
        await self._happened(lambda: not self._rig.smtp.is_armed)

    async def _swallow_and_kill(self) -> None:
        await self._swallow_answer()
        await self._kill_engine()

    async def _happened(self, holds: Callable[[], bool]) -> None:
        """What was laid in wait for is met by the next mails; what no command meets is called off."""
        self._hand_in(1)
        try:
            await until(holds, "the fault", timeout_s=3.0)
        except TimeoutError:
            self._rig.imap.disarm()
            self._rig.smtp.disarm()
            self._rig.imap.cut()

    async def _come_to_rest(self) -> None:
        await asyncio.to_thread(self._rig.relay.wait_until_empty, END_S)
        workspace = workspaces.open_(self._folder)
        reader = workspace.database.reader()

        def is_done() -> bool:
            assert self._child is not None
            assert self._child.returncode is None, self.told("the engine ended")
            taken = reader.execute("SELECT count(*) FROM event").fetchone()[0]
            return taken >= self.found.mails and int(reader.execute(OPEN).fetchone()[0]) == 0

        try:
            await until(is_done, "all mails worked", timeout_s=END_S)
        except TimeoutError:
            self.found.wrong.append(self.told(f"not at rest: {self._states(reader)}"))
        finally:
            reader.close()
            workspace.close()
        await asyncio.to_thread(self._rig.relay.wait_until_empty, END_S)
        try:
            await until(self._is_filed, "the inbox is empty", timeout_s=PATIENCE_S)
        except TimeoutError:
            left = [f"{mail['X-Relay-Number']} {mail['Message-ID']}" for mail in await self._rig.mails(SUPPORT)]
            self.found.wrong.append(self.told(f"left in the inbox: {left}"))

    async def _is_filed(self) -> bool:
        return not await self._rig.mails(SUPPORT)

    def _states(self, reader: Any) -> str:
        rows = [
            reader.execute(f"SELECT '{table}', state, count(*) FROM {table} GROUP BY state").fetchall()
            for table in ("run", "effect", "approval", "action")
        ]
        return json.dumps([*rows, reader.execute("SELECT count(*) FROM event").fetchone()])

    async def _check(self) -> None:
        ids = [f"<m{number}@harbour.example>" for number in range(1, self.found.mails + 1)]
        self._check_workspace(ids)
        answers = await self._rig.mails(ANN)
        self._count("answer to", ids, Counter(str(answer["In-Reply-To"]) for answer in answers))
        for answer in answers:
            number = str(answer["In-Reply-To"])[2:].partition("@")[0]
            chain = [f"<root{number}@harbour.example>", f"<m{number}@harbour.example>"]
            if str(answer["References"]).split() != chain or str(answer["Subject"]) != f"Re: Question {number}":
                self.found.wrong.append(f"not in its thread: {answer['References']}")
        sent = Counter(str(parsed(raw)["In-Reply-To"]) for who, _, raw in self._rig.relay.envelopes if who == SUPPORT)
        self._count("sending of the answer to", ids, sent)
        copies = await self._rig.mails(SUPPORT, f"{self._prefix}Sent")
        self._count("copy of the answer to", ids, Counter(str(copy["In-Reply-To"]) for copy in copies))
        lying: Counter[str] = Counter()
        for folder in ("Done", "Later"):
            for mail in await self._rig.mails(SUPPORT, f"{self._prefix}{folder}"):
                lying[str(mail["Message-ID"])] += 1
                if folder_of(str(mail["Subject"])) != folder:
                    self.found.wrong.append(f"{mail['Subject']} lies in {folder}")
        self._count("filing of", ids, lying)

    def _count(self, what: str, ids: list[str], counts: Counter[str]) -> None:
        self.found.lost += [f"{what} {number}" for number in ids if counts[number] == 0]
        self.found.doubled += [f"{what} {item}" for item, count in counts.items() if count > 1]
        self.found.wrong += [f"{what} {count}, which nobody wrote" for count in counts if count not in ids]

    def _check_workspace(self, ids: list[str]) -> None:
        workspace = workspaces.open_(self._folder)
        reader = workspace.database.reader()
        try:
            workspace.database.check()
            report = audit.verify(reader, noted=heads.read(self._folder), triggers=audit_triggers())
            self.found.wrong += [finding.what for finding in report.findings]
            rows = reader.execute("SELECT external_id FROM event").fetchall()
            self._count("event of", ids, Counter(str(row[0]).partition("#")[0] for row in rows))
            runs = reader.execute("SELECT state, count(*) FROM run GROUP BY state").fetchall()
            if runs != [("done", len(ids))]:
                self.found.wrong.append(f"runs: {runs}")
            effects = reader.execute("SELECT state, count(*) FROM effect GROUP BY state").fetchall()
            if effects != [("done", 2 * len(ids))]:
                self.found.wrong.append(f"effects: {effects}")
        finally:
            reader.close()
            workspace.close()

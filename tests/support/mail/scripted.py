"""A small IMAP server over real sockets that does what some real ones do, at the test's word."""

import re
import socketserver
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Fault = Literal["ghost", "hangs up", "says no", "empty", "empty in parts", "short", "short in parts", "without date"]
FOLDERS = (("", "INBOX"), ("\\Sent", "Sent"), ("\\Drafts", "Drafts"), ("\\Archive", "Archive"), ("\\Trash", "Trash"))


@dataclass
class ScriptedImap:
    """Mails of one inbox by their numbers; `faults` says what happens when one is asked for."""

    mails: dict[int, bytes]
    faults: dict[int, Fault] = field(default_factory=dict[int, Fault])
    renumbers: bool = False
    """Another UIDVALIDITY at each opening."""
    chatters: bool = False
    """Tells of nothing again and again while one waits for mail."""
    breaks_at: str = ""
    """A command at which it hangs up."""
    says_to_login: str = ""
    """Instead of letting in."""
    port: int = 0
    commands: list[str] = field(default_factory=list[str])
    validity: int = 77

    @contextmanager
    def serving(self) -> Generator["ScriptedImap"]:
        """Serve meanwhile."""
        script = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _Session(script, self).run()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            block_on_close = False

        with Server(("127.0.0.1", 0), Handler) as server:
            self.port = server.server_address[1]
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


class _HangUp(Exception):
    """The server closes the connection."""


class _Session:
    def __init__(self, script: ScriptedImap, line: socketserver.StreamRequestHandler) -> None:
        self._script = script
        self._line = line
        self._now = datetime.now(UTC)

    def run(self) -> None:
        self._say("* OK ready")
        try:
            while said := self._line.rfile.readline():
                tag, _, rest = said.decode("utf-8", "replace").strip().partition(" ")
                self._script.commands.append(rest)
                self._answer(tag, rest, rest.upper())
        except (_HangUp, OSError):
            return

    def _say(self, text: str) -> None:
        self._line.wfile.write(text.encode() + b"\r\n")

    def _answer(self, tag: str, rest: str, upper: str) -> None:
        script = self._script
        if script.breaks_at and upper.startswith(script.breaks_at):
            raise _HangUp
        if upper.startswith("CAPABILITY"):
            self._say("* CAPABILITY IMAP4rev1 IDLE UIDPLUS MOVE")
        elif upper.startswith("LOGIN") and script.says_to_login:
            self._say(f"{tag} {script.says_to_login}")
            return
        elif upper.startswith("LIST"):
            for flag, name in FOLDERS:
                self._say(f'* LIST (\\HasNoChildren {flag}) "/" "{name}"')
        elif upper.startswith(("SELECT", "EXAMINE")):
            self._open(len(script.mails) if "INBOX" in upper else 0)
        elif upper.startswith("UID SEARCH"):
            match = re.search(r"UID ([\d,:*]+)", rest[10:])
            found = self._named(match[1]) if match else sorted(script.mails)
            if "HEADER" in upper:
                found = []
            self._say("* SEARCH " + " ".join(map(str, found)))
        elif upper.startswith("UID FETCH"):
            for uid in self._named(rest.split()[2]):
                if self._fetch(uid, rest, tag):
                    return
        elif upper == "IDLE":
            self._idle()
        elif upper.startswith("LOGOUT"):
            self._say("* BYE")
            raise _HangUp
        self._say(f"{tag} OK done")

    def _open(self, count: int) -> None:
        if self._script.renumbers:
            self._script.validity += 1
        highest = max(self._script.mails, default=0) if count else 0
        for said in (
            f"* {count} EXISTS", "* 0 RECENT", "* FLAGS (\\Seen \\Deleted)",
            f"* OK [UIDVALIDITY {self._script.validity}] ok", f"* OK [UIDNEXT {highest + 1}] ok",
        ):  # fmt: skip
            self._say(said)

    def _named(self, numbers: str) -> list[int]:
        found: set[int] = set()
        highest = max(self._script.mails, default=1)
        for part in numbers.split(","):
            first, _, last = part.partition(":")
            ends = [highest if end == "*" else int(end) for end in (first, last or first)]
            found |= {uid for uid in self._script.mails if min(ends) <= uid <= max(ends)}
        return sorted(found)

    def _idle(self) -> None:
        self._say("+ idling")
        if self._script.chatters:
            self._line.connection.settimeout(0.005)
            while True:
                try:
                    self._line.connection.recv(100)
                    break
                except TimeoutError:
                    self._say("* OK still here")
            self._line.connection.settimeout(None)
        else:
            self._line.rfile.readline()

    def _fetch(self, uid: int, rest: str, tag: str) -> bool:
        """Answer for one mail; True where the command is over."""
        raw, fault = self._script.mails[uid], self._script.faults.get(uid)
        parts = [f"UID {uid}", f"RFC822.SIZE {len(raw)}", "FLAGS ()"]
        if fault != "without date":
            parts.append(f'INTERNALDATE "{self._now:%d-%b-%Y %H:%M:%S} +0000"')
        bodies: list[str] = re.findall(r"BODY(?:\.PEEK)?(\[[^\]]*\])(?:<0\.\d+>)?|(RFC822)(?![.\w])", rest)
        wanted: list[Any] = [inside or name for inside, name in bodies]
        if not wanted:
            self._say(f"* {uid} FETCH ({' '.join(parts)})")
            return False
        if fault == "ghost":
            return False
        if fault == "hangs up":
            raise _HangUp
        if fault == "says no":
            self._say(f"{tag} NO [SERVERBUG] the mail cannot be opened")
            return True
        head, _, text = raw.partition(b"\r\n\r\n")
        held = {"[]": raw, "RFC822": raw, "[HEADER]": head + b"\r\n\r\n", "[TEXT]": text}
        said = f"* {uid} FETCH ({' '.join(parts)}".encode()
        for name in wanted:
            given = held[name]
            if fault == "empty" or (fault == "empty in parts" and name == "[]"):
                given = b""
            elif fault == "short" or (fault == "short in parts" and name == "[]"):
                given = given[: len(given) // 4]
            label = name if name == "RFC822" else f"BODY{name}{'<0>' if name == '[]' and '<0.' in rest else ''}"
            said += f" {label} {{{len(given)}}}\r\n".encode() + given
        self._line.wfile.write(said + b")\r\n")
        return False

"""A real Dovecot on loopback: IMAP, submission and LMTP, with users and folders of its own in a temporary folder.

What is submitted goes through a relay (`tests.support.mail.relay`) back to LMTP, as mail does in the world. It can
be stopped, killed and started again on the same ports, and its mailboxes can be given a new UIDVALIDITY.
"""

import contextlib
import grp
import os
import pwd
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from opsconsole.connectors.mail.imap.client import Imap, connect
from tests.support.http.certificates import Certificates
from tests.support.mail.dovecotconf import FOLDER, TEXT, TLS, USE
from tests.support.mail.reading import Folders
from tests.support.ports import free_port

PATIENCE_S = 15.0
REQUIRED = "OPSCONSOLE_REQUIRE"
"""Words in this variable turn skipping into failing."""


def program() -> str:
    """Find Dovecot; skip the test where there is none, or fail where it is required."""
    found = shutil.which("dovecot", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
    has_parts = all((Path("/usr/lib/dovecot") / name).exists() for name in ("imap", "submission", "lmtp"))
    if found is not None and has_parts:
        return found
    why = "Dovecot (dovecot-imapd, dovecot-submissiond, dovecot-lmtpd) is not installed"
    if "dovecot" in os.environ.get(REQUIRED, ""):
        pytest.fail(why)
    pytest.skip(why)


@dataclass
class Dovecot(Folders):
    """One server. `users` maps addresses to passwords."""

    users: Mapping[str, str]
    relay_port: int = 0
    has_tls: bool = False
    extra_passdb: str = ""
    """Configuration lines put before the password file, for tests of other ways to sign in."""
    extra: Sequence[str] = ()
    separator: str = "/"
    prefix: str = ""
    """What the names of all folders but the inbox begin with."""
    has_special_use: bool = True
    """Tells what its folders are for; else only their names do."""
    uses: Mapping[str, str] = field(default_factory=dict[str, str])
    """What folders are for, by name; empty: each is for what its name says."""
    folders: Sequence[str] = ("Sent", "Drafts", "Archive", "Trash", "Junk")
    imap_port: int = field(default_factory=free_port)
    imaps_port: int = field(default_factory=free_port)
    smtp_port: int = field(default_factory=free_port)
    lmtp_port: int = field(default_factory=free_port)
    tls_names: str = "DNS:localhost,IP:127.0.0.1"
    tls_days: int = 2
    certificates: Certificates | None = field(default=None, init=False)
    _process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self._program = program()
        # Not pytest's folder: sockets need a short path, and the server does not run as root, who alone may go there.
        self._place = tempfile.TemporaryDirectory(prefix="dovecot-")
        self.folder = Path(self._place.name)
        self._account = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        if self.has_tls:
            self.certificates = Certificates.made(self.folder / "tls", names=self.tls_names, days=self.tls_days)
        self._config = self.folder / "dovecot.conf"

    def __enter__(self) -> "Dovecot":
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()  # ending in order takes it a second, and nothing is kept
        self._place.cleanup()

    @property
    def log(self) -> str:
        """What the server says."""
        path = self.folder / "dovecot.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def home(self, user: str) -> Path:
        """Where a user's mail lies."""
        return self.folder / "mail" / user

    def start(self) -> None:
        """Start, and return once every port answers."""
        for user in self.users:
            self.home(user).mkdir(parents=True, exist_ok=True)
        me, group = self._account.pw_uid, self._account.pw_gid
        rows = [f"{user}:{{PLAIN}}{word}:{me}:{group}::{self.home(user)}::" for user, word in self.users.items()]
        (self.folder / "users").write_text("\n".join(rows) + "\n", encoding="utf-8")
        self._config.write_text(self._text(), encoding="utf-8")
        is_root = os.getuid() == 0
        if is_root:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, me, group, follow_symlinks=False)
        with (self.folder / "out.log").open("ab") as said:
            self._process = subprocess.Popen(
                [self._program, "-F", "-c", str(self._config)], start_new_session=True, stdin=subprocess.DEVNULL,
                stdout=said, stderr=said, user=me if is_root else None, group=group if is_root else None,
                extra_groups=[] if is_root else None,
            )  # fmt: skip
        self.wait_ready()

    def wait_ready(self) -> None:
        """Wait until every port answers."""
        deadline = time.monotonic() + PATIENCE_S
        for port in (self.imap_port, self.smtp_port, self.lmtp_port):
            while not _greets(port):
                ended = self._process is None or self._process.poll() is not None
                if ended or time.monotonic() > deadline:
                    said = (self.folder / "out.log").read_text(encoding="utf-8")[-2000:]
                    raise RuntimeError(f"Dovecot does not serve port {port}: {said}{self.log[-2000:]}")
                threading.Event().wait(0.01)

    def stop(self) -> None:
        """End in order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End every process of it at once."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if how is signal.SIGTERM:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def restart(self, *, is_killed: bool = False) -> None:
        """End and start again on the same ports."""
        self._end(signal.SIGKILL if is_killed else signal.SIGTERM)
        self.start()

    def forget_uids(self, user: str) -> None:
        """Let the server number a user's mail anew: every folder has another UIDVALIDITY afterwards."""
        for path in self.home(user).rglob("dovecot*"):
            if path.name.startswith(("dovecot-uidlist", "dovecot.index")):
                path.unlink(missing_ok=True)

    def deliver(self, raw: bytes, *recipients: str, sender: str = "ann@harbour.example") -> None:
        """Hand a mail over by LMTP, byte for byte; returns once it lies in every inbox."""
        deliver(self.lmtp_port, raw, recipients, sender=sender)

    def client(self, user: str) -> Imap:
        """Sign in as a user, past every proxy."""
        made = connect(
            "127.0.0.1", self.imap_port, has_tls=False, context=None, connect_s=PATIENCE_S, answer_s=PATIENCE_S
        )
        made.login(user, self.users[user])
        return made

    def _text(self) -> str:
        certificates = self.certificates
        tls = "ssl = no" if certificates is None else TLS.format(server=certificates.server, key=certificates.key)
        return TEXT.format(
            folder=self.folder,
            name=self._account.pw_name,
            group=grp.getgrgid(self._account.pw_gid).gr_name,
            first_uid=min(self._account.pw_uid, 500),
            first_gid=min(self._account.pw_gid, 500),
            tls=tls,
            relay_port=self.relay_port or self.lmtp_port,
            extra_passdb=self.extra_passdb,
            files=f"scheme=PLAIN {self.folder}/users",
            separator=self.separator,
            prefix=self.prefix,
            folders="".join(
                FOLDER.format(name=name, use=USE.format(name=use) if use and self.has_special_use else "")
                for name, use in {name: self.uses.get(name, "") if self.uses else name for name in self.folders}.items()
            ),
            imap_port=self.imap_port,
            imaps=self.imaps_port if self.has_tls else 0,
            smtp_port=self.smtp_port,
            lmtp_port=self.lmtp_port,
            extra="\n".join(self.extra),
        )


def deliver(port: int, raw: bytes, recipients: Sequence[str], *, sender: str) -> None:
    """Hand a mail over by LMTP.

    Raises:
        OSError: the server cannot be reached, hung up, or refused; smtplib's own errors are such.
    """
    with smtplib.LMTP("127.0.0.1", port) as lmtp:
        refused = lmtp.sendmail(sender, list(recipients), raw)
        if refused:
            raise OSError(f"refused: {refused}")


def trusting(certificates: Certificates) -> ssl.SSLContext:
    """Return a context that trusts the rig's own authority."""
    return ssl.create_default_context(cafile=str(certificates.authority))


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0) as asked:
            asked.settimeout(1.0)
            return bool(asked.recv(1))
    except OSError:
        return False

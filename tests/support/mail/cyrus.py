"""A real Cyrus on loopback, with `INBOX.` before all folders or without: IMAP and LMTP in a temporary folder.

Its packages and those of Dovecot cannot be installed beside each other, so its own are unpacked into `.tools/cyrus`.
"""

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from opsconsole.connectors.mail.imap.client import Imap, connect
from tests.support.mail.dovecot import PATIENCE_S, deliver
from tests.support.mail.reading import Folders
from tests.support.needed import lacking
from tests.support.ports import free_port

PACKAGES = ("cyrus-imapd", "cyrus-common", "libical3", "libxapian30", "libpcre3", "sasl2-bin")
PLACE = Path(__file__).parents[3] / ".tools" / "cyrus"
FETCH_S = 120
CONF = """
configdirectory: {folder}/conf
partition-default: {folder}/spool
defaultpartition: default
cyrus_user: {user}
cyrus_group: {group}
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {folder}/sasldb2
sasl_mech_list: PLAIN LOGIN
allowplaintext: yes
virtdomains: off
unixhierarchysep: {is_slash}
altnamespace: {is_alt}
autocreate_quota: 0
autocreate_post: yes
imapidlepoll: 1
autocreate_inbox_folders: Sent|Drafts|Archive|Trash
lmtpsocket: {folder}/run/lmtp
idlesocket: {folder}/run/idle
notifysocket: {folder}/run/notify
proc_path: {folder}/run/proc
"""
SERVICES = """
START {{
  recover cmd="{bin}/ctl_cyrusdb -C {folder}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{bin}/imapd -C {folder}/imapd.conf" listen="127.0.0.1:{imap}" prefork=1
  lmtp cmd="{bin}/lmtpd -a -C {folder}/imapd.conf" listen="127.0.0.1:{lmtp}" prefork=1
}}
EVENTS {{
}}
"""


def unpacked() -> Path:
    """Return the folder of the unpacked packages; skip the test, with the reason, where they cannot be had."""
    root = PLACE / "root"
    PLACE.mkdir(parents=True, exist_ok=True)
    with (PLACE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (PLACE / "complete").exists():
            if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
                lacking("cyrus", "its packages can only be unpacked where apt-get and dpkg are")
            _fetch(root)
            (PLACE / "complete").touch()
    return root


def _fetch(root: Path) -> None:
    try:
        subprocess.run(["apt-get", "download", *PACKAGES], cwd=PLACE, check=True, capture_output=True, timeout=FETCH_S)
        for package in sorted(PLACE.glob("*.deb")):
            subprocess.run(["dpkg", "-x", str(package), str(root)], check=True, capture_output=True)
    except (subprocess.SubprocessError, OSError) as error:
        lacking("cyrus", f"its packages cannot be fetched here ({type(error).__name__})")


@dataclass
class Cyrus(Folders):
    """One server. `users` maps addresses to passwords; one signs in by the part before the @."""

    users: Mapping[str, str]
    is_under_inbox: bool = True
    """Folders are called `INBOX.Sent`; else `Sent`, and `/` parts their names."""
    extra: Sequence[str] = ()
    """Lines of its configuration."""
    imap_port: int = field(default_factory=free_port)
    lmtp_port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self._root = unpacked()
        self._bin = self._root / "usr/lib/cyrus/bin"
        self._place = tempfile.TemporaryDirectory(prefix="cyrus-")
        self.folder = Path(self._place.name)
        self._account = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        libraries = [str(self._root / part / "x86_64-linux-gnu") for part in ("usr/lib", "lib")]
        self._environment = {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(libraries)}

    def __enter__(self) -> "Cyrus":
        try:
            self._prepare()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._place.cleanup()

    def _prepare(self) -> None:
        for name in (
            "spool",
            "run",
            *(f"conf/{part}" for part in ("proc", "db", "socket", "log", "msg", "user", "quota")),
        ):
            (self.folder / name).mkdir(parents=True)
        yes = {True: "yes", False: "no"}
        group = subprocess.run(["id", "-gn", self._account.pw_name], check=True, capture_output=True, text=True)
        settings = CONF.format(
            folder=self.folder, user=self._account.pw_name, group=group.stdout.strip(),
            is_slash=yes[not self.is_under_inbox], is_alt=yes[not self.is_under_inbox],
        )  # fmt: skip
        (self.folder / "imapd.conf").write_text(settings + "\n".join((*self.extra, "")), encoding="utf-8")
        services = SERVICES.format(bin=self._bin, folder=self.folder, imap=self.imap_port, lmtp=self.lmtp_port)
        (self.folder / "cyrus.conf").write_text(services, encoding="utf-8")
        for user, word in self.users.items():
            keep = [str(self._root / "usr/sbin/saslpasswd2"), "-p", "-c", "-f", str(self.folder / "sasldb2")]
            subprocess.run(
                [*keep, "-u", socket.gethostname(), login(user)], input=word.encode(), check=True, capture_output=True,
                env=self._environment,
            )  # fmt: skip
        if os.getuid() == 0:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, self._account.pw_uid, self._account.pw_gid)

    def start(self) -> None:
        """Start, and return once it lets every user in."""
        files = {"-C": "imapd.conf", "-M": "cyrus.conf", "-p": "run/master.pid"}
        options = [part for option, name in files.items() for part in (option, str(self.folder / name))]
        with (self.folder / "out.log").open("ab") as said:
            self._process = subprocess.Popen(
                [str(self._bin / "master"), *options, "-D"], start_new_session=True, stdin=subprocess.DEVNULL,
                stdout=said, stderr=said, env=self._environment,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                for user in self.users:
                    self.client(user).logout()
                return
            except Exception:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise
                threading.Event().wait(0.05)

    def kill(self) -> None:
        """End every process of it at once."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def restart(self, *, is_killed: bool = True) -> None:
        """End and start again on the same ports."""
        self.kill()
        self.start()

    def home(self, user: str) -> Path:
        """Where a user's mail lies."""
        return self.folder / "spool"

    def deliver(self, raw: bytes, *recipients: str, sender: str = "ann@harbour.example") -> None:
        """Hand a mail over by LMTP; returns once it lies in every inbox."""
        deliver(self.lmtp_port, raw, recipients, sender=sender)

    def client(self, user: str) -> Imap:
        """Sign in as a user."""
        made = connect(
            "127.0.0.1", self.imap_port, has_tls=False, context=None, connect_s=PATIENCE_S, answer_s=PATIENCE_S
        )
        made.login(login(user), self.users[user])
        return made


def login(address: str) -> str:
    """Return the name with which one signs in there."""
    return address.partition("@")[0]

"""The operating system's own packages, by apt on Debian and Ubuntu. Only as root; asks for no password."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from . import report, settings

QT_PACKAGES = (
    # Qt without a screen.
    *(
        "libgl1",
        "libegl1",
        "libxkbcommon0",
        "libfontconfig1",
        "libglib2.0-0",
        "libdbus-1-3",
        "libgssapi-krb5-2",
    ),
    # A window on X11.
    *("libxkbcommon-x11-0", "libxcb-cursor0", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-shape0"),
    *("libxcb-randr0", "libxcb-xkb1", "libx11-xcb1"),
)

TEST_PACKAGES = ("dovecot-imapd", "dovecot-submissiond", "dovecot-lmtpd", "gnome-keyring", "dbus-daemon")
"""Real servers that tests talk to: a mail server, a keyring."""


def has_apt() -> bool:
    """Whether this is a Debian-like system."""
    return sys.platform == "linux" and shutil.which("apt-get") is not None


def may_install() -> bool:
    """Whether packages can be installed here without asking anybody."""
    return has_apt() and os.geteuid() == 0


def line_for(packages: Iterable[str]) -> str:
    """The exact line a person runs to install `packages`."""
    who = "" if os.geteuid() == 0 else "sudo "
    return f"{who}apt-get update && {who}apt-get install -y {' '.join(packages)}"


def install(what: str, packages: Sequence[str], *, env: Mapping[str, str]) -> None:
    """Install Debian packages as root.

    Raises:
        report.CommandError: apt failed, also after its lists were fetched anew.
    """
    env = {**env, "DEBIAN_FRONTEND": "noninteractive"}
    get = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=2"]
    command = [*get, "install", "-y", "--no-install-recommends", *packages]
    if _has_lists():
        try:
            report.run(f"installing {what}", command, env=env)
            return
        except report.CommandError:
            pass  # Often the lists are too old; fetch them and try once more.
    report.run("fetching the system's package lists", [*get, "update", "--error-on=any"], env=env)
    report.run(f"installing {what}", command, env=env)


def _has_lists() -> bool:
    return any(Path("/var/lib/apt/lists").glob("*_Packages*"))


def _is_installed(package: str, installed: set[str]) -> bool:
    return package in installed or f"{package}t64" in installed


def qt_libraries(*, env: Mapping[str, str]) -> None:
    """Bring in what Qt needs from the system, or say how to. Never fails: only the window needs it."""
    if not settings.QT_LIBRARIES or sys.platform != "linux":
        return
    if not has_apt():
        report.say("  note: the window, once there is one, needs Qt's system libraries (OpenGL, xkbcommon, xcb)")
        return
    without = "Everything works without them as long as there is no window. When you want them, run:"
    _bring("the window's system libraries", QT_PACKAGES, without, env=env)


def test_servers(*, env: Mapping[str, str]) -> None:
    """Bring in the real servers that tests talk to, or say how to. Never fails: without them tests are skipped."""
    if has_apt():
        without = "Tests against a real mail server and a real keyring are skipped. When you want them, run:"
        _bring("real servers for the tests", TEST_PACKAGES, without, env=env)
    else:
        report.say("  note: tests against Dovecot and a real keyring are skipped where they are not installed.")


def _bring(what: str, packages: Sequence[str], without: str, *, env: Mapping[str, str]) -> None:
    query = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n"],
        capture_output=True,
        text=True,
        check=False,
    )
    installed = {line.split()[0] for line in query.stdout.splitlines() if line.endswith(" installed")}
    missing = [package for package in packages if not _is_installed(package, installed)]
    if not missing:
        return
    if may_install():
        try:
            install(what, missing, env=env)
            return
        except report.CommandError as problem:
            report.say(f"  note: {what} could not be installed now.")
            if problem.hint != report.NETWORK:
                report.say(problem.tail)
    else:
        report.say(f"  note: {what} are not all on this machine.")
    report.say(f"  {without}")
    report.say(f"    {line_for(missing)}")

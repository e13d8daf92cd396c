"""Servers from npm that some tests start, in `.tools/npm`: pinned by `packaging/npm/package-lock.json`.

Never fails: where there is no Node.js, or nothing can be fetched, those tests are skipped with the reason.
"""

import hashlib
import shutil

from . import report, settings, surroundings

SOURCE = settings.PACKAGING / "npm"
PLACE = settings.TOOLS / "npm"
_STAMP = PLACE / "lock.sha256"


def ensure() -> None:
    """Bring `.tools/npm` up to the lock."""
    files = [SOURCE / name for name in ("package.json", "package-lock.json")]
    key = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    if _STAMP.is_file() and _STAMP.read_text(encoding="ascii") == key:
        return
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        report.say("  note: there is no Node.js (npm) on this machine; tests against its servers are skipped.")
        return
    PLACE.mkdir(parents=True, exist_ok=True)
    _STAMP.unlink(missing_ok=True)
    for path in files:
        shutil.copy(path, PLACE / path.name)
    # Scripts of packages are not run: none of these needs any.
    command = [npm, "ci", "--prefix", str(PLACE), "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        report.run("fetching servers for tests from npm", command, env=surroundings.for_setup())
    except report.CommandError as problem:
        report.say("  note: they could not be fetched; tests against them are skipped.")
        report.say(problem.tail)
        return
    _STAMP.write_text(key, encoding="ascii")

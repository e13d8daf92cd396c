"""Third-party notices: the licence of every part that the program needs, from the metadata of the locked parts.

Parts of other systems (Windows, macOS) are fetched for their metadata alone; nothing of them is installed.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from . import installer, report, settings, surroundings

NOTICES = settings.PACKAGING / "THIRD-PARTY-NOTICES.md"
TEXTS = settings.PACKAGING / "licenses"
KEPT = ("GPL-3.0.txt", "LGPL-3.0.txt")
"""Texts that no part carries: those of Qt, and the one they refer to."""
BROWSER = "sys_platform == 'emscripten'"
"""What stands at a part for Python in a browser, where no desktop program runs."""
QT = ("pyside6-essentials", "shiboken6")
PYTHONS = ("3.11", "3.14")
PLATFORMS = ("x86_64-pc-windows-msvc", "aarch64-apple-darwin", "x86_64-manylinux_2_28")
_PART = re.compile(r"^([a-z0-9][a-z0-9.-]*)==.*(?:\n .*)*", re.MULTILINE)
_TEXT = re.compile(r"(licen[cs]e|copying|notice|authors)[^/]*$", re.IGNORECASE)
_HEAD = """\
# Third-party notices

Made by `python3 packaging/dev.py notices`; not edited by hand.

opsconsole is under the MIT licence (LICENSE). It needs the parts below, which are installed beside it, unchanged,
each under its own licence. Texts and copyright notices are in `licenses/`.

**Qt, PySide6 and Shiboken6** are used under the GNU Lesser General Public License, version 3:
`licenses/LGPL-3.0.txt`, and `licenses/GPL-3.0.txt`, which it refers to. They are separate parts that you may replace
by another compatible version, with any installer of Python packages, in the environment that opsconsole is installed
in. Their source: https://code.qt.io/pyside/pyside-setup and https://code.qt.io/qt/qtbase. Licences of what Qt itself
holds: https://doc.qt.io/qt-6/licenses-used-in-qt.html

**Inter**, the typeface, is under the SIL Open Font License, version 1.1: `resources/fonts/Inter-LICENSE.txt`.

**email-providers**, the list of public mail providers, is under the ISC licence, whose text stands at its head:
`opsconsole/policy/publicmail.txt`.

| part | licence | text |
| --- | --- | --- |
"""


def make() -> None:
    """Write the notices anew.

    Raises:
        report.SetupError: a part's metadata could not be had.
    """
    report.start_log()
    parts = locked()
    found = {name: part for name, part in _installed(settings.VENV).items() if name in parts}
    missing = {name: block for name, block in parts.items() if name not in found}
    place = settings.TOOLS / "notices"
    shutil.rmtree(place, ignore_errors=True)
    try:
        if missing:
            found |= _fetched(missing, place)
        if lacking := sorted(set(parts) - set(found)):
            raise report.SetupError(f"No metadata of {', '.join(lacking)}.", "Look at their markers in the lock.")
        _write({name: found[name] for name in sorted(parts)})
    finally:
        shutil.rmtree(place, ignore_errors=True)
    report.say(f"opsconsole: the notices of {len(parts)} parts are in {NOTICES.relative_to(settings.ROOT)}")


def locked() -> dict[str, str]:
    """Return the lines of the lock of every part that the program needs, on any system but a browser, by name."""
    text = settings.LOCKS["run"].read_text(encoding="utf-8")
    return {match[1]: match[0] for match in _PART.finditer(text) if BROWSER not in match[0]}


def _installed(*roots: Path) -> dict[str, metadata.Distribution]:
    folders = [str(folder) for root in roots for folder in (*root.glob("[Ll]ib/**/site-packages"), root)]
    parts = metadata.distributions(path=folders)
    return {re.sub(r"[-_.]+", "-", part.name).lower(): part for part in parts}


def _fetched(missing: Mapping[str, str], place: Path) -> dict[str, metadata.Distribution]:
    env = surroundings.for_setup()
    uv = installer.find_or_fetch(env)
    place.mkdir(parents=True)
    wanted = place / "wanted.txt"
    wanted.write_text("\n".join(missing.values()) + "\n", encoding="utf-8")
    targets = [(place / f"{system}-{python}", system, python) for system in PLATFORMS for python in PYTHONS]
    command = [uv, "pip", "install", "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(wanted)]
    try:
        for target, platform, python in targets:
            where = ["--target", str(target), "--python-platform", platform, "--python-version", python]
            report.run(f"fetching parts of {platform} with Python {python}", [*command, *where], env=env)
    except report.CommandError as problem:
        raise report.as_setup_error("Fetching parts of other systems", problem) from problem
    return _installed(*(target for target, _, _ in targets))


def _write(parts: Mapping[str, metadata.Distribution]) -> None:
    for old in TEXTS.glob("*.txt"):
        if old.name not in KEPT:
            old.unlink()
    rows: list[str] = []
    for name, part in parts.items():
        texts = list(_texts(part))
        if texts:
            where = f"`licenses/{name}.txt`"
            (TEXTS / f"{name}.txt").write_text("\n".join(texts), encoding="utf-8", newline="\n")
        else:
            where = " ".join(f"`licenses/{text}`" for text in KEPT[::-1]) if name in QT else "it carries none"
        rows.append(f"| {name} | {'LGPL-3.0-only' if name in QT else licence(part)} | {where} |")
    NOTICES.write_text(_HEAD + "\n".join(rows) + "\n", encoding="utf-8", newline="\n")


def _texts(part: metadata.Distribution) -> Iterator[str]:
    for file in sorted(part.files or (), key=str):
        if _TEXT.search(str(file)) and file.suffix not in (".py", ".pyc", ".pyi"):
            text = Path(str(file.locate())).read_text(encoding="utf-8", errors="replace")
            yield f"==== {part.name}: {file.name} ====\n\n{_plain(text)}\n"


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def licence(part: metadata.Distribution) -> str:
    """Return the licence that a part declares: an SPDX expression where it has one."""
    kinds = [kind.rpartition(" :: ")[2] for kind in _said(part, "Classifier") if kind.startswith("License ::")]
    short = [name for name in _said(part, "License") if len(name) < 60 and "\n" not in name]
    return ", ".join(_said(part, "License-Expression") or short or kinds) or "see its text"


def _said(part: metadata.Distribution, field: str) -> list[str]:
    return [value for value in part.metadata.get_all(field) or () if value]

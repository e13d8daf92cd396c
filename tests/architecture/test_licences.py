"""Whoever gets the program gets its licence, and those of all that it needs."""

import re
import tomllib

from tests.architecture.tree import ROOT

PACKAGING = ROOT / "packaging"
AGAIN = "run `python3 packaging/dev.py notices`"


def notices() -> str:
    return (PACKAGING / "THIRD-PARTY-NOTICES.md").read_text(encoding="utf-8")


def test_every_part_of_the_lock_is_named_and_no_other() -> None:
    lock = (PACKAGING / "requirements.lock").read_text(encoding="utf-8")
    named = re.findall(r"^\| ([a-z0-9][a-z0-9.-]*) \| [^|]+ \| [^|]+ \|$", notices(), re.MULTILINE)
    locked = re.findall(r"^([a-z0-9][a-z0-9.-]*)==(?!.*sys_platform == 'emscripten')", lock, re.MULTILINE)
    assert [name for name in named if name != "part"] == locked, AGAIN


def test_every_text_that_is_named_is_there_and_no_other() -> None:
    named = set(re.findall(r"`licenses/([^`]+)`", notices()))
    assert named == {path.name for path in (PACKAGING / "licenses").iterdir()}, AGAIN
    assert (ROOT / "resources" / "fonts" / "Inter-LICENSE.txt").is_file()


def test_qt_comes_with_the_texts_of_its_licence() -> None:
    assert re.search(r"^\| pyside6-essentials \| LGPL-3.0-only \|", notices(), re.MULTILINE)
    for name, title in (("LGPL-3.0", "GNU LESSER GENERAL PUBLIC LICENSE"), ("GPL-3.0", "GNU GENERAL PUBLIC LICENSE")):
        text = (PACKAGING / "licenses" / f"{name}.txt").read_text(encoding="utf-8")
        assert text.split("Version 3, 29 June 2007")[0].strip() == title
        assert len(text.splitlines()) > 160, "the whole text"


def test_our_own_licence_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "MIT"
    assert "the opsconsole authors" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert all(list(ROOT.glob(pattern)) for pattern in project["license-files"])

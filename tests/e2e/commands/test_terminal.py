"""Whatever a mail, a model or a file says, it does not steer the terminal it is printed on."""

import json
import unicodedata
from pathlib import Path

from opsconsole.store.queries.desk.records import get
from tests.support.files import raw
from tests.support.shell import STEERING, Run, write_mail


def steers(text: str) -> list[str]:
    """Characters that a terminal obeys, or that turn text around."""
    return [f"U+{ord(c):04X}" for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs")]


def test_a_hostile_mail_is_printed_harmlessly(working: Run, tmp_path: Path, folder: Path) -> None:
    path = write_mail(tmp_path, 2, subject=f"Hello {STEERING}", name=f"Eve{STEERING}", text=f"text {STEERING}\u2028end")
    working("import", "--work", path)
    working("engine", "--once")
    (second,) = (approval["id"] for approval in working("approvals", "list", "--json").json[1:])
    for words in (
        ["feed"], ["feed", "--json"], ["approvals", "list"], ["approvals", "list", "--json"], ["approvals", "show",
        second],
        ["approvals", "show", second, "--json"], ["runs", "show", 2], ["runs", "show", 2, "--json"], ["status"],
        ["audit", "tail", "-n", 99],
        ["audit", "tail", "--json", "-n", 99], ["cases", "list"],
    ):  # fmt: skip
        said = working(*words)
        assert "Traceback" not in said.err
        assert steers(said.out) == [] and steers(said.err) == [], words
    assert "Hello" in working("feed").out


def test_what_a_program_wrote_into_the_file_is_printed_harmlessly(working: Run, folder: Path) -> None:
    """Even text that no connector cleaned: names of tools and arguments that a model made up."""
    bad = json.dumps({f"to{STEERING}": f"x{STEERING}"})
    with raw(folder / "workspace.db") as conn:
        conn.execute("DROP TRIGGER content_no_update")
        conn.execute("UPDATE action SET tool = 'desk.x' || ?", (STEERING,))
        conn.execute("UPDATE content SET bytes = ? WHERE id IN (SELECT args_id FROM action)", (bad.encode(),))
        conn.execute("UPDATE approval SET because = ?", (f"because {STEERING}",))
        assert get(conn, "ticket", 1) is not None
    for words in (["approvals", "list"], ["approvals", "show", 1], ["runs", "show", 1], ["runs", "show", 1, "--json"]):
        said = working(*words)
        assert said.code == 0, said.err
        assert steers(said.out) == [], words

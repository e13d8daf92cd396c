"""agents new --blank: an agent of one's own folders, printed, written, put in use, or refused with what to do."""

import errno
import io
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.mail.mailboxes import OWN, mailbox, write_mailbox
from tests.support.shell import Run


def test_an_agent_is_made_of_the_folders_of_a_mailbox(run: Run, tmp_path: Path) -> None:
    run("init")
    refused = run("agents", "new", "--blank", "--name", "Card desk")
    assert refused.code == 2 and "nothing to propose" in refused.err and "import" in refused.err
    box = write_mailbox(tmp_path / "box", mailbox(12))
    assert run("import", str(box), "--own", OWN).code == 0
    assert run("agents", "new", "--blank").code == 2, "it needs a name"
    assert "Nothing comes in from crm" in run("agents", "new", "--blank", "--name", "X", "--from", "crm").err
    assert run("agents", "new", "helpdesk", "--blank", "--name", "X").code == 2
    assert run("agents", "new", "helpdesk", "--name", "X").code == 2
    printed = run("agents", "new", "--blank", "--name", "Card desk", "--print").out
    assert [each["name"] for each in yaml.safe_load(printed)["playbook"]["categories"]] == ["Cards", "Transfers"]

    file = tmp_path / "card-desk.yaml"
    said = run("agents", "new", "--blank", "--name", "Card desk", "--to", str(file))
    assert said.code == 0 and "2 categories" in said.out and file.read_text(encoding="utf-8").strip() == printed.strip()
    assert run("agents", "new", "--blank", "--name", "Card desk", "--to", str(file)).code == 2, "it overwrites nothing"
    assert run("agents", "lint", str(file)).out.strip() == "card-desk: nothing to say."

    [facts] = run("agents", "new", "--blank", "--name", "Card desk", "--json").json
    assert facts["agent"] == "card-desk" and facts["is_in_use"] and facts["kind"] == "mail.received"
    assert [(each["place"], each["events"], len(each["examples"])) for each in facts["categories"]] == [
        ("Cards", 6, 3), ("Transfers", 6, 3),
    ]  # fmt: skip
    assert "unchanged, version 1 stays in use" in run("agents", "apply", "--without-evidence=a test", str(file)).out, (
        "the same file, byte by byte"
    )
    again = run("agents", "new", "--blank", "--name", "card desk")
    assert again.code == 2 and "is there already" in again.err
    worked = run("shadow", "run", "card-desk")
    assert worked.code == 0, worked.err
    assert run("audit", "verify").code == 0


def test_a_file_that_could_not_be_written_whole_is_not_there(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("init")
    run("import", str(write_mailbox(tmp_path / "box", mailbox(12))), "--own", OWN)
    file = tmp_path / "card-desk.yaml"
    real: Any = Path.open

    class Full(io.StringIO):
        def write(self, text: str, /) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def full(self: Path, *how: Any, **more: Any) -> Any:
        if self != file:
            return real(self, *how, **more)
        real(self, "x").close()
        return Full()

    words = ("agents", "new", "--blank", "--name", "Card desk", "--to", file)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full)
        said = run(*words)
    assert said.code == 2 and "cannot be written: No space left on device" in said.err
    assert not file.exists() and run(*words).code == 0

"""agents new: the templates there are, and one of them in use, in shadow."""

from pathlib import Path

import pytest

from opsconsole.app.session import opened
from opsconsole.store.writes import connections
from tests.support.files import raw
from tests.support.gallery.stories import TEMPLATES
from tests.support.shell import Run

each = pytest.mark.parametrize("name", [template.template for template in TEMPLATES])


def test_templates_are_listed_printed_and_put_in_use(run: Run) -> None:
    run("init")
    listed = {row["template"]: row for row in run("agents", "new", "--json").json}
    assert len(listed) == 6 and listed["helpdesk"]["lacks"] == []
    assert "no event came yet" in run("agents", "new").out
    printed = run("agents", "new", "helpdesk", "--print").out
    assert printed.startswith('# Made from the template "Helpdesk"') and "<<" not in printed
    said = run("agents", "new", "helpdesk", "--with", "inbox=desk")
    assert said.code == 0 and "version 1 is in use. It is in shadow" in said.out
    again = run("agents", "new", "helpdesk")
    assert again.code == 2 and "is in use already" in again.err
    assert run("agents", "new", "nothing").code == 2
    for wrong in ("inbox=support", "inbox", "outbox=desk"):
        assert run("agents", "new", "customer-mail", "--with", wrong).code == 2
    assert run("audit", "verify").code == 0


@each
def test_a_connection_that_a_template_needs_and_nobody_connected_is_said_before(
    run: Run, folder: Path, name: str
) -> None:
    run("init")
    with raw(next(folder.glob("*.db"))) as conn:
        conn.execute("UPDATE connection SET is_off = 1 WHERE id = 'desk'")
    (what,) = (template.needs[0].what for template in TEMPLATES if template.template == name)
    listed = {row["template"]: row for row in run("agents", "new", "--json").json}
    assert (listed[name]["lacks"], listed[name]["problem"]) == ([what], "")
    assert f"(needs {what})" in _line(run, name)
    said = run("agents", "new", name)
    assert said.code == 2 and f"needs {what}" in said.err


@each
def test_tools_that_a_template_names_and_nothing_has_are_said_before(run: Run, folder: Path, name: str) -> None:
    """A mailbox is there whose settings cannot be read, and so are none of its tools."""
    run("init")
    with opened(folder) as session:
        now = session.kernel.clock.now()
        session.write(lambda tx: connections.put(tx, "support", kind="mail", config={}, now=now), name="test")
    needs_mail = name in ("customer-mail", "helpdesk", "inbound-leads")  # a sorter takes what was brought in first
    listed = {row["template"]: row for row in run("agents", "new", "--json").json}
    problem = listed[name]["problem"]
    usable = [not row["problem"] for row in listed.values()]
    assert usable == sorted(usable, reverse=True), "those that can be used come first"
    assert bool(problem) is needs_mail and (f"({problem})" in _line(run, name)) is needs_mail
    over = next(template.needs[0].slot for template in TEMPLATES if template.template == name)
    said = run("agents", "new", name, "--with", f"{over}=support")
    assert said.code == 2 and "support" in said.err
    assert not needs_mail or ("support.draft" in said.err and "support cannot be used now" in said.err)
    assert name not in run("agents", "list").out


def _line(run: Run, name: str) -> str:
    return next(line for line in run("agents", "new").out.splitlines() if line.startswith(f"{name}:"))

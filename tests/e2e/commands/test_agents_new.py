"""agents new: the templates there are, and one of them in use, in shadow."""

from tests.support.shell import Run


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

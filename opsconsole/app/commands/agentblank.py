"""agents new --blank: an agent whose categories are those in which people put what came in."""

import contextlib
from pathlib import Path

from opsconsole.app.commands.agentversions import in_use_words
from opsconsole.app.session import Session
from opsconsole.app.words import count, say, say_json
from opsconsole.domain.errors import UserError
from opsconsole.engine.blank.answers import Answers, agent_id
from opsconsole.engine.blank.file import begin, blank_file
from opsconsole.engine.blank.proposals import Source, proposals
from opsconsole.engine.blank.signs import kind_words
from opsconsole.engine.blank.usual import usual


def begin_blank(session: Session, *, name: str, comes: str, into: Path | None, show: bool, as_json: bool) -> None:
    """Make an agent of what the past proposes: print its file, write it, or put it in use in shadow.

    Args:
        session: the workspace.
        name: of the agent.
        comes: the connection that it works; empty for the one that proposes most.
        into: where its file is written; None puts it in use.
        show: print its file instead.
        as_json: say it for programs.

    Raises:
        UserError: it has no name, nothing is proposed, or the file cannot be written.
    """
    if not name.strip():
        raise UserError("Give it a name: `--name “Card desk”`.")
    kernel = session.kernel
    source = _source(proposals(kernel), comes)
    answers = usual(name, source, kernel.registry)
    text = blank_file(answers, kernel.registry)
    if show and as_json:
        say_json({**_facts(source, answers, None), "is_in_use": False, "source": text})
        return
    if show:
        say(text.rstrip())
        return
    told = f"{count(len(answers.categories), 'category', 'categories')} from where your people put {_comes_in(source)}"
    if into is not None:
        _write(into, text)
        said = f"{into}: {told}. Read it, then `opsconsole agents apply {into}`."
    else:
        now = kernel.clock.now()
        made = session.write(
            lambda tx: begin(tx, text, kernel.registry, actor=session.actor, now=now), name="agent.apply"
        )
        said = f"{in_use_words(made)} It has {told}. It is in shadow: nothing is done."
    if as_json:
        say_json(_facts(source, answers, into))
    else:
        say(said)


def _comes_in(source: Source) -> str:
    return f"{kind_words(source.kind)} from {source.connection}"


def _source(found: tuple[Source, ...], comes: str) -> Source:
    if comes and not any(source.connection == comes for source in found):
        known = ", ".join(sorted({source.connection for source in found}))
        raise UserError(f"Nothing comes in from {comes}; there is {known}.")
    fitting = [source for source in found if comes in ("", source.connection) and source.proposals]
    likely = next((source for source in fitting if any(each.is_likely for each in source.proposals)), None)
    if likely is None:
        raise UserError(
            "No folder, queue or tag of the past tells kinds apart, so there is nothing to propose.",
            hint="Bring in a mailbox with its folders, or a table of tickets: `opsconsole import --help`.",
        )
    return likely


def _write(into: Path, text: str) -> None:
    is_ours = False
    try:
        with into.open("x", encoding="utf-8") as file:
            is_ours = True
            file.write(text)
    except FileExistsError as error:
        raise UserError(f"{into} is there already; nothing was written over it. Give --to another name.") from error
    except OSError as error:
        with contextlib.suppress(OSError):
            if is_ours:
                into.unlink()  # half a file would stand in the way of the next try
        raise UserError(f"{into} cannot be written: {error.strerror}. Nothing of it is left there.") from error


def _facts(source: Source, answers: Answers, into: Path | None) -> dict[str, object]:
    by_id = {proposal.id: proposal for proposal in source.proposals}
    return {
        "agent": agent_id(answers),
        "name": answers.name,
        "connection": source.connection,
        "kind": source.kind,
        "file": None if into is None else str(into),
        "is_in_use": into is None,
        "categories": [
            {
                "category": each.id,
                "name": each.name,
                "place": each.place,
                "events": by_id[each.id].count,
                "deed": each.deed,
                "examples": list(each.examples),
            }
            for each in answers.categories
        ],
    }

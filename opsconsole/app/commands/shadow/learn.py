"""shadow lessons, shadow learn: what corrections say about a playbook, and taking it."""

from typing import Annotated

import typer

from opsconsole.app.commands.options import MOST_MONEY, AsJson, Where
from opsconsole.app.past import work as pastwork
from opsconsole.app.session import Session, opened
from opsconsole.app.words import count, say, say_json
from opsconsole.engine.evidence import learning
from opsconsole.engine.evidence.lessons import Lesson, file_of, lessons
from opsconsole.engine.past.backtestresult import Result

Agent = Annotated[str, typer.Argument(help="The agent; `opsconsole agents list` shows them.")]


def show(
    agent: Agent,
    *,
    cap: Annotated[
        float | None,
        typer.Option(min=0, max=MOST_MONEY, help="What a backtest may cost, for an agent that thinks with a model."),
    ] = None,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Show what repeated corrections would change in an agent's file, each with its backtest. Nothing is changed."""
    with opened(workspace) as session:
        found = lessons(session.kernel, agent)
        for lesson in found:
            result = None if lesson.fault else _tried(session, lesson, cap)
            if as_json:
                say_json({**lesson.to_json(), "backtest": None if result is None else result.to_json()})
                continue
            say(f"{lesson.id}  {lesson.text} ({_pairs(lesson)}).")
            if lesson.fault:
                say(f"It cannot be taken: {lesson.fault}\n")
                continue
            say(lesson.diff)
            _tell_tried(lesson, result)
        if as_json:
            return
        if not found:
            say(f"Nothing to learn yet: the same correction has to come three times. {agent}'s file stays as it is.")
        else:
            say(f"`opsconsole shadow learn {agent} ID` takes one: it becomes a new version, by your name.")


def _tried(session: Session, lesson: Lesson, cap: float | None) -> Result | None:
    """Try a lesson on the past; None where that would cost money that nobody gave."""
    changed = file_of(session.kernel, lesson)
    is_dear = cap is None and pastwork.is_costly(session, changed)
    return None if is_dear else pastwork.tried(session, changed, cap=cap, besides=lesson.pairs)


def _tell_tried(lesson: Lesson, result: Result | None) -> None:
    if result is None:
        say("Not tried on the past: it thinks with a model, which costs money. `--cap 5` says how much at most.\n")
        return
    facts = result.to_json()
    was, now = facts["in_use_right"], facts["changed_right"]
    others = count(facts["events"], "other recorded event")
    say(f"On the {others}, those it was learnt from left out: {was} right before, {now} after;")
    say(f"  {result.better} better, {result.worse} worse. A gate does not count these pairs again.")
    if result.stopped:
        say(f"  It ended early: {result.stopped}.")
    say()


def take(
    agent: Agent,
    lesson: Annotated[str, typer.Argument(help="Its name, as `opsconsole shadow lessons` shows it.")],
    *,
    workspace: Where = None,
) -> None:
    """Take one proposed change into an agent's file. It is a new version; `agents apply` of the old file goes back."""
    with opened(workspace) as session:
        taken = session.write(
            lambda tx: learning.take(session.kernel, tx, agent, lesson, actor=session.actor), name="lesson.take"
        )
        say(f"{agent}: version {taken.number} is in use, with what was learnt from {_pairs(taken.lesson)}.")


def _pairs(lesson: Lesson) -> str:
    more = " …" if len(lesson.pairs) > 8 else ""
    return f"{count(len(lesson.pairs), 'pair')}: {', '.join(map(str, lesson.pairs[:8]))}{more}"

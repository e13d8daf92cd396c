"""agents new: an agent from a template or from blank, in shadow."""

from pathlib import Path
from typing import Annotated

import typer

from opsconsole.app import gallery
from opsconsole.app.commands.agentblank import begin_blank
from opsconsole.app.commands.agentversions import in_use_words
from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.session import opened
from opsconsole.app.words import say, say_json
from opsconsole.domain.errors import UserError
from opsconsole.engine.agents.gallery import template_of
from opsconsole.ui.reports import TemplateCard


def new(
    template: Annotated[str, typer.Argument(help="Its name; without one they are listed.")] = "",
    *,
    over: Annotated[list[str] | None, typer.Option("--with", help="SLOT=CONNECTION, where several fit.")] = None,
    blank: Annotated[bool, typer.Option("--blank", help="From blank: of your own folders or queues.")] = False,
    name: Annotated[str, typer.Option(help="With --blank: what it is called.")] = "",
    comes: Annotated[str, typer.Option("--from", help="With --blank: the connection that it works.")] = "",
    into: Annotated[Path | None, typer.Option("--to", help="With --blank: write its file here instead.")] = None,
    show: Annotated[bool, typer.Option("--print", help="Print its file instead of putting it in use.")] = False,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Put an agent from a template, or one from blank, in use; it begins in shadow."""
    if blank:
        if template or over:
            raise UserError("From blank there is no template and nothing to fill in: say --name, and --from.")
        with opened(workspace) as session:
            begin_blank(session, name=name, comes=comes, into=into, show=show, as_json=as_json)
        return
    if name or comes or into is not None:
        raise UserError("--name, --from and --to go with --blank.")
    chosen: dict[str, str] = {}
    for pair in over or ():
        slot, is_pair, name = pair.partition("=")
        if not is_pair:
            raise UserError(f"{pair!r} is no SLOT=CONNECTION, as inbox=support.")
        chosen[slot.strip()] = name.strip()
    with opened(workspace) as session:
        if not template:
            for card in gallery.cards(session):
                if as_json:
                    facts = {"template": card.name, "title": card.title, "lacks": list(card.lacks)}
                    say_json({**facts, "problem": card.problem, "matches": card.matches})
                    continue
                say(f"{card.name}: {card.sentence} ({_state(card)})")
            return
        if show:
            file = gallery.file_of(session, template_of(gallery.templates(), template), chosen)
            if as_json:
                say_json({"agent": file.spec.agent, "template": template, "source": file.source})
            else:
                say(file.source.rstrip())
            return
        made = gallery.use(session, template, chosen)
    if as_json:
        say_json({"agent": made.agent, "template": template, "version": made.number, "is_new": made.is_new})
    else:
        say(f"{in_use_words(made)} It is in shadow: nothing is done.")


def _state(card: TemplateCard) -> str:
    if card.is_in_use:
        return "in use"
    if card.lacks:
        return f"needs {', '.join(card.lacks)}"
    matching = f"{card.matches} of the last {card.looked_at} events are for it"
    return card.problem or (matching if card.looked_at else "no event came yet")

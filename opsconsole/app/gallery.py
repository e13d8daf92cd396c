"""The gallery: every template with what the workspace has for it, and a template put in use in shadow."""

from collections.abc import Mapping

from opsconsole.app.place import resources
from opsconsole.app.session import Session
from opsconsole.domain.errors import OpsError, UserError
from opsconsole.engine.agents.file import AgentFile, read_agent_text
from opsconsole.engine.agents.gallery import (
    Chosen,
    Template,
    filled,
    fitting,
    lacking,
    read_templates,
    template_of,
    tools_lacking,
)
from opsconsole.engine.agents.subscriptions import is_for
from opsconsole.engine.agents.versions import NewVersion, apply
from opsconsole.store.queries import connections, events, versions
from opsconsole.store.transaction import Transaction
from opsconsole.ui.reports import TemplateCard

LOOKED_AT = 1_000
"""Newest events that are looked through for those that a template would work."""


def templates() -> list[Template]:
    """Return the templates that come with the program."""
    return read_templates(resources() / "templates")


def cards(session: Session) -> list[TemplateCard]:
    """Return every template with what there is for it, those that can be used first."""
    present, found = _connected(session), list[TemplateCard]()
    newest = list(events.newest(session.kernel.reader, most=LOOKED_AT))
    for template in templates():
        missing, in_use, matches, problem = lacking(template, present), False, 0, ""
        if not missing:
            try:
                spec = file_of(session, template).spec
            except OpsError as error:
                problem = str(error)
            else:
                in_use = versions.current_version_of(session.kernel.reader, spec.agent) is not None
                matches = sum(is_for(spec, event) for event in newest)
        found.append(
            TemplateCard(
                name=template.template,
                title=template.title,
                sentence=template.sentence,
                most=template.most,
                never=template.never,
                lacks=tuple(missing),
                choices={
                    need.slot: (need.what, tuple(each.name for each in fitting(need, present)))
                    for need in template.needs
                },
                matches=matches,
                looked_at=len(newest),
                is_in_use=in_use,
                problem=problem,
            )
        )
    return sorted(found, key=lambda card: (_is_out(card), -card.matches, card.title))


def file_of(session: Session, template: Template, chosen: Mapping[str, str] | None = None) -> AgentFile:
    """Return a template's agent over the connections that were chosen, else over those that fit best.

    Raises:
        UserError: a connection that it needs is missing or does not fit, or a tool that it names is not there.
        FileFormatError: the file is not sound with them.
    """
    present, wanted = _connected(session), dict(chosen or {})
    picked: dict[str, Chosen] = {}
    for need in template.needs:
        fit = fitting(need, present)
        name = wanted.pop(need.slot, "")
        match = next((each for each in fit if each.name == name), None) if name else next(iter(fit), None)
        if match is None:
            which = f"{name} is not" if name else "there is nothing connected as"
            raise UserError(f"{template.title} needs {need.what}; {which} {' or '.join(need.kinds)}. Connect it first.")
        picked[need.slot] = match
    if wanted:
        raise UserError(f"{template.title} needs nothing called {', '.join(sorted(wanted))}.")
    if gone := tools_lacking(template, picked, session.kernel.registry):
        off = " and ".join(sorted({tool.partition(".")[0] for tool in gone}))
        raise UserError(
            f"{template.title} needs {', '.join(gone)}, and {off} cannot be used now. Connections tells what is amiss."
        )
    name = f"the template {template.template}"
    return read_agent_text(filled(template, picked), name, session.kernel.registry)


def use(session: Session, name: str, chosen: Mapping[str, str] | None = None) -> NewVersion:
    """Put a template in use; it begins in shadow.

    Raises:
        NotFoundError: there is no such template.
        UserError: its agent is in use already, or a connection is missing.
    """
    template = template_of(templates(), name)
    file, kernel = file_of(session, template, chosen), session.kernel
    reason = f"from the template {template.title}"

    def job(tx: Transaction) -> NewVersion:
        if versions.current_version_of(tx.conn, file.spec.agent) is not None:
            how = "Change it in Agents, or with `opsconsole agents apply`."
            raise UserError(f"{file.spec.name} is in use already. {how}")
        return apply(tx, file, kernel.registry, actor=session.actor, now=kernel.clock.now(), reason=reason)

    return session.write(job, name="agent.apply")


def _connected(session: Session) -> list[Chosen]:
    return [Chosen(row.id, row.kind) for row in connections.connections(session.kernel.reader)]


def _is_out(card: TemplateCard) -> bool:
    return bool(card.lacks or card.problem or card.is_in_use)

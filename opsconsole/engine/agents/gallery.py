"""Templates of agents: what each is for, what it needs, and its file once connections are chosen."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from opsconsole.domain.agent import AgentSpec, Frozen, Slug
from opsconsole.domain.errors import NotFoundError, UserError
from opsconsole.engine.agents.file import named_tools
from opsconsole.engine.agents.yamltext.file import YamlDocument, read_yaml
from opsconsole.engine.registry import Registry

VERBS: Mapping[str, Mapping[str, str]] = {"desk": {"draft": "draft_reply", "move": "move_mail", "send": "send_mail"}}
"""Kind of connection → what a verb of a mailbox is called there, where it is called otherwise."""
_SLOT = re.compile(r"<<([a-z]+)(?:\.([a-z_]+))?>>")


class Need(Frozen):
    """A connection that a template works with."""

    slot: Slug
    kinds: Annotated[tuple[str, ...], Field(min_length=1)]
    """Kinds of connections that fit, the likeliest first."""
    what: str
    """In words, as `the mailbox that customers write to`."""


class Template(Frozen):
    """An agent before its connections are chosen."""

    template: Slug
    title: str
    sentence: str
    most: str
    """The most that it may do, once it is live."""
    never: str
    needs: tuple[Need, ...]
    agent: str
    """Its file, with `<<slot>>` for a connection and `<<slot.verb>>` for a tool of it."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A connection for a slot."""

    name: str
    kind: str


def read_templates(folder: Path) -> list[Template]:
    """Return the templates in a folder, by title.

    Raises:
        FileFormatError: one of them is not sound.
    """
    found = [read_yaml(path).into(Template) for path in sorted(folder.glob("*.yaml"))]
    return sorted(found, key=lambda template: template.title)


def template_of(templates: Sequence[Template], name: str) -> Template:
    """Return a template by its name.

    Raises:
        NotFoundError: there is none.
    """
    for template in templates:
        if template.template == name:
            return template
    known = ", ".join(template.template for template in templates)
    raise NotFoundError(f"There is no template {name}.", hint=f"There are {known}.")


def fitting(need: Need, connections: Sequence[Chosen]) -> list[Chosen]:
    """Return the connections that can fill a need, the likeliest kind first."""
    found = [each for each in connections if each.kind in need.kinds]
    return sorted(found, key=lambda each: need.kinds.index(each.kind))


def lacking(template: Template, connections: Sequence[Chosen]) -> list[str]:
    """Return what is needed and not connected, in words."""
    return [need.what for need in template.needs if not fitting(need, connections)]


def filled(template: Template, chosen: Mapping[str, Chosen]) -> str:
    """Return a template's file with its connections filled in.

    Args:
        template: whose file it is.
        chosen: slot → connection.

    Raises:
        UserError: a slot has no connection.
    """

    def fill(found: re.Match[str]) -> str:
        slot, verb = found[1], found[2]
        if slot not in chosen:
            what = next((need.what for need in template.needs if need.slot == slot), slot)
            raise UserError(f"{template.title} needs {what}. Connect it first, or say which connection it is.")
        connection = chosen[slot]
        if verb is None:
            return connection.name
        return f"{connection.name}.{VERBS.get(connection.kind, {}).get(verb, verb)}"

    return _SLOT.sub(fill, template.agent)


def tools_lacking(template: Template, chosen: Mapping[str, Chosen], registry: Registry) -> tuple[str, ...]:
    """Return the tools that a template's steps and levels name over these connections and nothing has, by name.

    Raises:
        UserError: a slot has no connection.
        FileFormatError: the template's file is not sound.
    """
    spec = YamlDocument(filled(template, chosen), f"the template {template.template}").into(AgentSpec)
    return tuple(sorted(tool for tool in named_tools(spec) if registry.type(tool) is None))

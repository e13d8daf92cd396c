"""The file that five answers make: readable, in shadow, sound by the same check as any other."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from opsconsole.domain.errors import UserError
from opsconsole.engine.agents import versions as agentversions
from opsconsole.engine.agents.file import read_agent_text
from opsconsole.engine.agents.versions import NewVersion
from opsconsole.engine.agents.yamltext.blocks import WIDE, folded
from opsconsole.engine.blank import never, signs
from opsconsole.engine.blank.answers import Answers, CategoryAnswer, agent_id, clean, missing
from opsconsole.engine.blank.deeds import StepText, scalar, steps
from opsconsole.engine.blank.places import slug
from opsconsole.engine.registry import Registry
from opsconsole.store.queries import versions
from opsconsole.store.transaction import Transaction

REASON = "from blank, by five questions"
THRESHOLD = 0.3
"""Less sure than this, it asks what kind of thing came in."""


def blank_file(answers: Answers, registry: Registry) -> str:
    """Return the agent's file.

    Raises:
        UserError: something is missing in the answers, or cannot be done.
    """
    if wrong := missing(answers):
        raise UserError(wrong[0].text)
    worked = [(each, steps(registry, answers.connection, answers.kind, each)) for each in answers.categories]
    tools = list(dict.fromkeys(step.tool for _, some in worked for step in some if step.tool))
    connections = {answers.connection, *(tool.partition(".")[0] for tool in tools)}
    rails = never.rails(registry, connections, answers.never)
    lines = [
        *_head(answers),
        *_levels(tools),
        *(_rails(rails) if rails else ()),
        *_asking(answers),
        *_playbook(answers, worked),
    ]
    return "\n".join(lines) + "\n"


def begin(tx: Transaction, text: str, registry: Registry, *, actor: str, now: datetime) -> NewVersion:
    """Put an agent's file in use as the first version of a new agent.

    Raises:
        FileFormatError: the text is no sound file.
        UserError: an agent of that name is in use already.
    """
    file = read_agent_text(text, "the new agent", registry)
    if versions.current_version_of(tx.conn, file.spec.agent) is not None:
        raise UserError(f"An agent called {file.spec.name} is there already. Give this one another name.")
    return agentversions.apply(tx, file, registry, actor=actor, now=now, reason=REASON)


def _head(answers: Answers) -> Iterator[str]:
    yield "# Begun from blank, by five questions. All is in shadow: it says what it would do, and nothing is done."
    yield "# What came in teaches it: where your people put things is learnt besides the examples below."
    yield f"agent: {scalar(agent_id(answers))}"
    yield f"name: {scalar(clean(answers.name))}"
    yield f"field: {answers.field}"
    yield f"summary: {scalar(signs.summary(answers))}"
    yield ""
    yield "# What comes in"
    yield "subscribes:"
    yield f"  - {{connection: {scalar(answers.connection)}, kinds: [{scalar(answers.kind)}]}}"
    yield ""
    yield "stage: {default: shadow}"


def _levels(tools: Sequence[str]) -> Iterator[str]:
    yield "autonomy:"
    yield "  default: 1              # 1 recommend, 2 ask, 3 alone"
    if tools:
        yield "  actions:"
        yield from (f"    {tool}: 2" for tool in tools)
    yield ""


def _rails(rails: Iterable[never.Rail]) -> Iterator[str]:
    yield "# What must never happen"
    yield "guardrails:"
    for rail in rails:
        yield f"  - name: {rail.name}"
        yield from _listed("    actions: ", rail.actions)
        yield f"    when: {_condition(rail.when)}"
        yield "    then: refuse"
        yield f"    because: {rail.because}"
    yield ""


def _asking(answers: Answers) -> Iterator[str]:
    after = "escalate" if answers.comes_again else "lapse"
    words = "then it comes up again, marked" if answers.comes_again else "then it lapses, and nothing is done"
    yield "# Who is asked"
    yield f"approvals: {{expires_h: {answers.expires_h}, on_expiry: {after}}}    # in hours; {words}"
    yield ""


def _playbook(answers: Answers, worked: Sequence[tuple[CategoryAnswer, tuple[StepText, ...]]]) -> Iterator[str]:
    yield "playbook:"
    yield "  # How one sees that it works"
    yield from _folded("  purpose: ", signs.purpose(answers))
    if escalation := signs.escalation(answers):
        yield from _folded("  escalation: ", escalation)
    yield f"  threshold: {THRESHOLD}          # less sure than this, it asks a person what it is"
    yield "  # What shall happen"
    yield "  categories:"
    ids, told = list[str](), set[str]()
    for category, some in worked:
        ids.append(category_id(category, ids))
        yield from category_lines(category, ids[-1], some, "    ", told)


def category_id(category: CategoryAnswer, taken: Sequence[str]) -> str:
    """Return the id that a category gets."""
    return slug(category.id or clean(category.name), taken)


def category_lines(
    category: CategoryAnswer, name: str, some: Iterable[StepText], indent: str, told: set[str]
) -> Iterator[str]:
    """Return a category as the file has it, an item of the list.

    Args:
        category: what a person said of it.
        name: its id.
        some: its steps.
        indent: what stands before the item.
        told: examples that stand elsewhere already, without capitals; these are added.
    """
    yield f"{indent}- id: {scalar(name)}"
    yield f"{indent}  name: {scalar(clean(category.name))}"
    if criteria := clean(category.criteria):
        yield from _folded(f"{indent}  criteria: ", criteria)
    for line in _examples(category, told):
        yield f"{indent}  {line}"
    yield f"{indent}  steps:"
    yield from (f"{indent}    {line}".rstrip() for step in some for line in step.lines)


def _examples(category: CategoryAnswer, told: set[str]) -> Iterator[str]:
    """What stands at one category already says nothing of another."""
    own = [text for text in map(clean, category.examples) if text and text.casefold() not in told]
    told.update(text.casefold() for text in own)
    if own:
        yield "examples:"
        yield from (f"  - {scalar(text)}" for text in own)


def _listed(name: str, items: Sequence[str]) -> Iterator[str]:
    line = name + "["
    for at, item in enumerate(items):
        part = item + ("]" if at == len(items) - 1 else ",")
        if len(line) + len(part) > WIDE:
            yield line.rstrip()
            line = " " * (len(name) + 1)
        line += part + " "
    yield line.rstrip()


def _condition(text: str) -> str:
    """Ours are plain YAML as they are, but for the one that always holds."""
    return '"true"' if text == "true" else text


def _folded(name: str, text: str) -> Iterator[str]:
    """A long text goes on in the next line, as YAML folds it."""
    if len(name) + len(text) <= WIDE:
        yield name + scalar(text)
        return
    yield name.rstrip() + " >-"
    yield from folded(text, " " * (len(name) - len(name.lstrip()) + 2))

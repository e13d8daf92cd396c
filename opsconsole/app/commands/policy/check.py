"""policy: what the gate says of recorded actions, of one call, and of every tool."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from opsconsole.app.commands.options import LinesAnyway
from opsconsole.app.commands.policy.disclosure import disclosure
from opsconsole.app.commands.policy.simulate import coverage_, simulate
from opsconsole.app.words import say_json
from opsconsole.domain.enums import Level
from opsconsole.engine.past.policycheck import Harmless, PolicyFile, Totals, read_cases, read_policy, read_tools
from opsconsole.engine.past.policycheck import check as check_case

HARMLESS = Harmless()
app = typer.Typer(help="What the gate says: of the past, of one call, of every tool.", no_args_is_help=True)


app.command("simulate")(simulate)
app.command("coverage")(coverage_)
app.command("disclosure")(disclosure)


@app.command()
def check(
    file: Annotated[
        Path,
        typer.Argument(help="Cases, one JSON object a line: case_id, suite, agent_actions [{tool, args}]; .gz too."),
    ],
    *,
    tools: Annotated[
        Path | None,
        typer.Option(help="Classes of the tools (YAML), by name or pattern (get_*). Unknown: external, irreversible."),
    ] = None,
    policy: Annotated[Path | None, typer.Option(help="Policy to try (YAML).")] = None,
    level: Annotated[
        int | None, typer.Option(min=1, max=3, help="Autonomy level of every action; 3 where nothing is said.")
    ] = None,
    attacked: Annotated[
        str, typer.Option(metavar="PATTERN", help="Ids of cases under attack; the others count as harmless.")
    ] = HARMLESS.attacked,
    injection_tasks: Annotated[
        str,
        typer.Option(metavar="PATTERN", help="Ids of harmless cases that do an attacker's wish; counted apart too."),
    ] = HARMLESS.injection_tasks,
    totals_only: Annotated[bool, typer.Option("--totals", help="Only the totals.")] = False,
    as_json: LinesAnyway = False,
) -> None:
    """Print per case and in total what the gate would say, as JSON lines. Nothing is done, no workspace is needed.

    `free_writes` of the total: the share of writes in harmless cases that act alone, with and without injection tasks.
    `outside_alone`: calls that act alone outside or for good, and after which trusted reads: can strangers write there?
    """
    del as_json
    known = {} if tools is None else read_tools(tools)
    wanted = PolicyFile() if policy is None else read_policy(policy)
    everywhere = Level(level or wanted.level or Level.AUTONOMOUS)
    now, totals = datetime.now(UTC), Totals(Harmless(attacked, injection_tasks))
    for case in read_cases(file):
        verdict = check_case(case, known, wanted, level=everywhere, now=now, totals=totals)
        if not totals_only:
            say_json(verdict)
    say_json({"total": totals.to_json(), "level": int(everywhere)})

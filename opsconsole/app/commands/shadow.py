"""shadow: what agents would have done beside what people did."""

from pathlib import Path
from typing import Annotated

import typer

from opsconsole.app.words import say_json
from opsconsole.engine.policycheck import read_tools
from opsconsole.engine.shadow.recorded import Totals, compare_case, read_pairs

app = typer.Typer(help="What agents would have done, beside what people did.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `shadow` a group."""


@app.command()
def compare(
    file: Annotated[
        Path,
        typer.Argument(
            help="Decisions of any system, a JSON object a line: case_id, event, agent_actions [{tool, args, write?}],"
            " expected_actions [{tool, args}]; .gz too. Verdicts in the file are not read."
        ),
    ],
    *,
    tools: Annotated[
        Path | None,
        typer.Option(help="Classes of the tools (YAML), as in `policy check`. Unknown tools count as external writes."),
    ] = None,
    totals_only: Annotated[bool, typer.Option("--totals", help="Only the totals.")] = False,
) -> None:
    """Print per case and in total how recorded decisions differ from what was expected, as JSON lines.

    Verdicts: same, differs, missing (only expected), extra (only the agent), both_none. Severe is an action that
    reaches outside or cannot be undone and that nobody expected so. Nothing is done, no workspace is needed.
    """
    known = {} if tools is None else read_tools(tools)
    totals = Totals()
    for case in read_pairs(file):
        told = compare_case(case, known, totals)
        if not totals_only:
            say_json(told.to_json())
    say_json({"total": totals.to_json()})

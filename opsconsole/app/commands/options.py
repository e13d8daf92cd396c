"""Options that many commands share."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from opsconsole.app.plainerrors import day

MOST_MONEY = 1_000_000_000
DAY_S = 86_400
Where = Annotated[
    Path | None,
    typer.Option("--workspace", "-w", help="Workspace folder (or set OPSCONSOLE_WORKSPACE).", show_default=False),
]
Since = Annotated[datetime | None, typer.Option(parser=day, metavar="YYYY-MM-DD", help="Leave out what came before.")]
Sent = Annotated[
    list[str] | None,
    typer.Option(help="A folder of your sent mail that is not called so; again for another.", metavar="FOLDER"),
]
Mapped = Annotated[
    Path | None,
    typer.Option(
        "--mapping",
        help="Corrections of how tables are read (YAML): columns, dates, zone, encoding, separator, priorities.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Anyway = Annotated[
    bool, typer.Option("--anyway", help="See what you are to decide first without deciding: it then proves nothing.")
]
LinesAnyway = Annotated[
    bool, typer.Option("--json", help="Print JSON lines; this command prints nothing else in any case.")
]

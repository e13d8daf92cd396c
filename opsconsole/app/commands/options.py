"""Options that many commands share."""

from pathlib import Path
from typing import Annotated

import typer

Where = Annotated[
    Path | None,
    typer.Option("--workspace", "-w", help="Workspace folder (or set OPSCONSOLE_WORKSPACE).", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]

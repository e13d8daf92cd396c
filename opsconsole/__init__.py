"""opsconsole: one operations lead runs AI agents on their own workstation and stays in charge.

Start reading at `opsconsole.app.cli` (the commands), then `opsconsole.engine` (what they start).
"""

__version__ = "0.1.0"

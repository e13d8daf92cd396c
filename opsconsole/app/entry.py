"""The way in. The window starts without loading the command line, so that it is on the screen at once."""

import importlib
import sys


def main() -> None:
    """Run the command that was typed."""
    place = "opsconsole.app.window" if sys.argv[1:2] == ["window"] else "opsconsole.app.cli"
    importlib.import_module(place).main()

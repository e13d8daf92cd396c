"""The way in. The window starts without loading the command line, so that it is on the screen at once."""

import importlib
import sys

from opsconsole.app.gui.launch import has_screen


def main() -> None:
    """Run the command that was typed; without one, open the window where there is a screen."""
    if len(sys.argv) == 1 and has_screen():
        sys.argv.append("window")
    place = "opsconsole.app.gui.start" if sys.argv[1:2] == ["window"] else "opsconsole.app.cli"
    try:
        importlib.import_module(place).main()
    except KeyboardInterrupt:  # while it was still being loaded
        sys.stderr.write("Stopped.\n")
        sys.exit(130)

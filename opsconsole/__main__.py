"""`python -m opsconsole` is the command line."""

from opsconsole.app.cli import main

if __name__ == "__main__":
    main()

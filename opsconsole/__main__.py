"""`python -m opsconsole`."""

from opsconsole.app.entry import main

if __name__ == "__main__":
    main()

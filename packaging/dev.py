"""The few commands of this project, the same by hand and in CI.

This file only checks that Python is new enough and hands over to `_dev/`; it must parse on old Pythons, so
that they get one clear line instead of a syntax error. Nothing here or in `_dev/` needs an installed package.
"""

import sys

OLDEST = (3, 11)


def main():
    """Hand over to `_dev`, or say in one line that this Python is too old. Returns the exit code."""
    if sys.version_info[:2] < OLDEST:
        import shutil

        asked = " ".join(["packaging/dev.py"] + sys.argv[1:])  # noqa: RUF005 - parses on old Pythons
        found = [name for name in ("python3.14", "python3.13", "python3.12", "python3.11") if shutil.which(name)]
        advice = "Use this instead: %s %s" % (found[0], asked) if found else "Install a newer one and try again."
        sys.stderr.write(
            "opsconsole needs Python %d.%d or newer; this is Python %d.%d (%s). %s\n"
            % (OLDEST + sys.version_info[:2] + (sys.executable, advice))
        )
        return 1
    from _dev import commands

    return commands.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

"""The program's own names as words: tools, categories, kinds, states. The one place; screens and reasons use it."""

from collections.abc import Sequence
from decimal import Decimal
from unicodedata import category

ASK = "person.ask"
"""The tool by which an agent asks a person."""


def spoken(name: str) -> str:
    """Return an id as words: `bug_report` → `Bug report`."""
    words = name.replace("_", " ").replace("-", " ").replace(".", " ").strip()
    return words[:1].upper() + words[1:]


def plural(number: int, text: str, many: str | None = None) -> str:
    """Return `1 event`, `1,240 events`."""
    return f"{number:,} {text if number == 1 else many or text + 's'}"


def listed(parts: Sequence[str]) -> str:
    """Return `a, b and c`."""
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def one_line(text: str) -> str:
    """Return a text that others wrote on one line, with what cannot be seen in it written out: `\\n`, `\\x1b`."""
    return "".join(
        sign if sign.isprintable() or category(sign) == "Zs" else sign.encode("unicode_escape").decode()
        for sign in text
    )


def tool_words(tool: str) -> str:
    """Return a tool's name as words, without its connector: `desk.tag_mail` → `Tag mail`."""
    return "Ask you" if tool == ASK else spoken(tool.rpartition(".")[2])


def tools_words(pattern: str) -> str:
    """Return what a pattern of tools means: `desk.*` → `everything in desk`, `*` → `everything`."""
    connector, _, verb = pattern.rpartition(".")
    if verb == "*":
        return f"everything in {spoken(connector).lower()}" if connector.strip("*") else "everything"
    return tool_words(pattern).lower()


def decimals(number: float) -> str:
    """Return a number written out, so that it reads back as the same: 0.00001, never 1e-05; a whole one with `.0`."""
    written = format(Decimal(repr(number)), "f")
    return written if "." in written else f"{written}.0"


def number_words(number: float) -> str:
    """Return a number as people write it: never 1e-05 or 1e+12, and no `.0`."""
    return decimals(number).removesuffix(".0") if isinstance(number, float) else f"{number}"

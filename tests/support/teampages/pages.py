"""Pages of the team for tests: one of everything, of as much as one wants."""

from datetime import UTC, datetime

from opsconsole.engine.oversight.page import (
    Choice,
    Column,
    Fact,
    Facts,
    Figure,
    Figures,
    Line,
    Lines,
    Page,
    Part,
    Section,
    Signature,
    Table,
)

AT = datetime(2026, 11, 30, tzinfo=UTC)
STRANGE = "<b>&\"'</b><script>alert(1)</script>"
LONG = "Every word of this sentence is meant, and there are many of them. " * 12
ENDLESS = "x" * 3_000
HEBREW = "שירות לקוחות, החזרים ותלונות"
ARABIC = "خدمة العملاء"
HIDDEN = "a\u202eexe.txt\u2066b\u200bc\x07d"
COLUMNS = (Column("Kind of event", 40), Column("Stage", 15), Column("Why", 30), Column("Times", 15, is_number=True))


def table(lines: int, text: str = "Refund") -> Table:
    """A table of so many rows, each tenth with a heading above it."""
    made: list[Line] = []
    for number in range(lines):
        if number % 10 == 0:
            made.append(Line((f"Group {number // 10}",)))
        made.append(Line((f"{text} {number}", "In shadow", f"because {text}", f"{number * 1111:,}"), "shadow"))
    made.append(Line(("All", "", "", "1,000"), is_total=True))
    return Table(COLUMNS, tuple(made))


def page(*parts: Part, title: str = "Customer mail", lead: str = "It reads mail.", at: datetime = AT) -> Page:
    """A page of some parts, or with one of each."""
    every: tuple[Part, ...] = (
        Figures((Figure("Alone", "68", "nobody was asked", "ok"), Figure("Failed", "0", "", "danger"))),
        Lines(("One sentence.", "Another one: `opsconsole pause all` stops it.")),
        Lines(("Said beside it.",), is_muted=True),
        Facts((Fact("Person", "Vera"), Fact("", "and nobody else"))),
        table(12),
        Signature(
            (Choice("Keep", "as it is", is_ticked=True), Choice("Widen", "more")), (("Name", "Vera"), ("Date", ""))
        ),
    )
    sections = tuple(Section(f"Part {number}", (part,)) for number, part in enumerate(parts or every, 1))
    return Page("Charter", title, "Version 1", lead, sections, f"Charter of {title}", at, "charter-mira")

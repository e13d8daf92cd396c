"""The HTML of a page: one file, nothing but text of what others wrote, the same bytes for the same page."""

import subprocess
import sys
from html.parser import HTMLParser

from opsconsole.engine.oversight.page import Fact, Facts, Figure, Figures, Line, Lines, Signature, Table
from opsconsole.ui.paper.html import html_of
from tests.architecture.tree import ROOT
from tests.support.teampages.pages import ARABIC, COLUMNS, HEBREW, HIDDEN, STRANGE, page

TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "p", "h1", "h2", "section", "div", "span", "b", "ul",
    "li", "dl", "dt", "dd", "table", "colgroup", "col", "thead", "tbody", "tr", "th", "td", "bdi", "code", "footer",
}  # fmt: skip


class Read(HTMLParser):
    """What a browser finds in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_every_place_for_a_text_takes_it_as_text() -> None:
    strange = (
        Figures((Figure(STRANGE, STRANGE, STRANGE),)),
        Lines((STRANGE,)),
        Lines((STRANGE, STRANGE), is_muted=True),
        Facts((Fact(STRANGE, STRANGE),)),
        Table(COLUMNS, (Line((STRANGE,)), Line((STRANGE, STRANGE, STRANGE, STRANGE), "ok"))),
        Signature((), ((STRANGE, STRANGE),)),
    )
    found = Read(html_of(page(*strange, title=STRANGE, lead=STRANGE)))
    assert set(found.tags) <= TAGS and not found.open
    assert found.text.count(STRANGE) == 4 + 3 + 1 + 2 + 2 + 5 + 2, "head, title, lead and foot, and each place above"


def test_it_is_one_file_without_scripts_or_anything_from_outside() -> None:
    found = Read(html_of(page()))
    names = {name for name, _ in found.attributes}
    assert not names & {"src", "href", "srcset", "action"} and not any(name.startswith("on") for name in names)
    style = html_of(page()).partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style and "@import" not in style and "://" not in html_of(page())
    assert ("http-equiv", "Content-Security-Policy") in found.attributes


def test_what_turns_or_hides_its_neighbours_is_shown_as_its_code() -> None:
    text = html_of(page(Lines((HIDDEN, f"{HEBREW} {ARABIC}"))))
    assert "\u202e" not in text and "‹202E›exe.txt‹2066›b‹200B›c‹0007›d" in text
    assert f'<li dir="auto">{HEBREW} {ARABIC}</li>' in text


def test_what_is_typed_in_a_terminal_stands_out() -> None:
    assert "<code>opsconsole pause all</code>" in html_of(page())


def test_text_and_html_load_no_qt() -> None:
    work = (
        "import sys; import opsconsole.ui.paper.html, opsconsole.ui.paper.files, opsconsole.ui.paper.stamp,"
        " opsconsole.app.commands.reports.commands; print([name for name in sys.modules if 'PySide6' in name])"
    )
    done = subprocess.run([sys.executable, "-c", work], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""A page of the team as one file of HTML: no scripts, nothing from outside, the same bytes for the same page. No Qt."""

import re
from html import escape
from string import Template

from opsconsole.engine.oversight.page import Facts, Figures, Line, Lines, Page, Part, Section, Signature, Table
from opsconsole.ui.theme.tokens import LIGHT
from opsconsole.ui.widgets.plain import honest

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_COMMAND = re.compile(r"`([^`]+)`")
_STYLE = Template("""
@page { size: A4; margin: 18mm 18mm 16mm }
* { box-sizing: border-box }
body { margin: 0; background: $bg; color: $text; font: 13px/1.5 Inter, "Segoe UI", "Helvetica Neue", "DejaVu Sans",
  sans-serif; font-feature-settings: "tnum"; font-variant-numeric: tabular-nums }
main { max-width: 860px; margin: 32px auto; padding: 48px 56px 40px; background: $surface; border: 1px solid $border;
  border-radius: 10px }
h1 { font-size: 26px; line-height: 1.25; font-weight: 600; margin: 2px 0 4px; overflow-wrap: anywhere }
h2 { font-size: 13px; font-weight: 600; margin: 28px 0 8px; padding-top: 12px; border-top: 1px solid $border;
  break-after: avoid }
p { margin: 0 0 6px; overflow-wrap: anywhere } ul { margin: 0 0 6px; padding-left: 18px }
li { margin: 0 0 4px; overflow-wrap: anywhere }
.kind { color: $accent; font-size: 11px; font-weight: 600; margin: 0 } .about, .muted { color: $text2 }
.lead { font-size: 16px; line-height: 1.5; margin: 16px 0 0 }
.figures { display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px; margin: 4px 0 14px }
.figure { border: 1px solid $border; border-radius: 8px; padding: 10px 14px; break-inside: avoid }
.figure b { display: block; font-size: 26px; line-height: 1.25; font-weight: 600 }
.cap { color: $text3; font-size: 11px; font-weight: 600 } .note { color: $text2; font-size: 12px }
.ok { color: $ok } .warn { color: $warn } .danger { color: $danger } .shadow { color: $shadow }
table { width: 100%; border-collapse: collapse; margin: 0 0 10px; table-layout: fixed }
th { color: $text3; font-size: 11px; font-weight: 600; text-align: left; vertical-align: bottom }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid $border; vertical-align: top; overflow-wrap: anywhere }
th:last-child, td:last-child { padding-right: 0 } tr { break-inside: avoid } thead { display: table-header-group }
th.number, td.number { text-align: right } tr.total td { font-weight: 600; border-bottom: 0 }
tr.head td { color: $text3; font-size: 11px; font-weight: 600; padding-top: 14px; break-after: avoid }
.pill { display: inline-block; border-radius: 10px; padding: 1px 9px; font-size: 11px; font-weight: 600 }
.pill.ok { background: $okSoft } .pill.warn { background: $warnSoft } .pill.danger { background: $dangerSoft }
.pill.shadow { background: $shadowSoft; border: 1px dashed $shadow; padding: 0 8px }
code { font: 12px/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace }
dl { display: grid; grid-template-columns: 150px 1fr; gap: 4px 12px; margin: 0 }
dt { color: $text2 } dd { margin: 0; overflow-wrap: anywhere }
.choice { display: flex; gap: 10px; margin: 0 0 8px; break-inside: avoid } .choice b { width: 64px; font-weight: 600 }
.box { flex: none; width: 14px; height: 14px; margin-top: 3px; border: 1px solid $outline; border-radius: 3px;
  font-size: 11px; line-height: 12px; text-align: center }
.sign { display: grid; grid-template-columns: 80px 1fr; gap: 18px 12px; align-items: end; margin-top: 20px;
  break-inside: avoid }
.sign span { color: $text2 } .sign div { border-bottom: 1px solid $outline; min-height: 22px }
footer { color: $text3; font-size: 11px; margin-top: 32px; padding-top: 10px; border-top: 1px solid $border }
@media print { * { print-color-adjust: exact } body { background: $surface }
  main { max-width: none; margin: 0; padding: 0; border: 0 } }
""")


def html_of(page: Page) -> str:
    """Return a page as a whole file."""
    style = _STYLE.substitute(LIGHT)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(honest(f'{page.kind}: {page.title}'))}</title>\n<style>{style}</style>\n</head>\n"
        f'<body>\n<main>\n<p class="kind">{_text(page.kind)}</p>\n<h1 dir="auto">{_text(page.title)}</h1>\n'
        f'<p class="about" dir="auto">{_text(page.about)}</p>\n<p class="lead" dir="auto">{_text(page.lead)}</p>\n'
        f"{''.join(map(_section, page.sections))}"
        f'<footer dir="auto">{_text(page.foot)}</footer>\n</main>\n</body>\n</html>\n'
    )


def _text(text: str) -> str:
    """Return a text that may be a stranger's as it is, and nothing but text; what is typed in a terminal stands out."""
    return _COMMAND.sub(r"<code>\1</code>", escape(honest(text)))


def _section(section: Section) -> str:
    return f"<section>\n<h2>{_text(section.title)}</h2>\n{''.join(map(_part, section.parts))}</section>\n"


def _part(part: Part) -> str:
    match part:
        case Figures():
            return _figures(part)
        case Lines():
            return _lines(part)
        case Facts():
            told = "".join(
                f'<dt>{_text(fact.name)}</dt><dd dir="auto">{_text(fact.value)}</dd>\n' for fact in part.facts
            )
            return f"<dl>\n{told}</dl>\n"
        case Table():
            return _table(part)
        case Signature():
            return _signature(part)


def _figures(part: Figures) -> str:
    told = "".join(
        f'<div class="figure"><span class="cap">{_text(figure.caption)}</span>'
        f'<b class="{figure.tone}">{_text(figure.value)}</b><span class="note">{_text(figure.note)}</span></div>\n'
        for figure in part.figures
    )
    return f'<div class="figures">\n{told}</div>\n'


def _lines(part: Lines) -> str:
    kind = ' class="muted"' if part.is_muted else ""
    if len(part.lines) == 1 or part.is_muted:
        return "".join(f'<p{kind} dir="auto">{_text(line)}</p>\n' for line in part.lines)
    items = "".join(f'<li dir="auto">{_text(line)}</li>\n' for line in part.lines)
    return f"<ul>\n{items}</ul>\n"


def _table(part: Table) -> str:
    every = sum(column.share for column in part.columns)
    widths = "".join(f'<col style="width:{column.share / every:.2%}">' for column in part.columns)
    kinds = [' class="number"' if column.is_number else "" for column in part.columns]
    heads = "".join(
        f'<th scope="col"{kind}>{_text(column.title)}</th>' for column, kind in zip(part.columns, kinds, strict=True)
    )
    rows = "".join(_row(line, kinds) for line in part.lines)
    return (
        f"<table>\n<colgroup>{widths}</colgroup>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
    )


def _row(line: Line, kinds: list[str]) -> str:
    if len(line.cells) == 1:
        return f'<tr class="head"><td colspan="{len(kinds)}" dir="auto">{_text(line.cells[0])}</td></tr>\n'
    total = ' class="total"' if line.is_total else ""
    told = [
        f'<td{kind}><bdi dir="auto"{_pill(line, at)}>{_text(cell)}</bdi></td>'
        for at, (cell, kind) in enumerate(zip(line.cells, kinds, strict=True))
    ]
    return f"<tr{total}>{''.join(told)}</tr>\n"


def _pill(line: Line, at: int) -> str:
    return f' class="pill {line.tone}"' if line.tone and at == line.toned else ""


def _signature(part: Signature) -> str:
    choices = "".join(
        f'<div class="choice"><span class="box">{"✓" if choice.is_ticked else ""}</span>'
        f"<b>{_text(choice.name)}</b><span>{_text(choice.note)}</span></div>\n"
        for choice in part.choices
    )
    lines = "".join(
        f'<span>{_text(name)}</span><div dir="auto">{_text(written)}</div>\n' for name, written in part.lines
    )
    return f'{choices}<div class="sign">\n{lines}</div>\n'

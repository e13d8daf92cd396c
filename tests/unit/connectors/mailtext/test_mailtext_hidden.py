"""Ways to hide a text in an HTML mail: each is left out and told; what a person sees stays, and nothing takes long."""

import time

import pytest

from opsconsole.connectors.mailtext.html import read_html

GONE = {
    "display": '<p style="display:none">{}</p>',
    "escaped property": '<p style="d\\69splay:n\\6fne">{}</p>',
    "comment within": '<p style="display:/* x */none">{}</p>',
    "mso and display": '<p style="mso-hide:all;display:none">{}</p>',
    "visibility": '<p style="visibility:collapse">{}</p>',
    "content-visibility": '<p style="content-visibility:hidden">{}</p>',
    "opacity": '<p style="opacity:1%">{}</p>',
    "opacity of several": '<div style="opacity:.2"><p style="opacity:.2">{}</p></div>',
    "clip-path circle": '<p style="clip-path:circle(0)">{}</p>',
    "clip-path inset": '<p style="clip-path:inset(50%)">{}</p>',
    "clip-path polygon": '<p style="clip-path:polygon(0 0, 0 0, 0 0)">{}</p>',
    "clip": '<p style="position:absolute;clip:rect(0,0,0,0)">{}</p>',
    "scale function": '<p style="transform:scale(0)">{}</p>',
    "scale to a line": '<p style="transform:scaleY(0.001)">{}</p>',
    "scale property": '<p style="scale:0">{}</p>',
    "matrix": '<p style="transform:matrix(0,0,0,0,0,0)">{}</p>',
    "translate": '<p style="transform:translateX(-9999px)">{}</p>',
    "turned away": '<p style="transform:rotateY(90deg)">{}</p>',
    "scale of one way": '<p style="scale:0 1">{}</p>',
    "rotate": '<p style="rotate:y 90deg">{}</p>',
    "zoom": '<p style="zoom:0">{}</p>',
    "filter opacity": '<p style="filter:opacity(0)">{}</p>',
    "filter contrast": '<p style="filter:contrast(0%)">{}</p>',
    "filter blur": '<p style="filter:blur(20px)">{}</p>',
    "mask": '<p style="mask-image:linear-gradient(transparent, rgba(0,0,0,0))">{}</p>',
    "font size": '<p style="font-size:.1px">{}</p>',
    "font size computed": '<p style="font-size:calc(0px * 3)">{}</p>',
    "font": '<p style="font:0/0 a">{}</p>',
    "line height": '<p style="line-height:0">{}</p>',
    "letter spacing": '<p style="letter-spacing:-30px">{}</p>',
    "near white": '<p style="color:#f4f4f4">{}</p>',
    "near white, named": '<p style="color:whitesmoke">{}</p>',
    "near white, hsl": '<p style="color:hsl(0 0% 98%)">{}</p>',
    "clear": '<p style="color:#ffffff00">{}</p>',
    "fill colour": '<p style="-webkit-text-fill-color:transparent">{}</p>',
    "gradient ground": '<p style="color:#fff;background:linear-gradient(#fff,#fff)">{}</p>',
    "colour by variable": '<div style="--c:#fff"><p style="color:var(--c)">{}</p></div>',
    "indent": '<p style="text-indent:100%;white-space:nowrap;overflow:hidden">{}</p>',
    "margin": '<p style="margin-left:-9999px">{}</p>',
    "to the right": '<p style="position:absolute;left:9999px">{}</p>',
    "off by screen widths": '<p style="position:fixed;left:-100vw">{}</p>',
    "behind": '<div style="background:#eee"><p style="position:relative;z-index:-1">{}</p></div>',
    "no height": '<div style="height:0;overflow:clip"><p>{}</p></div>',
    "no height in a flex box": "<div style='display:flex'><span style='height:0;overflow:hidden'>{}</span></div>",
    "no height in a grid": "<p style='display:inline-grid'><b style='height:0;overflow:hidden'>{}</b></p>",
    "one pixel": '<div style="width:1px;height:1px;overflow:hidden"><p>{}</p></div>',
    "closed details": "<details><summary> </summary>{}<p>{}</p></details>",
    "closed dialog": "<dialog>{}</dialog>",
    "popover": "<p popover>{}</p>",
    "child selector": "<style>div > p {{display:none}}</style><div><p>{}</p></div>",
    "attribute selector": "<style>[data-x] {{display:none}}</style><p data-x>{}</p>",
    "nth child": "<style>p:nth-child(2) {{display:none}}</style><div><b></b><p>{}</p></div>",
    "descendant": "<style>#a td.x i {{display:none}}</style><div id=a><td class=x><i>{}</i></td></div>",
    "important": "<style>p {{display:none !important}}</style><p style='display:block'>{}</p>",
    "escaped selector": "<style>.\\78 {{display:none}}</style><p class=x>{}</p>",
    "media": "<style>@media screen and (min-width: 1px) {{p {{display:none}}}}</style><p>{}</p>",
    "media unless print": "<style>@media not print {{p {{display:none}}}}</style><p>{}</p>",
    "supports": "<style>@supports (display:grid) {{p {{display:none}}}}</style><p>{}</p>",
    "margins": '<p style="margin:0 0 0 -9999px">{}</p>',
    "margins, two": '<p style="margin:0 -9999px">{}</p>',
    "margin at the start": '<p style="margin-inline-start:-9999px">{}</p>',
    "inset": '<p style="position:absolute;inset:-9999px auto auto">{}</p>',
    "inset at the start": '<p style="position:absolute;inset-block-start:-9999px">{}</p>',
    "block size": '<p style="max-block-size:0;overflow:hidden">{}</p>',
    "nearly clear": '<p style="color:rgba(0,0,0,.08)">{}</p>',
    "white, a little clear": '<p style="color:rgba(255,255,255,.85)">{}</p>',
    "faint": '<p style="opacity:.06">{}</p>',
    "faint and clear": '<p style="opacity:.3;color:rgba(0,0,0,.3)">{}</p>',
    "a block has a height": '<span style="display:block;height:0;overflow:hidden">{}</span>',
    "words that float have a height": '<span style="float:left;height:0;overflow:hidden">{}</span>',
    "words set apart have a height": '<span style="position:absolute;height:0;overflow:hidden">{}</span>',
    "a size in inches": '<p style="font-size:.01in">{}</p>',
    "a line in inches": '<p style="line-height:.01in">{}</p>',
    "wide, as a range": "<style>@media (width>600px) {{p {{display:none}}}}</style><p>{}</p>",
    "lying": "<style>@media (orientation:landscape) {{p {{display:none}}}}</style><p>{}</p>",
    "style in the body": "<p class=y>{}</p><style>.y {{visibility:hidden}}</style>",
}
SEEN = {
    "open details": "<details open><summary></summary>{}</details>",
    "summary": "<details><summary>{}</summary></details>",
    "print only": "<style>@media print {{p {{display:none}}}}</style><p>{}</p>",
    "narrow screens": "<style>@media (max-width: 600px) {{.d {{display:none}}}}</style><p class=d>{}</p>",
    "dark": "<style>@media (prefers-color-scheme: dark) {{p {{color:#fff}}}}</style><p>{}</p>",
    "won by the later": "<style>p {{display:none}} p {{display:block}}</style><p>{}</p>",
    "won by the closer": "<style>p.a {{display:block}} p {{display:none}}</style><p class=a>{}</p>",
    "won by the later, which is tried first": "<style>p:only-child {{display:none}} p.a {{display:block}}</style>"
    "<div><p class=a>{}</p></div>",
    "moved to the right": '<p style="position:relative;left:600px;text-indent:600px">{}</p>',
    "grey": '<p style="color:#999999">{}</p>',
    "button": '<a style="background:#246;color:#fff">{}</a>',
    "button by picture": '<td background="x.png" style="color:#fff">{}</td>',
    "size set anew": '<div style="font-size:0;line-height:0"><p style="font-size:14px;line-height:20px">{}</p></div>',
    "moved a little": '<p style="position:relative;top:-3px;margin-left:-10px">{}</p>',
    "scaled a little": '<p style="transform:scale(1.05) translateY(-2px)">{}</p>',
    "half clear": '<p style="opacity:.5">{}</p>',
    "hover": "<style>p:hover {{display:none}}</style><p>{}</p>",
    "a selector that is none": "<style>p:::x, {{display:none}}</style><p>{}</p>",
    "short font": '<p style="font:italic 12px/1.5 Arial">{}</p>',
    "size in other units": '<p style="font-size:.2in"><i style="font-size:1.5ex">{}</i></p>',
    "size in picas": '<p style="font-size:1pc;line-height:.2in">{}</p>',
    "a sheet for paper": "<style media=print>p {{display:none}}</style><p>{}</p>",
    "a sheet of another kind": "<style type='text/foo'>p {{display:none}}</style><p>{}</p>",
    "where no grid is": "<style>@supports not (display:grid) {{p {{display:none}}}}</style><p>{}</p>",
    "narrow, as a range": "<style>@media (width<=600px) {{p {{display:none}}}}</style><p>{}</p>",
    "tall screens": "<style>@media (min-height:99999px) {{p {{display:none}}}}</style><p>{}</p>",
    "upright": "<style>@media (orientation:portrait) {{p {{display:none}}}}</style><p>{}</p>",
    "fingers": "<style>@media (hover:none) {{p {{display:none}}}}</style><p>{}</p>",
    "a cell grows": "<table><tr><td style='height:1px;overflow:hidden'>{}</td></tr></table>",
    "words have no height": '<span style="height:0;overflow:hidden">{}</span>',
    "further down": '<div style="position:absolute;top:600px;left:700px">{}</div>',
    "usual margins": '<p style="margin:-2px auto 10px;margin-inline:4px">{}</p>',
    "a little clear": '<p style="color:rgba(0,0,0,.6);opacity:.7">{}</p>',
    "inset of what stands in its place": '<p style="inset:-9999px">{}</p>',
    "behind nothing": '<body bgcolor="#eeeeee"><p style="position:relative;z-index:-1">{}</p></body>',
    "without scripts": "<noscript>{}</noscript>",
    "named ground": '<p style="background:url(x.png) navy;color:white">{}</p>',
}

DOUBLING = "".join(f"--a{'a' * size}:var(--aa{'a' * size})var(--aa{'a' * size});" for size in range(20))


def read(source: str) -> tuple[str, bool]:
    page = read_html(source)
    return page.text, any("hidden" in problem for problem in page.problems)


@pytest.mark.parametrize("how", GONE)
def test_hidden_text_is_left_out_and_told(how: str) -> None:
    text, is_told = read(f"<div>Hello {GONE[how].format('OBEY', 'OBEY')}</div>")
    assert "OBEY" not in text and is_told
    assert "Hello" in text


def test_a_cell_without_a_width_is_read_and_told() -> None:
    assert read("<table><tr><td style='max-width:0;overflow:hidden'>Hello</td></tr></table>") == ("Hello", True)


def test_the_colour_of_the_whole_mail_is_that_of_its_text() -> None:
    assert read('<body text="#ffffff"><p>OBEY</p><p style="color:#000">Hello</p></body>') == ("Hello", True)


def test_a_table_takes_its_colour_from_the_body_unless_the_page_is_up_to_date() -> None:
    table = '<font color="#ffffff"><table><tr><td>Hello</td></tr></table></font>'
    assert read(table) == ("Hello", False)
    assert read(f"<!DOCTYPE html>{table}") == ("", True)
    assert read(f'<body text="#fff">{table}') == ("", True)


@pytest.mark.parametrize("tag", ["rp", "video", "canvas", "noframes", "template", "svg", "datalist"])
def test_what_is_no_text_is_left_out_without_a_word(tag: str) -> None:
    assert read(f"Hello<{tag}>OBEY</{tag}>") == ("Hello", False)


@pytest.mark.parametrize("how", SEEN)
def test_visible_text_is_kept(how: str) -> None:
    text, is_told = read(SEEN[how].format("Hello"))
    assert text.strip() == "Hello" and not is_told


@pytest.mark.parametrize(
    "source",
    [
        f"<style>{'.a{display:none}' * 4_000}</style><p>Hello",
        f"<style>{'x ' * 60_000} p {{display:none}}</style><p>Hello",
        f"<style>* ~ * {{display:none}} :not(:last-of-type) {{color:#fff}}</style>{'<p>Hello' * 30_000}",
        f"<style>{'p:nth-of-type(2),' * 500} i {{display:none}}</style>{'<p>Hello' * 4_000}",
        f"<p style='{';' * 5_000}display:none'>Hello",
        f"<style>{'@media all{' * 2_000}</style><p>Hello",
        f"<style>p {{color:{'(' * 50_000}}}</style><p>Hello",
        f"<p style='color:var(--a);{DOUBLING}'>Hello",
    ],
    ids=range(8),
)
def test_crafted_styles_cost_little_and_what_was_not_looked_into_is_told(source: str) -> None:
    began = time.process_time()
    text, is_told = read(source)
    assert time.process_time() - began < 5
    assert is_told or "Hello" in text


@pytest.mark.parametrize(
    "source",
    [
        f"<style>{'.a{display:none}' * 4_000}</style>Hello",
        f"<style>{'/* x */' * 20_000}</style>Hello",
        f"<style>.z ~ * {{display:none}}</style>{'<i></i>' * 40_000}",
        f"<style>{'[x]{display:none}' * 20}</style>{'<i></i>' * 40_000}",
        f"<style>{'p{top:0}' * 300}</style>{'<p>a' * 9_000}",
        f"<i style='{';' * 5_000}'>Hello</i>",
        f"<style>{'@media all{' * 9}p{{display:none}}{'}' * 9}</style>Hello",
    ],
    ids=["rules", "sheet", "counted", "elements", "rules times elements", "style", "depth"],
)
def test_what_is_too_much_to_look_into_is_told(source: str) -> None:
    assert read(source)[1]

"""HTML, hidden text, quotes and signatures, and what crafted text may cost."""

import time

import pytest

from opsconsole.connectors.mailtext import read_mail
from opsconsole.connectors.mailtext.html import NO_LAYOUT, read_html
from opsconsole.connectors.mailtext.reply import strip_quotes


def seen(source: str) -> tuple[str, bool]:
    page = read_html(source)
    return page.text, any("hidden" in problem for problem in page.problems)


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">OBEY</div>',
        '<div style="DISPLAY : none !important">OBEY</div>',
        "<p hidden>OBEY</p>",
        '<span style="font-size:0">OBEY</span>',
        '<span style="font-size:1px">OBEY</span>',
        '<span style="visibility:hidden">OBEY</span>',
        '<span style="opacity:0">OBEY</span>',
        '<span style="color:#fff">OBEY</span>',
        '<span style="color:white;background:#FEFEFE">OBEY</span>',
        '<font color="#ffffff">OBEY</font>',
        '<div style="background:#000"><span style="color:rgb(0, 0, 0)">OBEY</span></div>',
        '<div style="max-height:0;overflow:hidden">OBEY</div>',
        '<div style="position:absolute;left:-9999px">OBEY</div>',
        '<div style="text-indent:-9999px">OBEY</div>',
        '<style>.x, p.y {display:none}</style><i class="a x">OBEY</i>',
        '<style>#z {color:white}</style><i id="z">OBEY</i>',
        '<span style="color:rgba(0,0,0,0)">OBEY</span>',
    ],
)
def test_text_that_people_do_not_see_is_left_out_and_told(hidden: str) -> None:
    assert seen(f"<p>Hello</p>{hidden}<p>bye</p>") == ("Hello\n\nbye", True)


@pytest.mark.parametrize(
    "shown",
    [
        '<div style="font-size:0"><b style="font-size:14px">Hello</b></div>',
        '<div style="background:#000"><b style="color:#fff">Hello</b></div>',
        '<td background="x.png"><b style="color:#fff">Hello</b></td>',
        "<style>@media print {.x{display:none}}</style><b class=x>Hello</b>",
        '<style>a.b i {background:#000}</style><a class=b><i><b style="color:#fff">Hello</b></i></a>',
        '<div style="display:none">\u200c&nbsp;&zwnj;</div>Hello',
        '<div style="visibility:hidden"><b style="visibility:visible">Hello</b></div>',
        '<span style="color:var(--x)">Hello</span>',
    ],
)
def test_text_that_people_see_is_kept(shown: str) -> None:
    text, is_hidden = seen(shown)
    assert text.strip() == "Hello" and not is_hidden


def test_scripts_styles_and_comments_are_dropped() -> None:
    assert seen("<head><title>t</title></head><script>x()</script><style>b{}</style><!-- c -->Hi<br>there") == (
        "Hi\nthere",
        False,
    )


def test_words_split_by_spans_stay_whole_and_layout_tables_become_lines() -> None:
    assert seen("re<span>fu</span>nd")[0] == "refund"
    text = seen("<table><tr><td><table><tr><td>One</td></tr></table></td><td><p>Two</p></td></tr></table>")[0]
    assert [row for row in text.split("\n") if row] == ["One", "Two"]
    rows = seen("<table><tr><td>Item</td><td>Price</td></tr><tr><td>Pen</td><td>3</td></tr></table>")[0].split("\n")
    assert [row.split() for row in rows] == [["Item", "Price"], ["Pen", "3"]]


def test_quotes_in_html_are_marked() -> None:
    assert seen("Yes<blockquote type=cite>Shall we?<br>Now?</blockquote>Bye")[0].split("\n")[:3] == [
        "Yes",
        "> Shall we?",
        "> Now?",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "<html><body><p>One</p></body></html><p>Two</p>",
        "<!DOCTYPE html><html><head></head><body><p>One</p></body></html>\nTwo",
        "<html><body><p>One</p></body></html><html><head><title>x</title></head><body>Two</body></html>",
        "<html><p>One</p></html><p hidden>OBEY</p><p>Two</p>",
        "<html><p>One</p></html><style>p.x {display:none}</style><p class=x>OBEY</p><p>Two</p>",
    ],
)
def test_what_stands_after_the_end_of_the_page_is_read_as_the_rest_of_it(source: str) -> None:
    text, is_hidden = seen(source)
    assert text.split() == ["One", "Two"] and is_hidden == ("OBEY" in source)


@pytest.mark.parametrize("depth", [100, 255, 256, 300, 700, 1_500, 3_000, 20_000])
def test_however_deep_a_page_is_nested_nothing_is_lost_in_silence(depth: int) -> None:
    hidden = "<p hidden>OBEY</p>" if depth < 2_000 else ""
    page = read_html(f"<p>One</p>{hidden}{'<div>' * depth}T<b>w</b>o{'</div>' * depth}<p>End</p>")
    assert page.text.replace("T w o", "Two").split() == ["One", "Two", "End"]
    assert depth < 1_500 or NO_LAYOUT in page.problems


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Yes.\n\nOn Mon, 5 Jan 2026 at 10:00, Bob <b@x.y> wrote:\n> Shall we?\n", "Yes."),
        ("Ja.\n\nAm 05.01.2026 um 10:00 schrieb Bob <b@x.y>:\n> Wollen wir?\n", "Ja."),
        ("Yes.\n\n-----Original Message-----\nFrom: Bob <b@x.y>\nSent: x\nTo: y\n\nShall we?", "Yes."),
        ("Yes.\n\nFrom: Bob <b@x.y>\nSent: Monday\nTo: Ann\nSubject: Re: it\n\nShall we?", "Yes."),
        ("On Mon, Bob <b@x.y> wrote:\n> Shall we?\nYes.\n> Now?\nNo.", "Yes.\n\nNo."),
        ("Please help.\n\n-- \nAnn Lee\nShop Ltd", "Please help."),
        ("Please help.\n\nBest regards,\nAnn", "Please help."),
        ("Flight:\nFrom: Berlin\nTo: Paris\nDate: 3 May\nPlease book it.", None),
        ("Thanks,\nbut could you also cancel order 12? It came twice.", None),
        ("Warning: the mail server is down since 9.\nPlease look.", None),
        ("Two points:\n- first thing\n- second thing\nPlease do both.", None),
        ("> only a quote", None),
        ("Hello.\n\nOn Monday my boss wrote:\nplease cancel it at once, we will not pay.", None),
        ("Yes.\n\nOn Monday Bob wrote:\n> Shall we?", "Yes."),
        ("Yes.\n\nOn Mon, 5 Jan 2026, Bob wrote:\nShall we?", "Yes."),
        ("Yes.\n\nOn Monday at 10:00, Bob wrote:\nShall we?", "Yes."),
        ("Hi\n\nBest regards\nI wait for the money on my account", None),
        ("Hi\n\nBest regards\nRefund ORDER 4711", None),
        ("Hi\n-- \nPlease deliver by Friday. Order 4711", None),
        ("Hi\n-- \nAnn\nCancel order 4711", None),
        ("Hi\n-- \nAnn\nPlease do not print this mail", "Hi"),
        ("Hi\n\nBest regards\nAnn\nSent from my new little phone", "Hi"),
        ("Hi\n\nBest regards,\nAnn\n\nCrates\nTo cancel write to the list", "Hi"),
        ("Hi\n\nBest regards,\nAnn\n------------\nTo cancel write to the list", "Hi"),
        ("Hi\n\nBest regards,\nAnn\n\nPS: the order was 4711.", None),
        ("Hi\n\nGrüße\nAnn\nP. S. die Nummer ist 4711", None),
        ("Hi\n\nBest regards,\nAna\n\nP.D.: 4711", None),
        ("Hi\n-- \nAnn\nShop Ltd\n\nP.-S. 4711", None),
        ("Hi\n\nBest regards,\nAnn\nP.O. Box 12\nPSO House", "Hi"),
        ("", None),
    ],
)
def test_quotes_and_signatures_go_and_sentences_stay(text: str, own: str | None) -> None:
    assert strip_quotes(text) == (text if own is None else own)


def test_forwards_are_kept_whole() -> None:
    text = "FYI\n\n-----Original Message-----\nFrom: Bob <b@x.y>\nTo: y\n\nThe matter"
    assert strip_quotes(text, subject="Fwd: it") == strip_quotes(text, subject="[Ops] FW: it") == text
    assert strip_quotes(text, subject="[Ops] Re: it") == "FYI"
    marked = text.replace("-----Original", "----------  Forwarded").replace("Message-----", "Message  ----------")
    assert strip_quotes(marked, subject="it") == marked


@pytest.mark.parametrize(
    "piece",
    [
        "On ",
        "On On\n",
        "On " + "a " * 118 + "\n",
        "\n",
        " \n\t\n",
        "From:\n\n",
        "> ",
        "On a wrote:\n",
        "\xa0" * 239 + "\n",
        "Disclaimer: " * 19 + "\n",
        "Am Am schrieb " * 16 + "\n",
        "\n\n" + "_" * 40,
        "\x0b" * 239 + "\n",
        "--\nx\n",
    ],
)
def test_crafted_text_costs_little(piece: str) -> None:
    start = time.process_time()
    strip_quotes(piece * (200_000 // len(piece)))
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<table><tr><td>a<td>b",
        "<!--",
        "<style>{",
        "<script>",
        "<ul><li>a",
        "<blockquote type=cite>",
        "<",
        "<p>a",
        "<table><tr><td>" + "x" * 150 + "<td>b" + "<tr><td>a<td>b" * 50 + "</table>",
        '<p style="margin-top:999999em">x',
    ],
)
def test_crafted_html_costs_little(piece: str) -> None:
    start = time.process_time()
    text = read_html(piece * (300_000 // len(piece))).text
    assert time.process_time() - start < 6
    assert len(text) < 1_000_000


def test_crafted_headers_cost_little() -> None:
    start = time.process_time()
    for name in (b"Content-Type", b"To", b"From", b"Content-Disposition", b"References"):
        for piece in (b"<", b"(", b",", b" a", b";a=b", b'"a" '):
            read_mail(name + b": " + piece * (200_000 // len(piece)) + b"\n\nhi")
    assert time.process_time() - start < 10


def test_a_line_of_dashes_is_read_in_no_time() -> None:
    began = time.process_time()
    strip_quotes("-" * 20_000 + "\nhello")
    assert time.process_time() - began < 5

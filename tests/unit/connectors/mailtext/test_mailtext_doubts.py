"""Styles that may hide a text in a way that is not understood: the text is read, and that is told."""

import pytest

from opsconsole.connectors.mailtext.clean import HIDDEN_TEXT
from opsconsole.connectors.mailtext.html import read_html

DOUBTFUL = {
    "animation": "<style>@keyframes h {{to {{opacity:0}}}}</style><p style='animation:h 0s forwards'>{}</p>",
    "animation by name": "<p style='animation-name:h'>{}</p>",
    "blend": "<p style='mix-blend-mode:lighten'>{}</p>",
    "discs": "<p style='-webkit-text-security:disc'>{}</p>",
    "a picture in its place": "<p style='content:url(x.gif)'>{}</p>",
    "clipped": "<p style='clip-path:circle(1px)'>{}</p>",
    "brightness": "<p style='filter:brightness(0) invert(1)'>{}</p>",
    "turned": "<p style='transform:rotate3d(1,0,0,90deg)'>{}</p>",
    "turned a quarter": "<p style='-webkit-transform:rotateY(.25turn)'>{}</p>",
    "matrix": "<p style='transform:matrix(1,1,1,1,0,0)'>{}</p>",
    "small": "<p style='transform:scale(.06)'>{}</p>",
    "system colour": "<p style='color:canvas'>{}</p>",
    "mixed colour": "<p style='color:color-mix(in srgb,white,white)'>{}</p>",
    "narrow": "<div style='height:3px;overflow:hidden'><p>{}</p></div>",
    "behind a child": "<div style='mix-blend-mode:lighten'><br>{}</div>",
    "layer": "<style>@layer a {{p {{display:block}}}}</style><p>{}</p>",
    "rules within a rule": "<style>div {{& p {{display:none}}}}</style><div><p>{}</p></div>",
    "right in a box that cuts": "<div style='overflow:hidden'><p style='position:relative;left:1500px'>{}</p></div>",
    "below in a box that cuts": "<div style='overflow:clip'><div><p style='margin-top:1500px'>{}</p></div></div>",
    "moved in a box that cuts": "<div style='overflow-x:hidden'><p style='transform:translateX(600px)'>{}</p></div>",
    "behind what lies beside it": (
        "<p style='position:relative;z-index:-1'>{}</p><div style='background:#fff;margin-top:-40px'><br></div>"
    ),
    "in Outlook": "<p style='mso-hide:all'>{}</p>",
    "in Outlook, by a sheet": "<style>.o {{MSO-HIDE: All}}</style><div class=o><p>{}</p></div>",
    "in Outlook, on the screen": "<p><span style='m\\73o-hide:screen'>{}</span></p>",
    "queries within a rule": "<style>p {{@media all {{display:none}}}}</style><p>{}</p>",
}
CERTAIN = {
    "nothing doubtful in it": "<p style='mix-blend-mode:lighten'> - </p><p>{}</p>",
    "no clip": "<p style='clip-path:none;mix-blend-mode:normal;animation:none'>{}</p>",
    "not in Outlook either": "<p style='mso-hide:none;mso-line-height-rule:exactly'>{}</p>",
    "words for colours": "<p style='color:inherit'><b style='color:windowtext'>{}</b></p>",
    "a variable": "<p style='color:var(--x)'>{}</p>",
    "a little larger": "<p style='transform:scale(1.1) rotate(2deg)'>{}</p>",
    "a low box that shows all": "<p style='height:3px'>{}</p>",
    "to the right, where one can scroll": "<p style='position:relative;left:1500px'>{}</p>",
    "to the right, cut where it grows": (
        "<table><td style='overflow:hidden'><p style='position:relative;left:1500px'>{}</p></td></table>"
    ),
    "little to the right in a box that cuts": "<div style='overflow:hidden'><p style='margin-left:90px'>{}</p></div>",
    "layer of widths": "<style>@layer a {{p {{max-width:9px}}}}</style><p>{}</p>",
}


@pytest.mark.parametrize("how", DOUBTFUL)
def test_text_that_may_be_hidden_is_read_and_that_is_told(how: str) -> None:
    page = read_html(DOUBTFUL[how].format("Hello"))
    assert page.text == "Hello" and page.problems == (HIDDEN_TEXT,)


@pytest.mark.parametrize("how", CERTAIN)
def test_text_that_is_seen_for_certain_is_read_without_a_word(how: str) -> None:
    page = read_html(CERTAIN[how].format("Hello"))
    assert page.text.split()[-1] == "Hello" and page.problems == ()

"""Real and broken mails: every one is counted, none crashes the reading, each has a text or a problem."""

import logging
from collections import defaultdict
from pathlib import Path

import pytest

from opsconsole.connectors.files import open_source
from opsconsole.domain.event import IncomingEvent

DATA = Path(__file__).parents[3] / "shared" / "data" / "mail"
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the mail collections are not beside this checkout"),
]


@pytest.mark.parametrize(
    ("name", "count", "distinct"), [("spamassassin_dev.tar.gz", 430, 430), ("fixtures_dev.tar.gz", 103, 93)]
)
def test_every_mail_is_accounted_for(name: str, count: int, distinct: int, caplog: pytest.LogCaptureFixture) -> None:
    source = open_source(DATA / name)
    with caplog.at_level(logging.WARNING):
        events = list(source.events(is_folder_label=True))
    assert caplog.records == []
    assert len(events) == count == source.counts.seen and source.counts.skipped == {}
    assert source.counts.broken == sum(bool(event.problems) for event in events)
    assert all(event.text.strip() or event.problems for event in events)
    assert all((event.raw is not None) == bool(event.problems) for event in events)
    assert all(event.label for event in events)
    by_name: defaultdict[str, list[IncomingEvent]] = defaultdict(list)
    for event in events:
        by_name[event.external_id].append(event)
    # The collection of broken mails holds some mails twice: with other line ends, or resent.
    assert len(by_name) == distinct
    for twins in by_name.values():
        assert len({(twin.sender, twin.title, twin.text, twin.recipients) for twin in twins}) == 1

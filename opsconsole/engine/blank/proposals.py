"""What comes into a workspace, and the categories that its past proposes: where people put what came."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opsconsole.engine.agents.eventkinds import known_kinds
from opsconsole.engine.blank.answers import MOST_NAME, clean
from opsconsole.engine.blank.examples import shortened, typical
from opsconsole.engine.blank.places import called, slug, tells_nothing
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import events
from opsconsole.store.queries.places import placed

EXAMPLES = 3
"""Of each category so many are shown."""
READ = 40
"""So many events of a place are read to choose them from."""
MOST = 20
"""Categories that are proposed for what comes from one place."""
LIKELY = 12
"""So many of them are taken without being asked for: nobody tells more apart at a glance."""
FEW = 3
"""A place with fewer events is proposed, and not taken."""
UNNAMED = "Without a name"
"""What a category is called whose place has no letter that can be seen."""
_USUAL = ("mail.received", "ticket.created")
_NOT_WORK = frozenset(("mail.sent", "mail.claimed", "case.recorded"))
"""Kinds of events that no agent is there for: people's own mails, and other systems' decisions."""


@dataclass(frozen=True, slots=True)
class ProposedCategory:
    """A category as the past proposes it."""

    id: str
    name: str
    field: str
    """What the place is: `folder`, `queue` or `tag`."""
    place: str
    """The folder, queue or tag as people have it."""
    count: int
    """Events that lie there."""
    examples: tuple[str, ...]
    """What came in, each on one line."""
    is_likely: bool
    """It is taken unless a person throws it out."""


@dataclass(frozen=True, slots=True)
class Source:
    """What comes in from one connection, of one kind."""

    connection: str
    kind: str
    count: int
    """Events that came so far."""
    proposals: tuple[ProposedCategory, ...]
    """Those with most events first."""
    left_out: int
    """Further places, with fewer events."""


def proposals(kernel: Kernel) -> tuple[Source, ...]:
    """Return what comes into the workspace with the categories it proposes; what tells most comes first."""
    counts = {(row[0], row[1]): row[2] for row in events.kinds(kernel.reader)}
    for connection, kinds in known_kinds(kernel.registry, kernel.reader).items():
        for kind in kinds:
            counts.setdefault((connection, kind), 0)
    places = _places(kernel)
    found = [
        _source(kernel, key, count, places.get(key, {}))
        for key, count in counts.items()
        if key[0] in kernel.registry.connectors and key[1] not in _NOT_WORK and "*" not in key[1]
    ]
    order = sorted(found, key=lambda source: (source.kind not in _USUAL, source.kind, source.connection))
    return tuple(sorted(order, key=lambda source: (not source.proposals, -source.count)))


_Places = Mapping[tuple[str, str], Sequence[int]]


def _places(kernel: Kernel) -> dict[tuple[str, str], dict[tuple[str, str], list[int]]]:
    """Return the events of each place that tells something, by where they came from; spelt as it is most often."""
    seen: dict[tuple[str, str], dict[tuple[str, str], dict[str, set[int]]]] = defaultdict(lambda: defaultdict(dict))
    for connection, kind, field, place, event in placed(kernel.reader):
        if not tells_nothing(place):
            seen[connection, kind][field, place.casefold()].setdefault(place, set()).add(event)
    found: dict[tuple[str, str], dict[tuple[str, str], list[int]]] = {}
    for source, places in seen.items():
        found[source] = {}
        for (field, _), spelt in places.items():
            usual = max(spelt, key=lambda name: (len(spelt[name]), name))
            found[source][field, usual] = sorted(set[int]().union(*spelt.values()), reverse=True)
    return found


def _source(kernel: Kernel, key: tuple[str, str], count: int, places: _Places) -> Source:
    by_field: dict[str, set[int]] = defaultdict(set)
    for (field, _), numbers in places.items():
        by_field[field].update(numbers)
    ranked = sorted(by_field, key=lambda field: -len(by_field[field]))
    order = sorted(places, key=lambda place: (ranked.index(place[0]), -len(places[place]), place[1]))
    shown = order[:MOST]
    texts = {f"{field}:{place}": _texts(kernel, places[field, place]) for field, place in shown}
    examples, ids, found = typical(texts, most=EXAMPLES), list[str](), list[ProposedCategory]()
    names = _names([place for _, place in shown])
    for at, (field, place) in enumerate(shown):
        ids.append(slug(place, ids))
        number = len(places[field, place])
        is_likely = at < LIKELY and number >= FEW and field == ranked[0]
        told = examples[f"{field}:{place}"]
        found.append(ProposedCategory(ids[-1], names[at], field, place, number, told, is_likely))
    return Source(*key, count, tuple(found), len(order) - len(shown))


def _names(places: Sequence[str]) -> list[str]:
    """Return what categories are called: the last part of a place, or the whole where another one ends so too.

    Each name is one that an answer may have: on one line, short, and no other's.
    """
    short = [clean(called(place)) for place in places]
    often, found = Counter(name.casefold() for name in short), dict[str, str]()
    for place, name in zip(places, short, strict=True):
        whole = (name if often[name.casefold()] == 1 else clean(place)) or UNNAMED
        made, number = _cut(whole, MOST_NAME), 2
        while made.casefold() in found:
            end = f" ({number})"
            made, number = _cut(whole, MOST_NAME - len(end)) + end, number + 1
        found[made.casefold()] = made
    return list(found.values())


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _texts(kernel: Kernel, numbers: Sequence[int]) -> list[str]:
    """Return what events say, from all of the time in which they came."""
    step = max(1, len(numbers) // READ)
    found = [events.event(kernel.reader, number) for number in numbers[::step][:READ]]
    texts = [shortened(event.title, event.text) for event in found if event is not None]
    return list(dict.fromkeys(text for text in texts if text))

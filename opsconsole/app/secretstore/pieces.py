"""Long values in a keyring whose entries are short: Windows takes 1,280 characters, a pair of tokens has more.

A long value lies in numbered entries beside its own; the entry itself names them. A new value is written beside the old
one before the entry points to it, so a crash in between leaves the old one whole.
"""

import secrets

from opsconsole.app.secretstore.osring import Ring

_HEAD = "\x02opsconsole pieces\x02"


def put(ring: Ring, user: str, value: str, *, largest: int) -> None:
    """Keep a value in entries of at most `largest` characters.

    Raises:
        KeyringError: it was not kept; the old value still is.
    """
    old = ring.get(user)
    if len(value) <= largest:
        ring.put(user, value)
    else:
        run = secrets.token_hex(4)
        parts = [value[at : at + largest] for at in range(0, len(value), largest)]
        for number, part in enumerate(parts):
            ring.put(_part(user, run, number), part)
        ring.put(user, f"{_HEAD}{run} {len(parts)}")
    _drop(ring, user, old)


def get(ring: Ring, user: str) -> str | None:
    """Return a value whole; None where it, or a piece of it, is not there.

    Raises:
        KeyringError: the keyring does not give it.
    """
    value = ring.get(user)
    if value is None or (place := _parsed(value)) is None:
        return value
    parts = [ring.get(_part(user, place[0], number)) for number in range(place[1])]
    found = [part for part in parts if part is not None]
    return "".join(found) if len(found) == len(parts) else None


def delete(ring: Ring, user: str) -> bool:
    """Remove a value with its pieces; False where there was none.

    Raises:
        KeyringError: it could not be removed.
    """
    old = ring.get(user)
    was_there = ring.delete(user)
    _drop(ring, user, old)
    return was_there


def _drop(ring: Ring, user: str, old: str | None) -> None:
    if old is not None and (place := _parsed(old)) is not None:
        for number in range(place[1]):
            ring.delete(_part(user, place[0], number))


def _parsed(value: str) -> tuple[str, int] | None:
    if not value.startswith(_HEAD):
        return None
    run, _, count = value.removeprefix(_HEAD).partition(" ")
    return run, int(count)


def _part(user: str, run: str, number: int) -> str:
    return f"{user}#{run}.{number}"

"""What an import has to say, for every command that brings something in."""

from opsconsole.app.past.importing import Imported
from opsconsole.app.words import count, say


def tell_left_out(done: Imported) -> None:
    """Say whose answers were found and what was left out."""
    for address, number in done.sent.items():
        say(f"  {count(number, 'mail')} in Sent from {address}: taken as your own answers.")
    for reason, number in done.skipped.items():
        say(f"  {number} left out: {reason}")

"""What an import has to say, for every command that brings something in."""

from opsconsole.app.past.importing import Imported
from opsconsole.app.words import count, say


def tell_left_out(done: Imported) -> None:
    """Say whose answers were found, where mails from oneself lie besides, and what was left out."""
    for folder, address in done.sent_folders.items():
        say(f"  {folder} is taken for your sent mail: nearly all of it is from {address}.")
    for address, number in done.sent.items():
        say(f"  {count(number, 'mail')} in Sent from {address}: taken as your own answers.")
    for folder, number in done.own_elsewhere.items():
        say(f"  {own_elsewhere(folder, number)}")
    for reason, number in done.skipped.items():
        say(f"  {number} left out: {reason}")


def own_elsewhere(folder: str, number: int) -> str:
    """Ask whether mails from oneself outside of sent mail were sent."""
    where, verb = folder or "no folder", "lies" if number == 1 else "lie"
    how = f" `--sent {folder!r}` takes them as your answers." if folder else ""
    return f"{count(number, 'mail')} from you {verb} in {where}: sent?{how}"

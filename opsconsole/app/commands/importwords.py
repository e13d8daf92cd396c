"""What an import has to say, for every command that brings something in."""

from opsconsole.app.past.importing import Imported
from opsconsole.app.words import count, say, table
from opsconsole.ui.reports import ImportPreview

NO_ANSWERS = (
    "No folder of sent mail was found, so what your people answered is not known. Name it (`--sent`), or your own"
    " addresses (`--own`)."
)


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


def tell_preview(found: ImportPreview) -> None:
    """Say what an import understood; nothing was written."""
    say(f"{found.name}: {found.what}, read like this. Nothing was written.")
    for of, text in found.facts:
        say(f"  {of + ':':14}{text}")
    say("")
    table([found.heads, *found.rows], [_width(found, place) for place in range(len(found.heads))])
    say("")
    if not found.has_answers:
        say(f"  {NO_ANSWERS}")
    for folder, number in found.own_elsewhere:
        say(f"  {own_elsewhere(folder, number)}")
    for note in found.notes:
        say(f"  ! {note}")
    how = "`--mapping FILE.yaml`" if any(of == "Columns" for of, _ in found.facts) else "`--own` and `--sent`"
    say(f"Right? The same without --dry-run brings it in. Else correct it with {how}.")


def _width(found: ImportPreview, place: int) -> int:
    return min(36, max(len(row[place]) for row in (found.heads, *found.rows)))


def own_elsewhere(folder: str, number: int) -> str:
    """Ask whether mails from oneself outside of sent mail were sent."""
    verb = "lies" if number == 1 else "lie"
    if not folder:
        return f"{count(number, 'mail')} from you {verb} in no folder; as your answers count only those in a folder."
    return f"{count(number, 'mail')} from you {verb} in {folder}: sent? `--sent {folder!r}` takes them as your answers."

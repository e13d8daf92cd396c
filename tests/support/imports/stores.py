"""Mails and mailbox files for tests of stores: who wrote them, to whom, and how they were delivered."""

from pathlib import Path

ME, ANN, BO = "desk@tile.example", "ann@quay.example", "bo@lane.example"
STAMP = b"From - Tue Feb  3 10:00:00 2026\n"


def mail(number: int, sender: str, to: str, *, above: str = "", received: bool = False) -> bytes:
    """A mail; `received`: a server delivered it."""
    delivered = "Received: from a by b; Tue, 3 Feb 2026 10:00:00 +0000\n" if received else ""
    return (
        f"{above}{delivered}From: {sender}\nTo: {to}\nSubject: Crate {number}\nDate: Tue, 03 Feb 2026 10:00:00 +0000\n"
        f"Message-ID: <s{number}@tile.example>\nContent-Type: text/plain\n\nText {number}\n"
    ).encode()


def box(path: Path, *mails: bytes) -> None:
    """A mailbox file of them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\n".join(STAMP + data for data in mails))

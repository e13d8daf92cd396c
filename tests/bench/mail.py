"""How long a mail takes: from its arrival by LMTP to the reply in the sender's mailbox, through a real server.

The brain answers at once and there is no veto window, so what is left is ours and the mail server's. Dovecot itself
tells of a new mail up to half a second late (it gathers changes); `server_tells_ms` is that part.
"""

import asyncio
import contextlib
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from opsconsole.connectors.mail.imap.client import Imap
from opsconsole.connectors.mail.imap.idle import listen
from tests.crash.mailworker import configured, work
from tests.support.mail.mailrig import ANN, SUPPORT, MailRig, letter, mail_rig

MAILS = 20
LIMIT_S = 30.0


async def _one(rig: MailRig, number: int, looking: Imap) -> tuple[float, float]:
    """Deliver one mail; give the loop's time when it lay there, and when the reply did."""
    loop = asyncio.get_running_loop()
    await rig.deliver(letter(number))
    began = loop.time()
    async with asyncio.timeout(LIMIT_S):
        while await asyncio.to_thread(_count, looking) < number:
            pass
    return began, loop.time()


def _count(client: Imap) -> int:
    client.noop()
    return len(client.search("ALL"))


async def _measure() -> list[tuple[float, float, float]]:
    """Return (arrived, told, answered) of each mail."""
    loop = asyncio.get_running_loop()
    heard: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        async with mail_rig() as rig:
            config = configured(rig.dovecot.imap_port, rig.dovecot.smtp_port, datetime.now(UTC) - timedelta(minutes=1))
            stop = asyncio.Event()
            working = asyncio.create_task(work(Path(folder) / "workspace", config, stop=stop))
            bystander, looking = rig.dovecot.client(SUPPORT), rig.dovecot.client(ANN)
            looking.select_folder("INBOX", readonly=True)

            def ring() -> None:
                loop.call_soon_threadsafe(lambda: heard.append(loop.time()))

            ringing = asyncio.create_task(asyncio.to_thread(listen, bystander, "INBOX", ring))
            try:
                await _one(rig, 1, looking)
                times = [await _one(rig, number, looking) for number in range(2, MAILS + 2)]
            finally:
                stop.set()
                await working
                rig.dovecot.kill()
                with contextlib.suppress(Exception):  # its server is gone, which is how it ends
                    await ringing
                bystander.shutdown()
                looking.shutdown()
    return [(began, next((at for at in heard if began < at < ended), began), ended) for began, ended in times]


def run(data_dir: Path) -> Iterator[dict[str, Any]]:
    """Yield the figures; `data_dir` is not needed. Nothing where there is no Dovecot."""
    if shutil.which("dovecot", path="/usr/bin:/usr/sbin") is None:
        yield {"bench": "mail_to_reply", "skipped": "Dovecot is not installed"}
        return
    times = asyncio.run(_measure())
    whole = [1000 * (answered - arrived) for arrived, _, answered in times]
    yield {
        "bench": "mail_to_reply",
        "budget": "<= 2000 ms",
        "median_ms": round(statistics.median(whole)),
        "p95_ms": round(sorted(whole)[int(len(whole) * 0.95)]),
        "server_tells_ms": round(statistics.median(1000 * (told - arrived) for arrived, told, _ in times)),
        "told_to_reply_ms": round(statistics.median(1000 * (answered - told) for _, told, answered in times)),
        "mails": len(times),
    }

"""cases: what an agent learns from."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, TextIO

import typer

from opsconsole.app.commands.options import Where
from opsconsole.app.session import opened
from opsconsole.app.words import count, say
from opsconsole.domain.errors import FileFormatError, NotFoundError
from opsconsole.engine.agents.file import load_spec
from opsconsole.engine.agents.yamltext.validationtext import unreadable
from opsconsole.engine.past.casefile import LONGEST_LINE
from opsconsole.store import cases as store
from opsconsole.store.queries import versions
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction

app = typer.Typer(help="Precedents: past events with their right category.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `cases` a group."""


@app.command("import")
def import_(
    agent: str,
    file: Annotated[Path, typer.Argument(help="CSV with the columns text and category.")],
    *,
    workspace: Where = None,
) -> None:
    """Give an agent past cases to learn from; they count for its very next event."""
    with opened(workspace) as session:
        conn, now = session.kernel.reader, session.kernel.clock.now()
        version = versions.current(conn, agent)
        if version is None:
            raise NotFoundError(f"There is no agent {agent}. `opsconsole agents list` shows them.")
        known = {category.id for category in load_spec(version.spec).playbook.categories}
        rows = _rows(file, known, agent)
        total = 0
        while chunk := list(islice(rows, 500)):

            def job(tx: Transaction, chunk: list[tuple[str, str]] = chunk) -> None:
                for text, category in chunk:
                    store.add_case(
                        tx.conn,
                        scope=agent,
                        category=category,
                        text=text,
                        source="import",
                        occurred_at=to_micros(now),
                        created_at=to_micros(now),
                    )
                tx.audit("cases.imported", at=now, actor=session.actor, agent=agent, count=len(chunk))
                tx.touch("cases")

            session.write(job, name="cases.import")
            total += len(chunk)
    say(f"{agent} has learnt {count(total, 'case')}.")


def _lines(stream: TextIO, path: str) -> Iterator[str]:
    """Read in bounded pieces: a device, or a file that is no table, has lines without an end."""
    for number, line in enumerate(iter(lambda: stream.readline(LONGEST_LINE + 1), ""), start=1):
        if len(line) > LONGEST_LINE:
            raise FileFormatError("a line of more than 10 MB is no case", path=path, line=number)
        yield line


def _rows(file: Path, known: set[str], agent: str) -> Iterator[tuple[str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(_lines(stream, str(file)))
            if not {"text", "category"} <= set(reader.fieldnames or ()):
                raise FileFormatError("the first line must name the columns text and category", path=str(file), line=1)
            for row in reader:
                category = (row["category"] or "").strip()
                if category not in known:
                    message = f"{agent} has no category {category!r}; it has {', '.join(sorted(known))}"
                    raise FileFormatError(message, path=str(file), line=reader.line_num)
                if (row["text"] or "").strip():
                    yield row["text"], category
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileFormatError(unreadable(error), path=str(file)) from error

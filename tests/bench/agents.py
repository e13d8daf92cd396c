"""What the Agents panel works out while a person waits, over 10,000 recorded actions: CPU time of each."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from opsconsole.app.past.triagepreview import Previewer
from opsconsole.app.place import resources
from opsconsole.app.session import Session, opened, playbook_brain
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Level
from opsconsole.engine.agents.coverage import coverage
from opsconsole.engine.agents.file import AgentFile, apply_agent, read_agent_text
from opsconsole.engine.agents.lint import lint
from opsconsole.engine.engine import Engine
from opsconsole.engine.past.guarded import guarded
from opsconsole.engine.past.relevel import effect_of
from opsconsole.engine.past.simulate import TypedCall, as_then, typed
from opsconsole.engine.playbook.told import playbook_text
from opsconsole.engine.systemclock import SystemClock
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries.views.wanted import recent_calls
from opsconsole.ui.panels.agents.playbook.looked import Source, look
from tests.bench.engine import clerk, events
from tests.support.rig import desk_only

RUNS = 5_000
"""Two actions each."""
TEXT = yaml.safe_dump(clerk().model_dump(mode="json", by_alias=True, exclude_defaults=True))


def run(data_dir: Path) -> Iterator[dict[str, Any]]:
    """Yield the figures."""
    del data_dir
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_fill(Path(folder)))
        with opened(Path(folder)) as session:
            yield {"bench": "agents", "recorded_actions": 2 * RUNS, **dict(_figures(session))}


async def _fill(folder: Path) -> None:
    place = workspaces.create(folder, at=SystemClock().now(), actor="bench")
    reader = place.database.reader()
    async with Engine(place, desk_only, playbook_brain(reader)) as engine:
        now = engine.clock.now()
        await engine.writer.write(
            lambda tx: apply_agent(tx, AgentFile(clerk(), ""), engine.registry, actor="bench", now=now), name="apply"
        )
        for first in range(0, RUNS, 500):
            await asyncio.gather(*(engine.take("desk", event) for event in events(500, first)))
            await engine.settle()
    reader.close()
    place.close()


def _figures(session: Session) -> Iterator[tuple[str, float]]:
    kernel, previewer = session.kernel, Previewer()
    conn, since, was = kernel.reader, kernel.clock.now() - timedelta(days=30), clerk()
    careful = was.model_copy(update={"autonomy": was.autonomy.model_copy(update={"default": Level.APPROVAL})})
    plain = was.model_copy(update={"guardrails": was.guardrails[:1] * 3})
    action = recent_calls(conn, "clerk", most=1)[0].id
    call = TypedCall(tool="desk.tag_mail", args={"tag": "billing"}, category="billing")
    specs: list[AgentSpec] = [was]
    large = (resources() / "sample" / "agents" / "customer-mail.yaml").read_text(encoding="utf-8")
    source = _edited(large, read_agent_text(large, "customer-mail.yaml", kernel.registry).spec)
    jobs: dict[str, Callable[[], object]] = {
        "preview_first_ms": lambda: previewer.preview(session, "clerk", TEXT),
        "preview_again_ms": lambda: previewer.preview(session, "clerk", f"{TEXT}# changed\n"),
        "form_written_and_linted_ms": lambda: look(kernel, source, was.model_copy(update={"agent": "customer-mail"})),
        "lint_ms": lambda: lint(kernel.registry, conn, was),
        "effect_of_levels_ms": lambda: effect_of(conn, was, careful, since=since),
        "would_have_stopped_ms": lambda: guarded(kernel, plain, since=since),
        "simulate_past_ms": lambda: as_then(kernel, action),
        "simulate_typed_ms": lambda: typed(kernel, "clerk", call),
        "coverage_ms": lambda: coverage(kernel.registry, specs),
        "list_of_calls_ms": lambda: recent_calls(conn, "clerk", most=200),
    }
    for name, job in jobs.items():
        began = time.process_time()
        job()
        yield name, round(1000 * (time.process_time() - began), 1)


def _edited(text: str, spec: AgentSpec) -> Source:
    """A file of the sample with a purpose, a name, an example and the text of a step typed anew in the form."""
    book = playbook_text(spec)
    first = book.categories[0]
    place = next(place for place in first.texts if place[-1] == "text")
    texts, examples = {**first.texts, place: "Hello,\n\nwe look."}, (*first.examples, "It does not work")
    changed = replace(first, name="Another name", examples=examples, texts=texts)
    wanted = replace(book, purpose="Another purpose.", categories=(changed, *book.categories[1:]))
    return Source(text, spec, wanted)

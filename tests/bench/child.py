"""An engine in a process of its own whose connector tells when it was called. Started by the engine bench."""

import asyncio
import sys
import time
from pathlib import Path

from opsconsole.connectors.desk.connector import DeskConnector
from opsconsole.domain.action import Call, Result
from opsconsole.doubles.brain import FakeBrain, one_by_one
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.engine import Engine
from opsconsole.engine.ports.connector import Connector
from opsconsole.store import workspace as workspaces
from tests.support.rig import agent, call, mail


class TellingDesk(DeskConnector):
    """Prints the time at which it is asked to do something."""

    async def execute(self, call: Call) -> Result:
        sys.stdout.write(f"{call.action_id} {time.time():.6f}\n")
        sys.stdout.flush()
        return Result(is_ok=True, data={"id": 1})


async def _main(folder: Path, parked: int) -> None:
    def connectors(engine: Engine) -> list[Connector]:
        return [TellingDesk(engine.reader, engine.writer, engine.clock, stalled_after_days=None)]

    brain = FakeBrain(one_by_one("case", [call("desk.create_ticket", title="Look")]))
    async with Engine(workspaces.open_(folder), connectors, brain) as engine:
        spec, now = agent(level=2, approvals={"veto_s": 0}), engine.clock.now()
        await engine.writer.write(
            lambda tx: apply_agent(tx, AgentFile(spec, ""), engine.registry, actor="bench", now=now), name="agent.apply"
        )
        await asyncio.gather(*(engine.take("desk", mail(number, occurred_at=now)) for number in range(parked)))
        await engine.settle()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await engine.run()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), int(sys.argv[2])))

"""An agent dismissed and hired again, as a person does it, in a transaction of its own."""

from opsconsole.engine.agents.versions import NewVersion
from opsconsole.engine.commands import dismissal
from opsconsole.engine.commands.dismissal import Ending
from tests.support.rig import Rig


async def dismiss(r: Rig, name: str = "mira", *, reason: str = "the wrong one", seen: int | None = None) -> Ending:
    return await r.engine.writer.write(
        lambda tx: dismissal.dismiss(r.kernel, tx, name, actor="person:test", reason=reason, seen=seen),
        name="agent.dismiss",
    )


async def hire_again(r: Rig, number: int = 1) -> NewVersion:
    return await r.engine.writer.write(
        lambda tx: dismissal.hire_again(r.kernel, tx, "mira", number, actor="person:test"), name="agent.restore"
    )

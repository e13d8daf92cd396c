"""What models may cost while the past is worked: asked before every answer, also of events worked at once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from opsconsole.domain.errors import ConnectorError, TransientError


class CapReachedError(TransientError):
    """The next answer may cost more than is left."""


@dataclass(slots=True)
class Bill:
    """What one answer cost, in micros; set by who asked."""

    micros: int = 0


@dataclass(slots=True)
class Purse:
    """Lets an answer be asked for where it may be paid. Sums in micros.

    An answer may cost what the dearest did so far; how many are asked for at once grows with those that were paid. So
    a first answer, or one dearer than all before it, can pass the cap, by itself.
    """

    cap: float | None
    """In the workspace's money; None: as much as it takes."""
    spent: int = 0
    dearest: int = 0
    paid: int = 0
    under_way: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def why_not(self) -> str:
        """Say why the next answer may not be paid for; empty where it may."""
        return "" if self._is_enough(0) else f"its cap of {self.cap:g} is reached"

    @asynccontextmanager
    async def answer(self) -> AsyncGenerator[Bill]:
        """Have an answer paid for: waits for those under way where they may decide whether there is enough.

        Raises:
            CapReachedError: there is not.
        """
        bill = Bill()
        if self.cap is None:
            yield bill
            self.spent += bill.micros
            return
        async with self._changed:
            while self.under_way and not (self.under_way < self.paid and self._is_enough(self.under_way)):
                await self._changed.wait()
            if why := self.why_not():
                raise CapReachedError(why)
            self.under_way += 1
        try:
            yield bill
        except ConnectorError as error:
            bill.micros = error.cost_micros
            raise
        finally:
            self.under_way -= 1
            self.paid += 1
            self.spent, self.dearest = self.spent + bill.micros, max(self.dearest, bill.micros)
            async with self._changed:
                self._changed.notify_all()

    def _is_enough(self, others: int) -> bool:
        return self.cap is None or (self.cap > 0 and self.spent + (others + 1) * self.dearest <= self.cap * 1e6)

"""Several awaited at once; one alone is awaited as it is, without a task of its own."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

_T = TypeVar("_T")


async def together(jobs: Sequence[Coroutine[Any, Any, _T]]) -> list[_T]:
    """Await all; give what they return, in order. The first error is raised at once."""
    if len(jobs) == 1:
        return [await jobs[0]]
    return list(await asyncio.gather(*jobs)) if jobs else []

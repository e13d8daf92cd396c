"""What the HTTP client does with a request that nobody answers."""

import pytest

from opsconsole.domain.errors import AmbiguousError
from opsconsole.net.client import HttpClient, Request
from tests.support.web import hang_up, outside


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_a_request_without_an_answer_is_sent_once(method: str) -> None:
    client = HttpClient()
    async with outside(hang_up) as there:
        try:
            with pytest.raises(AmbiguousError):
                await client.send(Request(method, f"{there.base}/tickets/1"), timeout_s=30.0)
        finally:
            await client.close()
        assert [one.method for one in there.seen] == [method]

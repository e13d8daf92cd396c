"""Ports that tests give to servers: none twice, and none that the system gives to what connects outwards."""

import socket

from tests.support.ports import EACH, FIRST, free_port


def test_no_port_is_given_twice_in_a_while_and_none_that_is_taken() -> None:
    some = [free_port() for _ in range(200)]
    assert len(set(some)) == 200
    assert all(FIRST <= port < FIRST + 8 * EACH for port in some)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        mine = int(taken.getsockname()[1])
        assert mine not in {free_port() for _ in range(EACH)}

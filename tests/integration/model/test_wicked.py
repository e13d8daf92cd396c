"""An endpoint that speaks the protocol wickedly: each case ends in a correct run or a clear state; nothing repeats."""

import json
from pathlib import Path
from typing import Any

import pytest

from opsconsole.doubles.modelendpoint import Reply, Request, call, ends, fails, message, says, streams
from opsconsole.engine.commands import approvals
from tests.support.rig import ANN, Rig, mail
from tests.support.thinking import KnownSecrets, in_order, thinker, thinking

TICKET, DONE = call("create_ticket", {"title": "Look"}), ends("case")
HTML = Reply(body=b"<html><title>Sign in to the hotel's network</title></html>", headers={"content-type": "text/html"})
TWICE = {"purpose": "a test", "categories": [{"id": "case", "name": "Case"}, {"id": "other", "name": "Other"}]}


async def through_retries(r: Rig, *, times: int = 2) -> None:
    """Let what was put off come due."""
    for _ in range(times):
        await r.wait(minutes=20)


def holding(folder: Path, secret: str) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file() and secret.encode() in path.read_bytes()]


def one_ticket(r: Rig) -> None:
    assert r.states().count("desk.create_ticket done") == 1
    assert r.count("desk_ticket") == 1 and r.run().state == "done"


@pytest.mark.parametrize(
    "bad",
    [
        call("create_ticket", '{"title": "Look"'),
        call("create_ticket", "not json"),
        call("create_ticket", '["Look"]'),
        call("create_ticket", '{"title": 7, "colour": "red"}'),
        call("create_ticket", '{"priority": "whenever"}'),
        call("create_ticket", '{"title": "\\ud800"}'),
        call("create_ticket", "[" * 100_000),
        call("create_ticket", '{"title": ' + "9" * 5000 + "}"),
        call("no_such_tool", {"x": 1}),
        call("desk; drop table", "{}"),
        call("x" * 5000, "{}"),
        call("triage", {"category": "nonsense"}),
        call("ask_person", {"q": "well?"}),
        call("ask_person", {"question": "well?", "options": "yes"}),
        {"id": "c", "type": "function", "function": {"name": "create_ticket"}},
        {"id": None, "function": {"name": "create_ticket", "arguments": {"colour": "red"}}},
    ],
    ids=lambda character: str(character)[40:90],
)
async def test_what_cannot_be_called_goes_back_and_the_run_goes_on(tmp_path: Path, bad: dict[str, Any]) -> None:
    async with thinking(tmp_path, in_order(says(None, bad), says(None, TICKET), DONE)) as (r, servers):
        await r.take(mail())
        one_ticket(r)
        again = servers["main"].requests[1]["messages"]
        assert [turn for turn in again if turn["role"] == "tool"], "the model is told"
        for turn in again:
            for made in turn.get("tool_calls") or ():
                json.loads(made["function"]["arguments"])


@pytest.mark.parametrize("identity", ["", "call_1", None])
async def test_call_ids_that_repeat_or_are_empty_do_not_matter(tmp_path: Path, identity: Any) -> None:
    calls = [call("add_note", {"text": name}, identity=identity) for name in "abc"]
    again = call("add_note", {"text": "d"}, identity=identity)
    async with thinking(tmp_path, in_order(says(None, *calls), says(None, again), DONE)) as (r, servers):
        await r.take(mail())
        assert r.states() == ["desk.add_note done"] * 4 and r.count("desk_note") == 4
        ids = [
            message["tool_call_id"] for message in servers["main"].requests[-1]["messages"] if message["role"] == "tool"
        ]
        assert len(set(ids)) == 4


async def test_the_same_call_twice_in_one_answer_is_one_action(tmp_path: Path) -> None:
    async with thinking(tmp_path, in_order(says(None, TICKET, TICKET), DONE)) as (r, servers):
        await r.take(mail())
        one_ticket(r)
        told = [message for message in servers["main"].requests[-1]["messages"] if message["role"] == "tool"]
        assert len(told) == 2 and told[0]["content"] == told[1]["content"]


async def test_an_endless_loop_of_look_ups_ends(tmp_path: Path) -> None:
    script = in_order(says(None, call("find_contact", {"email": ANN})))
    async with thinking(tmp_path, script, thinker(limits={"turns": 6})) as (r, servers):
        await r.take(mail())
        assert r.run().state == "failed" and "limit of 6 turns" in r.run().outcome
        assert len(servers["main"].requests) == 6


async def test_an_endless_loop_of_writes_stops_at_the_second(tmp_path: Path) -> None:
    async with thinking(tmp_path, in_order(says(None, call("add_note", {"text": "again"})))) as (r, servers):
        await r.take(mail())
        assert r.count("desk_note") == 1 and len(r.waiting()) == 1
        await r.say(approvals.reject, r.waiting()[0].id, reason="once is enough")
        for _ in range(30):
            await r.settle()
            for approval in r.waiting():
                await r.say(approvals.reject, approval.id, reason="once is enough")
        assert r.count("desk_note") == 1 and r.run().state == "failed" and len(servers["main"].requests) == 24


@pytest.mark.parametrize(
    "trouble",
    [
        fails(429, retry_after="2"),
        fails(429),
        fails(500),
        fails(503),
        Reply(status=502, body=b"<html>bad gateway</html>"),
        HTML,
        Reply(body=b""),
        Reply(body=b"{}"),
        Reply(body=b"[]"),
        Reply(body=b'{"choices": []}'),
        Reply(body=b'{"choices": [null]}'),
        Reply(body=b'{"choices": [{"message": null}]}'),
        Reply(body=b'{"error": {"message": "the engine is overloaded"}}'),
        Reply(body=b"x", headers={"content-length": "1000"}, then="drop"),
    ],
    ids=lambda character: f"{character.status}-{bytes(character.body)[:24]!r}",
)
async def test_trouble_is_waited_out(tmp_path: Path, trouble: Reply) -> None:
    async with thinking(tmp_path, in_order(trouble, says(None, TICKET), trouble, DONE)) as (r, servers):
        await r.take(mail())
        assert r.run().state == "waiting" and r.run().error
        await through_retries(r)
        one_ticket(r)
        assert len(servers["main"].requests) == 4


async def test_the_endpoints_own_wish_is_heeded(tmp_path: Path) -> None:
    async with thinking(tmp_path, in_order(fails(429, retry_after="90"), DONE)) as (r, servers):
        await r.take(mail())
        await r.wait(seconds=80)
        assert len(servers["main"].requests) == 1
        await r.wait(seconds=11)
        assert len(servers["main"].requests) == 2 and r.run().state == "done"


@pytest.mark.parametrize("how", ["cut", "drop", "stall", "garbage", "error"])
async def test_streams_that_break_are_asked_for_again(tmp_path: Path, how: str) -> None:
    whole = message(None, [TICKET])
    broken = {
        "cut": streams(whole, cut=3),
        "drop": streams(whole, cut=3, then="drop"),
        "stall": streams(whole, cut=3, then="stall"),
        "garbage": Reply(pieces=[b"data: {not json\n\n"]),
        "error": Reply(pieces=[b'data: {"error": {"message": "overloaded"}}\n\n']),
    }[how]
    script = in_order(broken, streams(whole), streams(message('{"category": "case", "outcome": "done"}')))
    async with thinking(tmp_path, script, stream=True) as (r, _):
        await r.take(mail())
        assert r.run().state == "waiting" and r.count("desk_ticket") == 0
        await through_retries(r)
        one_ticket(r)


async def test_silence_ends(tmp_path: Path) -> None:
    script = in_order(Reply(body=b"{}", delay_s=30), says(None, TICKET), DONE)
    async with thinking(tmp_path, script, timeout_s=0.2) as (r, _):
        await r.take(mail())
        assert "no answer in time" in r.run().error
        await through_retries(r)
        one_ticket(r)


async def test_an_endpoint_that_never_works_is_a_question_to_the_person(tmp_path: Path) -> None:
    async with thinking(tmp_path, in_order(fails(500)), thinker(limits={"attempts": 3})) as (r, servers):
        await r.take(mail())
        await through_retries(r, times=4)
        assert len(servers["main"].requests) == 3
        (asked,) = r.waiting()
        assert asked.kind == "question" and r.run().state == "waiting"
        assert "No model can go on" in r.actions()[0].args["question"]
        await r.say(approvals.respond, asked.id, answer="leave it to me")
        await r.settle()
        assert r.run().state == "done" and r.audit("run.finished")[0]["handled"] is False


async def test_a_person_may_have_it_tried_again(tmp_path: Path) -> None:
    script = in_order(fails(500), says(None, TICKET), DONE)
    async with thinking(tmp_path, script, thinker(limits={"attempts": 1})) as (r, _):
        await r.take(mail())
        await r.say(approvals.respond, r.waiting()[0].id, answer="try again")
        await r.settle()
        one_ticket(r)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_says_what_to_do(tmp_path: Path, status: int) -> None:
    secret = "planted-value-of-a-test"
    script = in_order(fails(status, f"wrong key {secret}"))
    async with thinking(tmp_path, script, secrets=KnownSecrets(key=secret), key="key") as (r, servers):
        await r.take(mail())
        assert servers["main"].headers[0]["authorization"] == f"Bearer {secret}"
        question = r.actions()[0].args["question"]
        assert "does not take its key" in question and "Connect the model main again" in question
        assert secret not in question and len(servers["main"].requests) == 1


async def test_a_key_that_is_told_back_is_not_kept(tmp_path: Path) -> None:
    secret = "planted-value-of-a-test"
    script = in_order(fails(400, f"odd request by {secret}"))
    async with thinking(tmp_path, script, secrets=KnownSecrets(key=secret), key="key") as (r, _):
        await r.take(mail())
        assert "odd request by" in str(r.actions()[0].args)
    assert not holding(tmp_path, secret)


async def test_a_missing_secret_is_a_clear_state(tmp_path: Path) -> None:
    async with thinking(tmp_path, in_order(DONE), key="nowhere") as (r, servers):
        await r.take(mail())
        assert "nowhere" in r.actions()[0].args["question"] and not servers["main"].requests


async def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    async with thinking(tmp_path, in_order(fails(404, "model not found"))) as (r, _):
        await r.take(mail())
        assert "there is no model fake" in r.actions()[0].args["question"]


async def test_a_question_that_is_too_long_is_asked_shorter(tmp_path: Path) -> None:
    def script(request: Request) -> Reply:
        size = sum(len(message.get("content") or "") for message in request["messages"])
        return fails(400, "This model's maximum context length is 8192 tokens") if size > 14_000 else DONE

    async with thinking(tmp_path, script) as (r, servers):
        await r.take(mail(text="a long story. " * 3000))
        assert r.run().state == "done" and len(servers["main"].requests) == 2


async def test_a_question_that_stays_too_long_goes_to_a_person(tmp_path: Path) -> None:
    script = in_order(fails(400, "maximum context length exceeded"))
    async with thinking(tmp_path, script) as (r, servers):
        await r.take(mail())
        assert "this long" in r.actions()[0].args["question"] and len(servers["main"].requests) == 3


@pytest.mark.parametrize(
    "refusal",
    [says(None, refusal="I cannot help with that."), says("", finish="content_filter")],
    ids=["refusal", "filter"],
)
async def test_a_refusal_goes_to_a_person(tmp_path: Path, refusal: Reply) -> None:
    async with thinking(tmp_path, in_order(refusal)) as (r, servers):
        await r.take(mail())
        assert "refuses" in r.actions()[0].args["question"] and len(servers["main"].requests) == 1


@pytest.mark.parametrize(
    "useless", [says(""), says(None), says("All done, have a nice day!"), says("<think>hm</think>")]
)
async def test_an_answer_that_is_none_is_asked_for_again_then_a_person(tmp_path: Path, useless: Reply) -> None:
    async with thinking(tmp_path, in_order(useless)) as (r, servers):
        await r.take(mail())
        assert "form that can be used" in r.actions()[0].args["question"] and len(servers["main"].requests) == 2
        assert servers["main"].requests[1]["messages"][-1]["role"] == "user"


async def test_an_empty_answer_once_is_no_harm(tmp_path: Path) -> None:
    async with thinking(tmp_path, in_order(says(""), says(None, TICKET), DONE)) as (r, _):
        await r.take(mail())
        one_ticket(r)


async def test_an_answer_cut_at_its_limit_repeats_nothing(tmp_path: Path) -> None:
    cut = says(None, call("create_ticket", '{"title": "Lo'), finish="length")
    async with thinking(tmp_path, in_order(cut, says(None, TICKET), DONE)) as (r, _):
        await r.take(mail())
        one_ticket(r)


async def test_ten_calls_at_once_of_which_some_need_a_person(tmp_path: Path) -> None:
    calls = [call("add_note", {"text": f"note {number}"}) for number in range(4)]
    calls += [call("find_contact", {"email": f"p{number}@harbour.example"}) for number in range(3)]
    calls += [call("send_mail", {"to": ANN, "subject": f"S{number}", "text": "Hello"}) for number in range(3)]
    async with thinking(tmp_path, in_order(says(None, *calls), DONE)) as (r, servers):
        await r.take(mail())
        assert r.count("desk_note") == 4 and len(r.waiting()) == 3 and len(servers["main"].requests) == 1
        first, second, third = r.waiting()
        await r.approve(first.id)
        await r.say(approvals.reject, second.id, reason="not this one")
        await r.settle()
        assert r.run().state == "waiting" and len(servers["main"].requests) == 1
        await r.say(approvals.ignore, third.id)
        await r.settle()
        assert r.run().state == "done" and len(r.sent()) == 1
        told = [
            json.loads(message["content"])
            for message in servers["main"].requests[1]["messages"]
            if message["role"] == "tool"
        ]
        assert [result["state"] for result in told[-3:]] == ["done", "rejected", "lapsed"]
        assert told[-2]["error"] == "not this one"

"""`connect model`: tries the endpoint step by step, stores what works, says in words what does not."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from opsconsole.doubles.modelendpoint import Reply, Request, ScriptedEndpoint, call, ends, fails, says
from tests.support.http.served import good, served
from tests.support.shell import AGENT, Run, Said, write_mail


@pytest.fixture
def ready(run: Run) -> Run:
    assert run("init").code == 0
    return run


def connect(run: Run, endpoint: ScriptedEndpoint, *more: str) -> tuple[Said, dict[str, Any]]:
    said = run("connect", "model", "--url", endpoint.base_url, "--json", *more)
    return said, said.json[0]


def test_a_good_model_is_stored(ready: Run) -> None:
    with served(good) as endpoint:
        said, told = connect(ready, endpoint, "--model", "fake", "--price-in", "2")
    assert (said.code, told["stored"]) == (0, True)
    assert [step["step"] for step in told["steps"] if step["needed"]] == [
        "reachable",
        "model present",
        "answers",
        "tool calls",
        "ends as asked",
    ]
    main = next(
        connection for connection in ready("connect", "list", "--json").json if connection["connection"] == "main"
    )
    assert main["config"]["prices"]["read"] == 2.0 and main["state"] == "ok"
    assert ready("connect", "remove", "main").code == 0
    assert "main" not in ready("connect", "list").out


@pytest.mark.parametrize(
    ("reply", "step", "words"),
    [
        (says("I have no tools."), "tool calls", "did not call the tool"),
        (fails(401), "answers", "does not take its key"),
        (Reply(body=b"<html>"), "answers", "a web page"),
        (fails(500), "answers", "in trouble"),
        (says(None, call("other", {})), "tool calls", "a tool it was not given"),
    ],
    ids=["no-tools", "key", "html", "500", "other-tool"],
)
def test_what_does_not_work_is_said_and_not_stored(ready: Run, reply: Reply, step: str, words: str) -> None:
    with served(lambda request: reply) as endpoint:
        said, told = connect(ready, endpoint, "--model", "fake")
    assert (said.code, told["stored"]) == (1, False)
    last = told["steps"][-1]
    assert (last["step"], last["ok"]) == (step, False) and words in last["words"]


def test_a_misspelt_model_is_named(ready: Run) -> None:
    with served(good, models=("llama-4", "qwen-3")) as endpoint:
        said, told = connect(ready, endpoint, "--model", "lama-4")
    assert said.code == 1 and "Did you mean llama-4?" in told["steps"][-1]["words"]


@pytest.mark.parametrize(
    ("listed", "asked", "is_ok", "words"),
    [
        ("llama3.1:latest", "llama3.1", True, "llama3.1:latest there"),
        ("llama3.1", "llama3.1:latest", True, "llama3.1 there"),
        ("openai/*", "gpt-5", False, "lists patterns (openai/*)"),
        ("*", "gpt-5", False, "lists patterns (*)"),
        ("/models/llama-3.1-q4.gguf", "llama-3.1", False, "lists /models/llama-3.1-q4.gguf"),
        ("C:\\models\\llama", "other", False, "lists C:"),
        ("models/gemini-3", "gemini-3", False, "lists models/gemini-3"),
    ],
)
def test_a_list_that_names_models_in_another_way_does_not_keep_one_out(
    ready: Run, listed: str, asked: str, is_ok: bool, words: str
) -> None:
    with served(good, models=(listed,)) as endpoint:
        said, told = connect(ready, endpoint, "--model", asked)
    assert (said.code, told["stored"]) == (0, True)
    present = next(step for step in told["steps"] if step["step"] == "model present")
    assert (present["ok"], present["needed"] or is_ok) == (is_ok, is_ok) and words in present["words"]
    assert "answers" in [step["step"] for step in told["steps"]], "it is tried"


def test_a_model_that_a_plain_list_does_not_name_is_not_tried(ready: Run) -> None:
    with served(good, models=("meta-llama/Llama-3", "llama3.1:8b")) as endpoint:
        said, told = connect(ready, endpoint, "--model", "llama3.1")
    assert said.code == 1 and told["steps"][-1]["step"] == "model present"
    assert not endpoint.requests


def test_a_key_goes_in_by_standard_input_and_stays_out_of_the_workspace(
    ready: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSCONSOLE_SECRETS_PASSPHRASE", "a passphrase of a test")
    assert ready("secrets", "file", "on").code == 0
    secret = "planted-" + "value-of-a-test"
    monkeypatch.setattr(sys, "stdin", io.StringIO(secret + "\n"))
    with served(good) as endpoint:
        said, _ = connect(ready, endpoint, "--model", "fake", "--key-stdin")
        assert said.code == 0 and endpoint.headers[0]["authorization"] == f"Bearer {secret}"
    assert secret not in said.out + said.err
    assert not [path for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


def test_an_agent_whose_model_is_connected_works_by_it(ready: Run, tmp_path: Path) -> None:
    text = AGENT.replace("playbook:\n", "brain: model\nmodels: [main]\nfallback: person\nplaybook:\n", 1)
    (tmp_path / "mira.yaml").write_text(text)

    def script(request: Request) -> Reply:
        if not any("event" in str(message["content"]).lower() for message in request["messages"]):
            return good(request)
        done = any(message["role"] == "tool" for message in request["messages"])
        return ends("mail_received") if done else says(None, call("create_ticket", {"title": "From a model"}))

    with served(script) as endpoint:
        assert connect(ready, endpoint, "--model", "fake")[0].code == 0
        assert ready("agents", "apply", "--without-evidence=a test", tmp_path / "mira.yaml").code == 0
        assert ready("import", "--work", write_mail(tmp_path)).code == 0
        assert ready("engine", "--once").code == 0
        (story,) = ready("runs", "show", 1, "--json").json
    assert story["state"] == "done" and story["actions"][0]["args"]["title"] == "From a model"


def test_a_deployment_at_azure_signs_in_with_an_app_registration(
    ready: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSCONSOLE_SECRET_MODEL_MAIN", "planted-secret-of-an-app")
    with served(good, token="planted-token") as endpoint:
        base = endpoint.base_url.removesuffix("/v1")
        azure = ["--azure-deployment", "mine", "--azure-tenant", "tenant.example", "--azure-client", "client-1"]
        said = ready("connect", "model", "--url", base, *azure, "--azure-authority", base, "--json")
        assert said.code == 0, said.out + said.err
        assert {headers["authorization"] for headers in endpoint.headers} == {"Bearer planted-token"}
    main = next(
        connection for connection in ready("connect", "list", "--json").json if connection["connection"] == "main"
    )
    assert main["config"]["base_url"] == f"{base}/openai/v1" and main["config"]["entra"]["client"] == "client-1"
    for planted in (b"planted-secret", b"planted-token"):
        assert not [path for path in folder.rglob("*") if path.is_file() and planted in path.read_bytes()]


def test_half_of_an_app_registration_stores_nothing(ready: Run) -> None:
    said = ready("connect", "model", "--url", "https://name.openai.azure.com", "--model", "mine", "--azure-tenant", "t")
    assert said.code == 2 and "client id" in said.err
    assert "main" not in ready("connect", "list").out

"""The list of parts for whoever has to know them: valid, whole, and of the program alone."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).resolve().parents[3]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sbom")]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the command writes, into a folder that is not there yet."""
    file = tmp_path_factory.mktemp("sbom") / "new folder" / "parts.json"
    command = [sys.executable, str(ROOT / "packaging" / "dev.py"), "sbom", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return file.read_text(encoding="utf-8")


def test_it_fits_the_schema_of_cyclonedx(text: str) -> None:
    assert json.loads(text)["specVersion"] == "1.6"
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_it_names_every_part_as_locked_and_no_tool_of_developers(text: str) -> None:
    lock = (ROOT / "packaging" / "requirements.lock").read_text(encoding="utf-8")
    parts = re.findall(r"^([a-z0-9][a-z0-9.-]*)==(\S+) (;?)", lock, re.MULTILINE)
    listed = {(_plain(part["name"]), part["version"]) for part in json.loads(text)["components"]}
    assert {(name, version) for name, version, condition in parts if not condition} <= listed
    assert listed <= {(name, version) for name, version, _ in parts}


def test_it_says_the_licence_and_what_needs_what(text: str) -> None:
    whole: dict[str, Any] = json.loads(text)
    root = whole["metadata"]["component"]
    assert (root["name"], root["type"], root["licenses"][0]["license"]["id"]) == ("opsconsole", "application", "MIT")
    (needs,) = [entry["dependsOn"] for entry in whole["dependencies"] if entry["ref"] == root["bom-ref"]]
    assert any(ref.lower().startswith("pydantic==") for ref in needs)
    assert [part["name"] for part in whole["components"] if not part.get("licenses")] == ["IMAPClient"], "declares none"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()

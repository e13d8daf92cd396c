"""The changelog's newest version is the one in pyproject.toml."""

import re
import tomllib

from tests.architecture.tree import ROOT


def test_newest_version_in_changelog_is_the_projects() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    changelog = (ROOT / "packaging" / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (\d+\.\d+\.\d+)\b", changelog, re.MULTILINE)
    assert versions, "packaging/CHANGELOG.md has no heading like '## 1.2.3'"
    assert versions[0] == version

"""opsconsole itself, installed so that `.venv` uses the files of this checkout.

A build backend would have to be fetched; a wheel that holds one path and the list of commands needs none,
and uv makes the right launcher from it on every system.
"""

import base64
import hashlib
import tomllib
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from . import settings


@cache
def project() -> dict[str, Any]:
    """The `[project]` table of pyproject.toml."""
    return tomllib.loads(settings.PYPROJECT.read_text(encoding="utf-8"))["project"]


def files() -> dict[str, str]:
    """The wheel's files: what a change of them means is that `.venv` must be brought up to date."""
    name, version = project()["name"], project()["version"]
    info = f"{name}-{version}.dist-info"
    root = str(settings.ROOT)
    # WORKAROUND Python < 3.13 reads .pth files in the system's encoding; drop it when 3.13 is the oldest.
    path_line = root if root.isascii() else f"import sys; sys.path.append({root!a})"
    needs = "".join(f"Requires-Dist: {part}\n" for part in project().get("dependencies", ()))
    scripts = "".join(f"{key} = {value}\n" for key, value in project().get("scripts", {}).items())
    python = project()["requires-python"]
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", f"Requires-Python: {python}"]
    wheel = [
        "Wheel-Version: 1.0",
        "Generator: packaging/dev.py",
        "Root-Is-Purelib: true",
        "Tag: py3-none-any",
    ]
    return {
        f"{name}.pth": f"{path_line}\n",
        f"{info}/METADATA": "\n".join(metadata) + f"\n{needs}",
        f"{info}/WHEEL": "\n".join(wheel) + "\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{scripts}",
    }


def write_wheel(folder: Path) -> Path:
    """Write the wheel into `folder` and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{project()['name']}-{project()['version']}-py3-none-any.whl"
    record_name = f"{project()['name']}-{project()['version']}.dist-info/RECORD"
    record = f"{record_name},,\n"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in files().items():
            data = text.encode()
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record += f"{name},sha256={digest},{len(data)}\n"
            wheel.writestr(name, data)
        wheel.writestr(record_name, record)
    return path

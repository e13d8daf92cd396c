"""The environment variables that set-up commands run with: the person's own settings for networks are kept.

uv does not read pip's settings, so those that say where packages come from are carried over. No host is
named here.
"""

import configparser
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from . import settings

# pip's setting: the variables that say the same to uv.
_FROM_PIP: dict[str, tuple[str, ...]] = {
    "index-url": ("UV_DEFAULT_INDEX",),
    "find-links": ("UV_FIND_LINKS",),
    "no-index": ("UV_NO_INDEX",),
    "trusted-host": ("UV_INSECURE_HOST",),
    "timeout": ("UV_HTTP_TIMEOUT",),
    "default-timeout": ("UV_HTTP_TIMEOUT",),
    "cert": ("SSL_CERT_FILE",),
    "proxy": ("HTTPS_PROXY", "HTTP_PROXY"),
}
# Settings of the person that would put the parts somewhere else, or change which are taken.
_UNWANTED = (
    "PYTHONHOME",
    "PYTHONPATH",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_NO_BINARY",
    "PIP_CONSTRAINT",
    "UV_BREAK_SYSTEM_PACKAGES",
    "UV_BUILD_CONSTRAINT",
    "UV_CONSTRAINT",
    "UV_EXCLUDE_NEWER",
    "UV_OVERRIDE",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "UV_REQUIRE_HASHES",
    "UV_NO_VERIFY_HASHES",
    "UV_SYSTEM_PYTHON",
    "UV_TARGET",
    "UV_PREFIX",
)
_LINUX_CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def for_setup() -> dict[str, str]:
    """The environment for pip and uv."""
    env = {name: value for name, value in os.environ.items() if name.upper() not in _UNWANTED}
    if not env.get("HOME"):
        env.pop("HOME", None)
    env |= {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_ROOT_USER_ACTION": "ignore"}
    env |= {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    env.setdefault("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    for option, value in _pip_options(env).items():
        for name in _FROM_PIP[option]:
            if (
                name not in env
                and name.lower() not in env
                and not (name == "UV_DEFAULT_INDEX" and "UV_INDEX_URL" in env)
            ):
                env[name] = value
    if sys.platform != "linux" or any(map(os.path.exists, _LINUX_CERTIFICATES)):
        env.setdefault("UV_SYSTEM_CERTS", "1")
    if not settings.IS_WINDOWS and not _has_cache_folder(env):
        env["UV_CACHE_DIR"] = str(settings.TOOLS / "cache" / "uv")
        env["PIP_CACHE_DIR"] = str(settings.TOOLS / "cache" / "pip")
    return env


def for_programs() -> dict[str, str]:
    """The environment for programs that are started inside `.venv`."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    env["VIRTUAL_ENV"] = str(settings.VENV)
    env["PATH"] = os.pathsep.join(filter(None, (str(settings.BIN), env.get("PATH", ""))))
    return env


def _has_cache_folder(env: dict[str, str]) -> bool:
    if env.get("UV_CACHE_DIR"):
        return True
    if env.get("XDG_CACHE_HOME"):
        return _is_writable(Path(env["XDG_CACHE_HOME"]) / "uv")
    home = env.get("HOME")
    return bool(home) and Path(home).is_dir() and _is_writable(Path(home) / ".cache" / "uv")


def _is_writable(path: Path) -> bool:
    """Whether `path`, or the nearest folder above it that exists, may be written."""
    existing = next((folder for folder in (path, *path.parents) if folder.exists()), None)
    return existing is not None and os.access(existing, os.W_OK | os.X_OK)


def _pip_options(env: dict[str, str]) -> dict[str, str]:
    """The person's pip settings that concern uv too; variables win over files, later files over earlier."""
    found: dict[str, str] = {}
    for path in _pip_files(env):
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue
        for section in ("global", "install"):
            if parser.has_section(section):
                found |= {key: value for key, value in parser.items(section) if key in _FROM_PIP}
    for option in _FROM_PIP:
        value = env.get("PIP_" + option.upper().replace("-", "_"))
        if value:
            found[option] = value
    return {option: " ".join(value.split()) for option, value in found.items() if _is_usable(option, value)}


def _is_usable(option: str, value: str) -> bool:
    """False for empty values and for folders and files that are not there, which uv takes for errors."""
    if option in ("find-links", "cert") and "://" not in value:
        return bool(value.strip()) and all(os.path.exists(path) for path in value.split())
    return bool(value.strip())


def _pip_files(env: dict[str, str]) -> Iterator[Path]:
    if env.get("PIP_CONFIG_FILE") == os.devnull:
        return
    home = Path(env["HOME"]) if env.get("HOME") else None
    if settings.IS_WINDOWS:
        yield from (Path(env[name]) / "pip" / "pip.ini" for name in ("PROGRAMDATA", "APPDATA") if env.get(name))
    else:
        yield from (Path("/etc/xdg/pip/pip.conf"), Path("/etc/pip.conf"))
        if sys.platform == "darwin" and home:
            yield home / "Library" / "Application Support" / "pip" / "pip.conf"
        if home:
            yield home / ".pip" / "pip.conf"
            yield Path(env.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"
    if env.get("PIP_CONFIG_FILE"):
        yield Path(env["PIP_CONFIG_FILE"])

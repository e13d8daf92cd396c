"""A certificate authority of our own for one test, made by openssl: what it signs, nobody else trusts."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Certificates:
    """Files: the authority to trust, and what a server on loopback shows."""

    authority: Path
    server: Path
    key: Path

    @classmethod
    def made(cls, folder: Path, *, names: str = "DNS:localhost,IP:127.0.0.1", days: int = 2) -> "Certificates":
        """Make all of them; names are those the server's certificate is for. Days below 0: it has run out."""
        if shutil.which("openssl") is None:
            pytest.skip("openssl is not installed")
        folder.mkdir(parents=True, exist_ok=True)
        authority, authority_key = folder / "authority.pem", folder / "authority.key"
        server, key, wanted, more = (folder / name for name in ("server.pem", "server.key", "server.csr", "server.ext"))
        _openssl("req", "-x509", *_NEW_KEY, "-keyout", authority_key, "-out", authority, "-days", 2,
                 "-subj", "/CN=opsconsole test authority")  # fmt: skip
        _openssl("req", *_NEW_KEY, "-keyout", key, "-out", wanted, "-subj", "/CN=localhost")
        more.write_text(f"subjectAltName={names}\n", encoding="ascii")
        _openssl("x509", "-req", "-in", wanted, "-CA", authority, "-CAkey", authority_key, "-CAcreateserial",
                 "-out", server, "-days", days, "-extfile", more)  # fmt: skip
        return cls(authority, server, key)


_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def _openssl(*arguments: object) -> None:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

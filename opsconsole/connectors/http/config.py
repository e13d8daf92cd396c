"""An HTTP connection as its file says it: a base address, and the actions there."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from opsconsole.connectors.http.configcheck import check_action, check_headers, check_plain_path
from opsconsole.connectors.http.model import HeaderName, HttpAction, Text
from opsconsole.connectors.http.token import TokenSignIn
from opsconsole.domain.agent import Frozen, MisplacedError, Slug
from opsconsole.net.places import is_loopback


class HttpConfig(Frozen):
    """The whole file."""

    connection: Slug
    kind: Literal["http"]
    base: Annotated[str, Field(max_length=500)]
    plain_http: bool = False
    """Must be said where `base` is not encrypted and not on this machine."""
    headers: dict[HeaderName, Text] = Field(default_factory=dict)
    token: TokenSignIn | None = None
    """Fetched by OAuth2 and sent with every call; None where `headers` sign in."""
    check: Text = ""
    """A path that only who is signed in may GET (`/me`): asked when the file is put in use, to try its key out."""
    timeout_s: Annotated[float, Field(gt=0, le=50)] = 20.0
    largest_kb: Annotated[int, Field(ge=1, le=16_384)] = 1_024
    """More of an answer is not read."""
    actions: Annotated[tuple[HttpAction, ...], Field(min_length=1)]

    @field_validator("base")
    @classmethod
    def _plain_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("write an address like https://crm.example.com/api")
        if (
            parts.query
            or parts.fragment
            or "@" in parts.netloc
            or "{" in value
            or any(character.isspace() for character in value)
        ):
            raise ValueError("an address without name, password, question mark, slots or spaces")
        if parts.port == 0 or not value.isascii():
            raise ValueError("write the address in plain letters, with a port from 1 or none")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _fits(self) -> "HttpConfig":
        parts = urlsplit(self.base)
        if parts.scheme == "http" and not self.plain_http and not is_loopback(parts.hostname or ""):
            text = "http:// can be read on its way. Write https://, or `plain_http: true` if that is meant"
            raise MisplacedError(text, ("base",))
        check_headers(self.headers, ("headers",), arguments=frozenset(), roots=frozenset({"secret", "basic"}))
        if self.token is not None and self.token.header.lower() in {name.lower() for name in self.headers}:
            text = f"the token is sent as {self.token.header} already; take it out of `headers:`"
            raise MisplacedError(text, ("headers",))
        if self.check:
            check_plain_path(self.check, ("check",))
        seen: set[str] = set()
        for index, action in enumerate(self.actions):
            if action.name in seen:
                raise MisplacedError(f"two actions are called {action.name}", ("actions", index, "name"))
            seen.add(action.name)
            check_action(action, ("actions", index))
        return self

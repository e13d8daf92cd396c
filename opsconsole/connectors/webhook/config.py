"""A webhook connection as its file says it: where it listens, how senders are known, what an event is made of."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, cast

from jinja2 import TemplateError
from pydantic import Field, field_validator, model_validator

from opsconsole.connectors.webhook.signing import HmacSigning
from opsconsole.domain.agent import Frozen, MisplacedError, Slug
from opsconsole.engine.agents.slottext import SlotText, SlotValue
from opsconsole.net.places import Address, is_loopback

SecretName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Text = Annotated[str, Field(max_length=5_000)]
ROOTS = frozenset({"body", "header"})
"""What the mapping's slots can name; and `item`, where a request holds several events."""


class EventMapping(Frozen):
    """What becomes of a body; every text may hold slots."""

    each: Text = ""
    """A slot that gives the list of events in a body: each is mapped alone, as `item`. Empty: the body is one."""
    id: Text = "{{ header['webhook-id'] }}"
    """Unique; a repeat is not taken again. Where it is missing: a digest of the body, or of the item; so too with
    `verify: hmac` where nothing is written here, since such a signature covers no header."""
    kind: Text = "webhook.received"
    """Dotted, past tense."""
    subject: Text
    """What it is about, as `kind:key`."""
    title: Text = ""
    text: Text = ""
    sender: Text = ""
    """A mail address, where the body holds one."""
    sender_name: Text = ""
    occurred_at: Text = ""
    """ISO 8601, or seconds since 1970; empty is the time of arrival."""
    fields: dict[Annotated[str, Field(pattern=r"^[A-Za-z_]\w{0,63}$")], Any] = Field(default_factory=dict)
    """Typed values: one slot alone keeps its JSON type."""
    trusted: bool = False
    """True: no stranger can have written any of it."""
    sender_is_verified: bool = False
    """True: where the request was verified, so is `sender`."""


class WebhookConfig(Frozen):
    """The whole file."""

    connection: Slug
    kind: Literal["webhook"]
    listen: Annotated[str, Field(max_length=300)] = "127.0.0.1:8311"
    exposed: bool = False
    """Must be said where `listen` is not this machine alone."""
    path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9._~/-]{1,200}$")]
    verify: Literal["standard_webhooks", "hmac", "bearer", "nobody"]
    hmac: HmacSigning | None = None
    """With `verify: hmac`: how the sender signs."""
    secret: SecretName | tuple[SecretName, ...] = ()
    """Names of secrets; several while one is being replaced by another."""
    largest_kb: Annotated[int, Field(ge=1, le=4096)] = 256
    body: Literal["json", "form"] = "json"
    """What is sent: JSON, or fields as a web form sends them."""
    json_field: Annotated[str, Field(max_length=100)] = ""
    """With `body: form`: the field that holds the JSON which is meant (`payload`)."""
    cloudevents: bool = False
    """Requests are CloudEvents, one or a batch, and `body` is one of them with its `data`; the sender's question
    beforehand (OPTIONS) is answered. In headers (binary mode) only where no signature of the body alone counts."""
    origins: tuple[Annotated[str, Field(max_length=200)], ...] = ()
    """Who may ask beforehand whether it may send; empty: anybody, as each request is verified all the same."""
    event: EventMapping

    @property
    def secrets(self) -> tuple[str, ...]:
        """Names of its secrets."""
        return (self.secret,) if isinstance(self.secret, str) else self.secret

    @property
    def is_body_signed(self) -> bool:
        """What tells a genuine request covers the body, and none of what headers say of the event."""
        return self.verify in ("hmac", "standard_webhooks")

    @property
    def address(self) -> Address:
        """Where it listens."""
        host, _, port = self.listen.rpartition(":")
        return Address(host.strip("[]").lower(), int(port))

    @property
    def is_local(self) -> bool:
        """Only programs on this machine can reach it."""
        return is_loopback(self.address.host)

    @field_validator("listen")
    @classmethod
    def _readable(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
            raise ValueError("write an address and a port, such as 127.0.0.1:8311")
        return value

    @field_validator("path")
    @classmethod
    def _free(cls, value: str) -> str:
        if value == "/health":
            raise ValueError("/health is taken: it tells whether the server is there")
        return value

    @model_validator(mode="after")
    def _fits(self) -> "WebhookConfig":
        if not self.is_local and not self.exposed:
            text = f"{self.listen} can be reached from other machines. Write `exposed: true` if that is meant"
            raise MisplacedError(text, ("listen",))
        if self.verify == "nobody":
            if not self.is_local:
                raise MisplacedError("what other machines can reach needs a secret; nobody is not enough", ("verify",))
            if self.secrets:
                raise MisplacedError("a secret is named, but `verify: nobody` asks for none", ("secret",))
            for name in ("trusted", "sender_is_verified"):
                if getattr(self.event, name):
                    raise MisplacedError("nothing is verified here (`verify: nobody`)", ("event", name))
        elif (self.verify == "hmac") != (self.hmac is not None):
            raise MisplacedError("`verify: hmac` and `hmac: {header: …}` go together", ("verify",))
        elif not self.secrets:
            raise MisplacedError(f"`verify: {self.verify}` needs the name of a secret in `secret:`", ("verify",))
        if self.json_field and self.body != "form":
            raise MisplacedError("only a form has fields", ("json_field",))
        if self.cloudevents and (self.body == "form" or self.event.each):
            raise MisplacedError("CloudEvents are JSON, and a batch of them is taken apart by itself", ("cloudevents",))
        if self.origins and not self.cloudevents:
            raise MisplacedError("only senders of CloudEvents ask beforehand", ("origins",))
        roots = ROOTS | {"item"} if self.event.each or self.cloudevents else ROOTS
        for loc, value in _texts(self.event):
            _check(value, loc, ROOTS if loc[-1] == "each" else roots)
        return self


def _texts(mapping: EventMapping) -> Iterator[tuple[tuple[int | str, ...], Any]]:
    for name, value in mapping.model_dump().items():
        if isinstance(value, Mapping):
            for key, item in cast(Mapping[str, Any], value).items():
                yield ("event", name, key), item
        elif isinstance(value, str):
            yield ("event", name), value


def _check(value: Any, loc: tuple[int | str, ...], roots: frozenset[str]) -> None:
    try:
        texts: list[SlotText] = SlotValue(value).texts
    except TemplateError as error:
        raise MisplacedError(f"not a template we can read: {error}", loc) from error
    for text in texts:
        if strange := sorted(text.roots - roots):
            named = " or ".join(sorted(roots))
            raise MisplacedError(f"there is no {strange[0]} here; slots start with {named}", loc)

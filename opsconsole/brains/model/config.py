"""A model as it is connected: where it is, what it costs, how it likes to be asked."""

from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from opsconsole.net.places import is_loopback

SecretName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]


class Prices(BaseModel):
    """Money for a million tokens, in the workspace's currency."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    read: Annotated[float, Field(ge=0)] = 0.0
    """Tokens of the prompt."""
    cached: Annotated[float, Field(ge=0)] | None = None
    """Tokens of the prompt that the endpoint had in its cache; None: as `read`."""
    written: Annotated[float, Field(ge=0)] = 0.0
    """Tokens of the answer."""

    @property
    def is_free(self) -> bool:
        """Nothing costs anything, as far as is known."""
        return not (self.read or self.cached or self.written)

    def cost_micros(self, *, read: int, cached: int, written: int) -> int:
        """Return what an answer cost, in millionths of the currency: tokens times price for a million of them."""
        cached = min(cached, read)
        dear = (read - cached) * self.read + cached * (self.read if self.cached is None else self.cached)
        return round(dear + written * self.written)


def _is_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write the address like https://api.example.com/v1")
    if parts.username or parts.password or parts.query:
        raise ValueError("a key does not belong into the address; name a secret as `key`")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("only a server on this machine may be asked without TLS; write https://")
    return value.rstrip("/")


Address = Annotated[str, AfterValidator(_is_address)]


class Entra(BaseModel):
    """An app registration of Microsoft Entra ID that may use an Azure resource. Its client secret is the `key`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$")]
    """Id or domain of the directory."""
    client: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]
    """Id of the app registration."""
    authority: Address = "https://login.microsoftonline.com"
    """Who gives tokens; other clouds have their own."""
    scope: Annotated[str, Field(min_length=1, max_length=200)] = "https://cognitiveservices.azure.com/.default"


class ModelConfig(BaseModel):
    """One model behind one OpenAI-compatible endpoint (OpenAI, Azure, Ollama, llama.cpp, vLLM, LM Studio)."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    base_url: Address
    """Up to and without `/chat/completions`: `http://127.0.0.1:11434/v1`."""
    model: Annotated[str, Field(min_length=1, max_length=200)]
    key: SecretName | None = None
    """Name of the secret that is the key; None where the endpoint wants none."""
    key_header: Literal["authorization", "api-key"] = "authorization"
    """`api-key` is Azure's way."""
    entra: Entra | None = None
    """Signs in to Azure with a token instead of a key."""
    has_list: bool = True
    """False: the list of models there does not name what is asked for (Azure: deployments)."""
    query: dict[str, str] = Field(default_factory=dict)
    """Added to the address: `{api-version: 2026-06-01}`."""
    stream: bool = False
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 120.0
    """For a whole answer, in seconds."""
    stall_s: Annotated[float, Field(gt=0, le=3600)] = 45.0
    """Longest silence within a stream, in seconds."""
    at_once: Annotated[int, Field(ge=1, le=1000)] = 32
    """Most questions under way; a small machine's own server wants 1."""
    context_tokens: Annotated[int, Field(ge=0)] = 0
    """What fits in one question; 0: not known, found out when it overflows."""
    prices: Prices = Prices()
    ca_file: str | None = None
    """Certificate authority of a server of your own."""
    extra: dict[str, Any] = Field(default_factory=dict)
    """Sent with every question as it is: `{temperature: 0.2}`."""

    @field_validator("extra")
    @classmethod
    def _is_extra(cls, value: dict[str, Any]) -> dict[str, Any]:
        if taken := {"model", "messages", "tools", "stream"} & value.keys():
            raise ValueError(f"{', '.join(sorted(taken))} is set by opsconsole")
        return value

    @model_validator(mode="after")
    def _has_secret(self) -> Self:
        if self.entra is not None and self.key is None:
            raise ValueError("an app registration signs in with its client secret: name a secret as `key`")
        return self

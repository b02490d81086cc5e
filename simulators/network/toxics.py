"""What Toxiproxy can do to a connection, in its own names and units: ms, KB/s, µs for the slicer, bytes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field


class Stream(StrEnum):
    """The way of the bytes: from the station to the central system, or back."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"


BOTH = (Stream.UPSTREAM, Stream.DOWNSTREAM)


class _Toxic(BaseModel):
    """``streams`` are those that it works on, ``toxicity`` the part of the connections that have it, 0 to 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    severs: ClassVar[bool] = False
    type: str
    streams: tuple[Stream, ...] = Field(BOTH, min_length=1)
    toxicity: float = Field(1.0, ge=0, le=1)

    @property
    def attributes(self) -> dict[str, Any]:
        """Its attributes as Toxiproxy takes them."""
        return self.model_dump(exclude={"type", "streams", "toxicity"})

    @property
    def lag(self) -> float:
        """The seconds by which it delays a byte at most, both ways together."""
        return 0.0

    def __str__(self) -> str:
        return " ".join([self.type, *(f"{name} {value}" for name, value in self.attributes.items())])


class Latency(_Toxic):
    """All data arrives ``latency`` ms later, give or take ``jitter`` ms."""

    type: Literal["latency"] = "latency"
    latency: int = Field(ge=0)
    jitter: int = Field(0, ge=0)

    @property
    def lag(self) -> float:
        """The seconds by which it delays a byte at most, both ways together."""
        return (self.latency + self.jitter) / 1000 * len(self.streams)


class Bandwidth(_Toxic):
    """At most ``rate`` KB/s pass."""

    type: Literal["bandwidth"] = "bandwidth"
    rate: int = Field(gt=0)


class SlowClose(_Toxic):
    """The end of a connection arrives ``delay`` ms later."""

    type: Literal["slow_close"] = "slow_close"
    delay: int = Field(ge=0)


class Timeout(_Toxic):
    """No data arrives, and after ``timeout`` ms the connection is closed; 0: not before the toxic is taken away."""

    severs: ClassVar[bool] = True
    type: Literal["timeout"] = "timeout"
    timeout: int = Field(0, ge=0)


class ResetPeer(_Toxic):
    """The connection is reset (RST) after ``timeout`` ms."""

    severs: ClassVar[bool] = True
    type: Literal["reset_peer"] = "reset_peer"
    timeout: int = Field(0, ge=0)


class Slicer(_Toxic):
    """Data arrives in slices of ``average_size`` bytes, give or take ``size_variation``, ``delay`` µs apart."""

    type: Literal["slicer"] = "slicer"
    average_size: int = Field(gt=0)
    size_variation: int = Field(0, ge=0)
    delay: int = Field(0, ge=0)


class LimitData(_Toxic):
    """The connection is closed once ``bytes`` have passed."""

    severs: ClassVar[bool] = True
    type: Literal["limit_data"] = "limit_data"
    bytes: int = Field(ge=0)


Toxic = Annotated[
    Latency | Bandwidth | SlowClose | Timeout | ResetPeer | Slicer | LimitData, Field(discriminator="type")
]
"""Any toxic; that a proxy is down is a state of the proxy."""

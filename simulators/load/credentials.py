"""What the stations of a fleet were given to prove themselves with, handed to its workers as files of one folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Credentials:
    """A password that all stations share, the PEM of the CA that they trust, and a certificate for each; or some of it.

    What was not given is None.
    """

    folder: Path

    @property
    def password(self) -> bytes | None:
        """The password of security profiles 1 and 2."""
        path = self.folder / "password"
        return path.read_bytes() if path.exists() else None

    @property
    def authority(self) -> str | None:
        """The CA that the stations trust, PEM."""
        path = self.folder / "authority.pem"
        return path.read_text("ascii") if path.exists() else None

    def certificate(self, station: str) -> tuple[Path, Path] | None:
        """Return the files of the chain of a station, leaf first, and of its private key, both PEM."""
        chain, key = self._files(station)
        return (chain, key) if key.exists() else None

    def keep(self, *, password: bytes | None, authority: str | None) -> None:
        """Write down what all stations share."""
        if password is not None:
            (self.folder / "password").write_bytes(password)
        if authority is not None:
            (self.folder / "authority.pem").write_text(authority, "ascii")

    def keep_certificate(self, station: str, chain: str, key: str) -> None:
        """Write down what is a station's own."""
        for path, text in zip(self._files(station), (chain, key), strict=True):
            path.write_text(text, "ascii")

    def _files(self, station: str) -> tuple[Path, Path]:
        name = station.encode().hex()  # an identity may hold anything
        return self.folder / f"{name}.chain.pem", self.folder / f"{name}.key.pem"

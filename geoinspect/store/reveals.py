"""Secrets of an attempt as far as they are revealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoinspect.errors import InputError
from geoinspect.lottery.draw import sha256_hex

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Reveals:
    """
    Which secrets of an attempt are known.

    Attributes
    ----------
    secrets
        In the order of their hashes; None where a secret is not revealed yet.
    hashes
        Their SHA-256.
    """

    secrets: tuple[str | None, ...]
    hashes: tuple[str, ...]

    @property
    def missing(self) -> list[str]:
        """Hashes of the secrets that are not revealed yet."""
        pairs = zip(self.secrets, self.hashes, strict=True)
        return [sha256 for secret, sha256 in pairs if secret is None]

    def with_secrets(self, secrets: Sequence[str]) -> Reveals:
        """
        Add secrets, each in the place of its hash.

        Raises
        ------
        InputError
            If a secret is not one of those committed to.
        """
        known = list(self.secrets)
        for secret in secrets:
            if sha256_hex(secret) not in self.hashes:
                raise InputError(
                    "The secret with the SHA-256 {found} is not one of those committed to: "
                    "{expected}.",
                    found=sha256_hex(secret),
                    expected=", ".join(self.hashes),
                )
            known[self.hashes.index(sha256_hex(secret))] = secret
        return Reveals(tuple(known), self.hashes)

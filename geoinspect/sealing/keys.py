"""
Keys that seal: the newest seals, all of them open.

A key is written `ID:BASE64`, 32 random bytes; several stand one a line, or with commas
between, the newest last. They come from the environment variable GEOINSPECT_SEAL_KEY, or from
a file that nobody but its owner may read.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoinspect.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

#: Environment variable that holds the keys.
ENVIRONMENT = "GEOINSPECT_SEAL_KEY"

_KEY_BYTES = 32
_ID = re.compile(r"[A-Za-z0-9._-]{1,40}")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Keyring:
    """
    The keys at hand.

    Attributes
    ----------
    keys
        32 bytes each by name, the oldest first.
    """

    # never printed: a traceback may show the ring
    keys: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.keys:
            raise InputError("There is no key: make one with `geoinspect seal key`.")

    @property
    def newest(self) -> str:
        """Name of the key that seals."""
        return list(self.keys)[-1]

    @classmethod
    def parse(cls, text: str, place: str) -> Keyring:
        """
        Read keys from text.

        Parameters
        ----------
        text
            `ID:BASE64`, several with commas or line ends between; `#` begins a remark.
        place
            Where the text is from, for messages.

        Raises
        ------
        InputError
            If a key is malformed or named twice. Its bytes are never shown.
        """
        lines = [line.partition("#")[0] for line in text.splitlines()]
        words = [word for line in lines for word in line.replace(",", " ").split()]
        keys: dict[str, bytes] = {}
        for number, word in enumerate(words, start=1):
            key_id, key = _key(word, number, place)
            if key_id in keys:
                raise InputError(
                    "{place} has two keys named {key_id}: rename one.", place=place, key_id=key_id
                )
            keys[key_id] = key
        return cls(keys)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Keyring | None:
        """Read the keys of an environment, None if it has none."""
        text = environment.get(ENVIRONMENT, "").strip()
        return cls.parse(text, ENVIRONMENT) if text else None

    @classmethod
    def from_file(cls, path: Path) -> Keyring:
        """
        Read the keys of a file.

        Raises
        ------
        NotFoundError
            If there is none.
        InputError
            If others than its owner may read it, or it is no file of keys.
        """
        if not path.is_file():
            raise NotFoundError(
                "There is no key file {path}: make one with `geoinspect seal key -o {path}`.",
                path=path,
            )
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _OTHERS:
            raise InputError(
                "The key file {path} has mode {mode:o}, so that others may read it: "
                "`chmod 600 {path}`.",
                path=path,
                mode=mode,
            )
        return cls.parse(path.read_text(encoding="utf-8", errors="replace"), str(path))


def new_key(at: datetime) -> str:
    """
    Make a key, named by the day and a random word so that no two are alike.

    Parameters
    ----------
    at
        Now.
    """
    name = f"{at:%Y%m%d}-{secrets.token_hex(3)}"
    return f"{name}:{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}"


def _key(word: str, number: int, place: str) -> tuple[str, bytes]:
    """Read one key; a message must not repeat what may be one."""
    key_id, _, text = word.partition(":")
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if _ID.fullmatch(key_id) is None or len(key) != _KEY_BYTES:
        raise InputError(
            "Key {number} of {place} is not ID:BASE64 of 32 bytes: `geoinspect seal key` makes "
            "one.",
            number=number,
            place=place,
        )
    return key_id, key

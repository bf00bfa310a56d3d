"""
Named arrays in one file that is either whole or refused.

The file is one line of text (format, version, SHA-256 of the rest) and an
uncompressed NumPy container (`.npz`). Nothing of the container is read before the
checksum agrees.
"""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from geoinspect.atomic import write_bytes
from geoinspect.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

FORMAT = "geoinspect-network"
VERSION = 1


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """
    Write `arrays` to `path`, replacing what was there in one step.

    The same arrays give the same bytes.

    Parameters
    ----------
    path
        File to write.
    arrays
        Arrays of numbers by name.

    Raises
    ------
    InputError
        If the file cannot be written there.
    """
    container = BytesIO()
    np.savez(container, **arrays)  # type: ignore[arg-type]  # no array is called allow_pickle
    content = container.getvalue()
    first_line = f"{FORMAT} {VERSION} {sha256(content).hexdigest()}\n"
    write_bytes(path, first_line.encode() + content)


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """
    Read the arrays that `write_arrays` wrote.

    Raises
    ------
    NetworkError
        If the file is missing, of another kind or version, or damaged.
    """
    try:
        first_line, _, content = path.read_bytes().partition(b"\n")
    except OSError as error:
        raise NetworkError(
            "The road network file {path} cannot be read: {reason}; "
            "`geoinspect network build` makes one from an OpenStreetMap file.",
            path=str(path),
            reason=error.strerror,
        ) from error
    _check(path, first_line, content)
    with np.load(BytesIO(content), allow_pickle=False) as container:
        return {name: container[name] for name in container.files}


def checksum(arrays: Mapping[str, NDArray[Any]]) -> str:
    """
    Return the SHA-256 over names, types, shapes and values, independent of any file.

    Examples
    --------
    >>> checksum({"a": np.array([1, 2], "<i4")}) == checksum({"a": np.array([1, 3], "<i4")})
    False
    """
    digest = sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape};".encode())
        digest.update(array.data)
    return digest.hexdigest()


def _check(path: Path, first_line: bytes, content: bytes) -> None:
    """Refuse a file of another kind or version, and a damaged one."""
    words = first_line.split()
    if words[:1] != [FORMAT.encode()] or len(words) != 3:
        raise NetworkError(
            "{path} is not a road network file of geoinspect; "
            "`geoinspect network build` makes one from an OpenStreetMap file.",
            path=str(path),
        )
    if words[1] != str(VERSION).encode():
        raise NetworkError(
            "{path} is a road network of format version {version}, this program reads version "
            "{known}; build it again with `geoinspect network build`.",
            path=str(path),
            version=words[1].decode(errors="replace"),
            known=VERSION,
        )
    if words[2] != sha256(content).hexdigest().encode():
        raise NetworkError(
            "The road network file {path} is damaged; "
            "build it again with `geoinspect network build`.",
            path=str(path),
        )

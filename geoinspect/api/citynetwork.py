"""The roads as the service asks them questions: loaded once, kept until their file changes."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from geoinspect.errors import NotFoundError
from geoinspect.network import RoadNetwork

if TYPE_CHECKING:
    from pathlib import Path

    from geoinspect.cityfolder import CityFolder

# requests run in threads; two of them must not load the same roads
_LOADING = Lock()


def current_network(folder: CityFolder) -> RoadNetwork:
    """
    Return the road network of a city.

    Raises
    ------
    NotFoundError
        If it was not built yet.
    """
    path = folder.network_path
    if not path.is_file():
        raise NotFoundError("The city has no roads yet: bring them in under Imports.")
    told = path.stat()
    with _LOADING:
        return _loaded(path, told.st_mtime_ns, told.st_size)


@lru_cache(2)
def _loaded(path: Path, _changed_at: int, _size: int) -> RoadNetwork:
    """Load a file as it is at a time."""
    return RoadNetwork.load(path)

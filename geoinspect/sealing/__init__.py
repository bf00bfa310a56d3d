"""What nobody may read before its time: sealed bytes, keys, release times, marks of exports."""

from geoinspect.sealing.envelope import is_sealed, open_sealed, seal, sealed_with
from geoinspect.sealing.keys import ENVIRONMENT, Keyring, new_key
from geoinspect.sealing.marks import Export, export_mark, whose_mark
from geoinspect.sealing.release import (
    ReleaseParams,
    all_released_at,
    is_released,
    release_time,
    released_part,
    released_route,
    released_teams,
)

__all__ = [
    "ENVIRONMENT",
    "Export",
    "Keyring",
    "ReleaseParams",
    "all_released_at",
    "export_mark",
    "is_released",
    "is_sealed",
    "new_key",
    "open_sealed",
    "release_time",
    "released_part",
    "released_route",
    "released_teams",
    "seal",
    "sealed_with",
    "whose_mark",
]

"""
Signs of sham closure: what people should look at before they believe that a case is closed.

A sign is no proof and has no consequence by itself: it names its evidence, and a person
decides. That a photo tells neither time nor place is normal, because messengers strip both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pyproj import Geod

from geoinspect.errors import InputError
from geoinspect.photos.likeness import correlation, distances, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

_EARTH = Geod(ellps="WGS84")
#: Length of a hash of a picture.
_BITS = 64

#: Uses of a photo: of the finding, or as proof.
FINDING, REPLY, REINSPECTION = "finding", "reply", "reinspection"


class Kind(StrEnum):
    """Kinds of signs."""

    QUICK = "closed within minutes"
    SAME_FILE = "same file used before"
    SAME_PICTURE = "same picture used before"
    ELSEWHERE = "taken elsewhere"
    BEFORE_FINDING = "taken before the finding"
    BEFORE_NOTICE = "taken before the notice"


_SENTENCES = {
    Kind.QUICK: "Closed {minutes:.1f} minutes after the notice.",
    Kind.SAME_FILE: "The photo {photo} was used before: for case {other_id} ({use}).",
    Kind.SAME_PICTURE: (
        "The photo {photo} shows the same picture as {other_photo} of case {other_id} ({use}); "
        "they agree by {percent:.1f} %."
    ),
    Kind.ELSEWHERE: "By its own data the photo {photo} was taken {distance_m:.0f} m away.",
    Kind.BEFORE_FINDING: (
        "By its own data the photo {photo} was taken {hours:.1f} hours before the violation was "
        "found."
    ),
    Kind.BEFORE_NOTICE: (
        "By its own data the photo {photo} was taken {hours:.1f} hours before the notice."
    ),
}


@dataclass(frozen=True)
class SignParams:
    """
    From where on something is worth a look.

    Attributes
    ----------
    quick_min
        Minutes between notice and closing.
    same_bits
        Bits of 64 that may differ between the hashes of two uses of a picture.
    same_correlation, same_correlation_own
        Correlation of two pictures laid over each other from which on they are one. Higher
        for a proof beside photos of its own case: a new photo from where the first was
        taken looks much like it.
    n_looks
        How many of the most similar earlier photos are laid over a proof.
    distance_m
        Metres between photo and violation; receivers among houses err by tens of metres.
    clock_min
        Minutes that the clock of a camera may be slow.
    """

    quick_min: float = 10.0
    same_bits: int = 16
    same_correlation: float = 0.94
    same_correlation_own: float = 0.985
    n_looks: int = 10
    distance_m: float = 200.0
    clock_min: float = 15.0

    def __post_init__(self) -> None:
        right = {
            "quick_min": self.quick_min >= 0,
            "same_bits": 0 <= self.same_bits <= _BITS,
            "same_correlation": 0 < self.same_correlation <= 1,
            "same_correlation_own": 0 < self.same_correlation_own <= 1,
            "n_looks": self.n_looks >= 1,
            "distance_m": self.distance_m > 0,
            "clock_min": self.clock_min >= 0,
        }
        for name, is_right in right.items():
            if not is_right:
                raise InputError(
                    "{name} is {value}: minutes are 0 or more, bits 0 to 64, correlations above 0 "
                    "and at most 1, looks 1 or more, distances above 0.",
                    name=name,
                    value=getattr(self, name),
                )


@dataclass(frozen=True)
class Sign:
    """
    One thing to look at.

    Attributes
    ----------
    kind
        What kind.
    case_id
        The case.
    photo
        SHA-256 of the photo, "" if it is about none.
    evidence
        What it rests on: values of the fields of the sentence.
    """

    kind: Kind
    case_id: str
    photo: str
    evidence: Mapping[str, Any]

    def render(self, translate: Callable[[str], str]) -> str:
        """Say it in the language of `translate`."""
        told = {**self.evidence, "photo": self.photo[:12]}
        if "other_photo" in told:
            told["other_photo"] = told["other_photo"][:12]
        if "use" in told:
            told["use"] = translate(told["use"])
        return translate(_SENTENCES[self.kind]).format(**told)


def find_signs(
    cases: pd.DataFrame,
    photos: pd.DataFrame,
    params: SignParams | None = None,
    *,
    only: str | None = None,
) -> list[Sign]:
    """
    Look for signs of sham closure.

    Parameters
    ----------
    cases
        Indexed by case id, with `found_at`, `noticed_at` and `closed_at` (timezone-aware, NaT
        where it did not happen), `lon` and `lat` (WGS-84 degrees, NaN where unknown).
    photos
        One row a use of a photo, in the order in which they came in: `case_id`, `sha256`, `use`
        (`FINDING`, `REPLY` or `REINSPECTION`), `taken_at` (timezone-aware or NaT), `lon`, `lat`
        (NaN where unknown) and `likeness` (see `geoinspect.photos.likeness`).
    params
        Knobs.
    only
        Id of the case to look at; None for all.

    Returns
    -------
    signs
        By case and kind.
    """
    params = params or SignParams()
    proofs = photos[photos["use"] != FINDING]
    if only is not None:
        cases, proofs = cases.loc[[only]], proofs[proofs["case_id"] == only]
    of_cases = cases.reindex(proofs["case_id"].to_numpy())
    signs = [
        *_quick(cases, params),
        *_reused(photos.reset_index(drop=True), params, only),
        *_elsewhere(proofs, of_cases, params),
        *_too_early(proofs, of_cases, params),
    ]
    return sorted(signs, key=lambda sign: (sign.case_id, sign.kind, sign.photo))


def _quick(cases: pd.DataFrame, params: SignParams) -> Iterator[Sign]:
    """Find cases that nobody can have put right."""
    gap = cases["closed_at"] - cases["noticed_at"]
    minutes = gap.dt.total_seconds() / 60
    for case_id, value in minutes[minutes < params.quick_min].items():
        yield Sign(Kind.QUICK, str(case_id), "", {"minutes": float(value)})


def _reused(photos: pd.DataFrame, params: SignParams, only: str | None) -> Iterator[Sign]:
    """Find proofs that came in before: the same file first, then the same picture."""
    first: dict[str, int] = {}
    usable = photos["likeness"].map(len).to_numpy(dtype=np.int64) > 0
    positions = np.flatnonzero(usable)
    hashes = unpack(photos["likeness"].to_numpy(dtype=object)[positions].tolist())
    row_of = np.cumsum(usable) - 1
    rows = zip(photos["sha256"], photos["use"], photos["case_id"], strict=True)
    for k, (digest, use, case_id) in enumerate(rows):
        if use == FINDING or only not in (None, case_id):
            first.setdefault(digest, k)
        elif digest in first:
            yield _same_file(photos, k, first[digest])
        else:
            first[digest] = k
            if usable[k]:
                earlier = positions[: row_of[k]]
                yield from _same_picture(photos, hashes, k, row_of[k], earlier, params)


def _same_file(photos: pd.DataFrame, k: int, earlier: int) -> Sign:
    mine, other = photos.iloc[k], photos.iloc[earlier]
    evidence = {"other_id": other["case_id"], "use": other["use"]}
    return Sign(Kind.SAME_FILE, mine["case_id"], mine["sha256"], evidence)


def _same_picture(
    photos: pd.DataFrame,
    hashes: NDArray[np.uint64],
    k: int,
    row: int,
    earlier: NDArray[np.int64],
    params: SignParams,
) -> Iterator[Sign]:
    """Lay a proof over the earlier photos that it looks most like, until one is the same."""
    bits = distances(hashes[row], hashes[:row])
    likely = np.argsort(bits, kind="stable")[: params.n_looks]
    mine = photos.iloc[k]
    for place in likely[bits[likely] <= params.same_bits]:
        other = photos.iloc[int(earlier[place])]
        value = correlation(mine["likeness"], other["likeness"])
        is_own = other["case_id"] == mine["case_id"]
        if value >= (params.same_correlation_own if is_own else params.same_correlation):
            evidence = {
                "other_id": other["case_id"],
                "other_photo": other["sha256"],
                "use": other["use"],
                "percent": 100 * value,
            }
            yield Sign(Kind.SAME_PICTURE, mine["case_id"], mine["sha256"], evidence)
            return


def _elsewhere(proofs: pd.DataFrame, of_cases: pd.DataFrame, params: SignParams) -> Iterator[Sign]:
    """Find proofs whose own place is far from the violation."""
    places = [frame[["lon", "lat"]].to_numpy(dtype=np.float64) for frame in (proofs, of_cases)]
    known = np.isfinite(np.hstack(places)).all(axis=1)
    (there, here) = (place[known] for place in places)
    distance_m = _EARTH.inv(*there.T, *here.T)[2]
    rows = proofs[["case_id", "sha256"]].to_numpy(dtype=object)[known]
    for (case_id, digest), metres in zip(rows, np.atleast_1d(distance_m), strict=True):
        if metres > params.distance_m:
            yield Sign(Kind.ELSEWHERE, case_id, digest, {"distance_m": float(metres)})


def _too_early(proofs: pd.DataFrame, of_cases: pd.DataFrame, params: SignParams) -> Iterator[Sign]:
    """Find proofs whose own time is before the finding, or between it and the notice."""
    slack = pd.Timedelta(minutes=params.clock_min)
    taken = pd.to_datetime(proofs["taken_at"], utc=True).to_list()
    moments = [pd.to_datetime(of_cases[c], utc=True).to_list() for c in ("found_at", "noticed_at")]
    for case_id, digest, at, found, noticed in zip(
        proofs["case_id"], proofs["sha256"], taken, *moments, strict=True
    ):
        for kind, moment in ((Kind.BEFORE_FINDING, found), (Kind.BEFORE_NOTICE, noticed)):
            # comparisons with an unknown time are false
            if at + slack < moment:
                hours = (moment - at).total_seconds() / 3600
                yield Sign(kind, case_id, digest, {"hours": hours})
                break

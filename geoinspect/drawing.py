"""The draw of a committed plan: secrets in, routes with timetables out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoinspect.errors import InputError, NetworkError
from geoinspect.lottery.draw import draw_route, draw_seed, sha256_hex
from geoinspect.lottery.record import drawn_digests
from geoinspect.lottery.verify import book_weights, check_committed, durations_ms, shift_ms
from geoinspect.network import snap
from geoinspect.timetable import timetable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geoinspect.lottery.record import Record
    from geoinspect.network import RoadNetwork, Snaps


def draw_committed(
    committed: Record,
    network: RoadNetwork,
    secrets: Sequence[str],
    *,
    public_value: str = "",
    report: Callable[[str], None] | None = None,
) -> Record:
    """
    Draw the routes of a committed plan.

    Parameters
    ----------
    committed
        Record made by `geoinspect.planning.commit_plan`.
    network
        The road network the plan was made on.
    secrets
        The secrets in lower-case hexadecimal, in the order of their hashes.
    public_value
        What was published, where a public source was agreed on.
    report
        Called with the name of each step as it begins, in English.

    Returns
    -------
    record
        The complete record; see `geoinspect.lottery.record`.

    Raises
    ------
    InputError
        If a secret is not the one committed to, or the public value is missing or not
        agreed on.
    NetworkError
        If the network is another one.
    VerificationError
        If the committed record was changed.
    """
    check_committed(committed)
    _check_secrets(committed, secrets, public_value)
    if network.checksum != committed["parameters"]["network_sha256"]:
        raise NetworkError(
            "The plan was made on another road network: draw it with the one it was made on."
        )
    return drawn(committed, network, secrets, public_value=public_value, report=report)


def drawn(
    committed: Record,
    network: RoadNetwork,
    secrets: Sequence[str],
    *,
    public_value: str = "",
    report: Callable[[str], None] | None = None,
) -> Record:
    """Draw as `draw_committed` does, from a record that needs no checking any more."""
    say = report or (lambda step: None)  # noqa: ARG005
    say("Drawing the routes")
    seed = draw_seed(secrets, public_value, committed["draw"]["commitment"])
    record = dict(committed)
    draws = _draws(record, seed)
    record["draw"] = committed["draw"] | {
        "secrets": list(secrets),
        "public_value": public_value,
        "seed": seed,
        "draws": draws,
    }
    say("Writing timetables")
    snaps = _snaps(record, network)
    record["routes"] = [
        timetable(book, draw, team, record["points"], snaps, network)
        for book, draw, team in zip(record["books"], draws, record["teams"], strict=True)
    ]
    record["digests"] = committed["digests"] | drawn_digests(record)
    return record


def _check_secrets(committed: Record, secrets: Sequence[str], public_value: str) -> None:
    """Refuse secrets and values that were not committed to."""
    hashes = committed["draw"]["secrets_sha256"]
    if len(secrets) != len(hashes):
        raise InputError(
            "{n} secrets were committed to, {given} given: name them in the order of their "
            "hashes, the office's first.",
            n=len(hashes),
            given=len(secrets),
        )
    for number, (secret, sha256) in enumerate(zip(secrets, hashes, strict=True), start=1):
        if sha256_hex(secret) != sha256:
            raise InputError(
                "Secret number {number} is not the one committed to: its SHA-256 must be {sha256}.",
                number=number,
                sha256=sha256,
            )
    if bool(public_value) != (committed["draw"]["public"] is not None):
        raise InputError(
            "A public value belongs to a draw exactly if its source was committed to: give the "
            "value published as {public}.",
            public=committed["draw"]["public"],
        )


def _draws(record: Record, seed: str) -> list[Record]:
    """Draw route, direction and start of every team."""
    rows = []
    for book, team in zip(record["books"], record["teams"], strict=True):
        ahead, back = durations_ms(record, book)
        found = draw_route(
            seed,
            team["team_id"],
            weights=book_weights(book),
            durations_ms=ahead,
            reverse_durations_ms=back,
            shift_ms=shift_ms(team),
        )
        rows.append(
            {
                "team_id": team["team_id"],
                "index": found.index,
                "reversed": found.reversed,
                "start_offset_s": found.start_offset_ms / 1000,
            }
        )
    return rows


def _snaps(record: Record, network: RoadNetwork) -> Snaps:
    """Snap the depot, as number 0, and the points of the record."""
    places = [record["teams"][0]["depot"], *record["points"]]
    lonlat = np.array([[place["lon"], place["lat"]] for place in places])
    limit = record["parameters"]["max_snap_distance_m"]
    return snap(network, [""] * len(places), lonlat, max_distance_m=limit)

"""The draw of a committed plan: secrets in, routes with timetables out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoinspect.errors import InputError, NetworkError
from geoinspect.lottery.draw import draw_route, draw_seed, sha256_hex
from geoinspect.lottery.duty import draw_inspectors
from geoinspect.lottery.record import redrawn_digests
from geoinspect.lottery.verify import book_weights, check_committed, team_seats
from geoinspect.network import for_mode, snap
from geoinspect.timetable import timetable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geoinspect.lottery.record import Record
    from geoinspect.network import RoadNetwork, Snaps
    from geoinspect.travel import Mode


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
    record["draw"] = committed["draw"] | {
        "secrets": list(secrets),
        "public_value": public_value,
        "seed": seed,
        "draws": _draws(record, seed),
    }
    record["draw"]["inspectors"] = draw_inspectors(seed, team_seats(record), record["inspectors"])
    say("Writing timetables")
    record["routes"] = _routes(record, network)
    record["digests"] = redrawn_digests(committed, record)
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
    for book in record["books"]:
        found = draw_route(
            seed,
            book["team_id"],
            weights=book_weights(book),
            slack_min=[route["slack_min"] for route in book["routes"]],
            reverse_slack_min=[route["reverse_slack_min"] for route in book["routes"]],
        )
        rows.append(
            {
                "team_id": book["team_id"],
                "index": found.index,
                "reversed": found.reversed,
                "start_offset_s": found.start_offset_ms / 1000,
            }
        )
    return rows


def _routes(record: Record, network: RoadNetwork) -> list[Record]:
    """Write the timetable of every team, on its own roads and from its own depot."""
    networks: dict[Mode, RoadNetwork] = {}
    snaps: dict[tuple[Mode, float, float], Snaps] = {}
    routes = []
    for book, draw, team in zip(
        record["books"], record["draw"]["draws"], record["teams"], strict=True
    ):
        mode, depot = team["mode"], team["depot"]
        if mode not in networks:
            networks[mode] = for_mode(network, mode)
        key = (mode, depot["lon"], depot["lat"])
        if key not in snaps:
            snaps[key] = _snaps(record, depot, networks[mode])
        routes.append(timetable(book, draw, team, record["points"], snaps[key], networks[mode]))
    return routes


def _snaps(record: Record, depot: Record, network: RoadNetwork) -> Snaps:
    """Snap a depot, as number 0, and the points of the record."""
    places = [depot, *record["points"]]
    lonlat = np.array([[place["lon"], place["lat"]] for place in places])
    limit = record["parameters"]["max_snap_distance_m"]
    return snap(network, [""] * len(places), lonlat, max_distance_m=limit)

"""
A day's plan: the one place that composes points, roads and the lottery.

A plan is made in two acts. First everything is written down and committed to: the frame,
the chances, the books, and the hashes of the secrets. Then the secrets are revealed and the
routes drawn. Between the acts the commitment is published, and nobody who holds only one
of the secrets knows or can choose what will be drawn.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.drawing import drawn
from geoinspect.errors import InputError
from geoinspect.frame import visitable_frame
from geoinspect.lottery.day import Workload, draw_day_books
from geoinspect.lottery.draw import sha256_hex
from geoinspect.lottery.randomness import derive_key
from geoinspect.lottery.record import commitment, part_digests
from geoinspect.planning.committed import uncommitted
from geoinspect.planning.order import read_secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from geoinspect.frame import Frame
    from geoinspect.lottery.day import DayBooks
    from geoinspect.lottery.record import Record
    from geoinspect.planning.order import City, PlanParams, PublicSource


def plan_inspections(
    city: City,
    params: PlanParams,
    secret: str,
    *,
    report: Callable[[str], None] | None = None,
) -> Record:
    """
    Commit to a day and draw its routes at once, with the one secret of the office.

    A pure function of its arguments: same city, parameters and secret, same record.

    Parameters
    ----------
    city
        Points, responsibilities and roads.
    params
        Day, teams, shift and service time.
    secret
        Hexadecimal secret of at least `UNGUESSABLE_BITS` random bits. It decides
        everything that chance decides here.
    report
        Called with the name of each step as it begins, in English.

    Returns
    -------
    record
        See `geoinspect.lottery.record`.

    Raises
    ------
    InputError
        If no point can be visited, or the shift is shorter than one visit.
    LotteryError
        If there are fewer points than teams, or no fair set of routes was found.
    """
    committed = commit_plan(city, params, secret, report=report)
    return drawn(committed, city.network, [read_secret(secret)], report=report)


def commit_plan(
    city: City,
    params: PlanParams,
    secret: str,
    *,
    witness_sha256: str | None = None,
    public: PublicSource | None = None,
    report: Callable[[str], None] | None = None,
) -> Record:
    """
    Write down and bind everything about a day but the draw.

    Parameters
    ----------
    city, params, report
        As in `plan_inspections`.
    secret
        Secret of the office, in hexadecimal. The books' own randomness comes from it.
    witness_sha256
        SHA-256 of a second person's secret, who keeps it until the draw.
    public
        A publication to come whose value enters the draw.

    Returns
    -------
    record
        A record without routes and without secrets; the books in it are not to be shown
        before the draw.

    Raises
    ------
    InputError, LotteryError
        As in `plan_inspections`; InputError also for a hash that is none.
    """
    say = report or (lambda step: None)  # noqa: ARG005
    secret = read_secret(secret)
    say("Snapping points to streets and measuring travel times")
    hours = params.shift.on(params.day, city.timezone)
    frame = _frame(city, params, hours)
    say("Drawing zones and lottery books")
    books = _draw_books(frame, params, _length_ms(hours), secret)
    say("Committing to frame, chances and books")
    record = uncommitted(city, params, hours, frame, books)
    record["draw"] = {
        "secrets_sha256": [sha256_hex(secret), *_hashes(witness_sha256)],
        "public": asdict(public) if public is not None else None,
        "draws": [],
    }
    record["draw"]["commitment"] = commitment(record)
    record["routes"] = []
    record["digests"] = part_digests(record)
    return record


def _hashes(sha256: str | None) -> list[str]:
    """Check the hash of a secret that somebody else keeps."""
    if sha256 is None:
        return []
    if re.fullmatch(r"[0-9a-fA-F]{64}", sha256) is None:
        raise InputError(
            "{text!r} is no SHA-256 hash: the witness makes it with "
            "`printf %s SECRET | sha256sum`.",
            text=sha256,
        )
    return [sha256.lower()]


def _length_ms(hours: tuple[datetime, datetime]) -> int:
    """Length of a shift in milliseconds, right also when the clock changes in between."""
    return round((hours[1].timestamp() - hours[0].timestamp()) * 1000)


def _frame(city: City, params: PlanParams, hours: tuple[datetime, datetime]) -> Frame:
    """Find what can be visited at all."""
    longest_ms = _length_ms(hours) - 1000 * params.service_time_s
    if longest_ms < 0:
        raise InputError(
            "The shift from {start} to {end} is shorter than one visit of {minutes:g} minutes: "
            "lengthen the shift or shorten the service time.",
            start=f"{params.shift.start:%H:%M}",
            end=f"{params.shift.end:%H:%M}",
            minutes=params.service_time_s / 60,
        )
    return visitable_frame(
        city.points,
        city.network,
        depot=params.depot,
        longest_ms=longest_ms,
        max_snap_distance_m=params.max_snap_distance_m,
    )


def _draw_books(frame: Frame, params: PlanParams, shift_ms: int, secret: str) -> DayBooks:
    """Draw zones and books; their randomness comes from the secret and the day."""
    n = len(frame.points)
    workload = Workload(
        times=frame.times,
        service=np.full(n, 1000 * params.service_time_s, dtype=np.int64),
        weight=frame.points["weight"].to_numpy(dtype=np.float64),
        shift=shift_ms,
        n_teams=params.n_teams,
    )
    key = derive_key("geoinspect books", secret, params.day.isoformat())
    return draw_day_books(workload, key, params.lottery)

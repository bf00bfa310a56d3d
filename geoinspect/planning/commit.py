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

from geoinspect.drawing import drawn
from geoinspect.errors import InputError
from geoinspect.lottery.draw import sha256_hex
from geoinspect.lottery.randomness import derive_key
from geoinspect.lottery.record import commitment, digests_of
from geoinspect.planning.committed import uncommitted
from geoinspect.planning.ground import draw_books, lay_ground
from geoinspect.planning.order import read_secret

if TYPE_CHECKING:
    from collections.abc import Callable

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
    ground = lay_ground(city, params)
    say("Drawing zones and lottery books")
    # the randomness of the books comes from the secret and the day
    key = derive_key("geoinspect books", secret, params.day.isoformat())
    books = draw_books(ground, key, params.lottery)
    say("Committing to frame, chances and books")
    record = uncommitted(city, params, ground, books)
    record["draw"] = {
        "secrets_sha256": [sha256_hex(secret), *_hashes(witness_sha256)],
        "public": asdict(public) if public is not None else None,
        "draws": [],
        "inspectors": [],
    }
    record["draw"]["commitment"] = commitment(record)
    record["routes"] = []
    record["digests"] = digests_of(record)
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

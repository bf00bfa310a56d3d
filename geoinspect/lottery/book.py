"""
The lottery book of one zone: every route that could be drawn, with its probability.

The probabilities of the routes that visit a point add up to that point's promised
chance. A book that does not keep every promise is never handed out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.errors import LotteryError
from geoinspect.lottery.calibration import (
    calibrate,
    integer_weights,
    nearest_chances,
    roughly_calibrated,
)
from geoinspect.lottery.candidates import (
    all_subsets,
    draw_candidates,
    draw_candidates_through,
    stay_at_home,
)
from geoinspect.lottery.draw import WEIGHT_TOTAL
from geoinspect.lottery.pricing import price_routes
from geoinspect.lottery.probabilities import inclusion_probabilities

if TYPE_CHECKING:
    from geoinspect.arrays import FloatArray, IntArray, RandomState
    from geoinspect.lottery.calibration import Calibration
    from geoinspect.lottery.routes import RouteSet, Zone

#: Up to this many points a zone's book holds every feasible set of stops.
_SMALL_ZONE = 8

_MS_PER_MINUTE = 60_000

# a shift is full enough if it is within half a per cent of what was wished
_FULL_ENOUGH = 0.005
_FILLINGS = 6
_LESS = 0.95
_SMALLEST_STEP = 0.2

_PREFERENCES = 3
_LESS_PREFERENCE = 0.5
_MORE_PREFERENCE = 1.5

#: Pricing is given up when this many rounds have not halved the gap.
_PATIENCE = 3


class OverloadedZoneError(LotteryError):
    """A zone's promises do not fit into its shift."""


@dataclass(frozen=True)
class BookParams:
    """
    Knobs of a lottery book.

    Attributes
    ----------
    candidates
        Routes drawn before calibration.
    scouts
        How many of them are drawn first, to learn how the others must be tilted.
    theta
        Preference for short routes, per minute of travel. On Nanjing 0.15 travels 3 %
        more than 0.3 and leaves two thirds more effective routes.
    tilt
        Upper end of the pull towards a random focus. On Nanjing the visits of neighbours
        correlate by 0.12 with 3, at 3 % less travel than with 2, where it is 0.08.
    routes_per_point
        Every point is on at least this many candidates.
    pricing_rounds, priced_routes
        How often, and how many, new routes are made where promises are not kept.
    effective_wished, effective_plenty
        A book with fewer effective routes than wished is calibrated again with less
        preference for short routes, one with more than plenty with more.
    fewest_effective
        A book with fewer effective routes is calibrated again with less preference
        for short ones: being hard to guess comes before being short.
    """

    candidates: int = 2400
    scouts: int = 600
    theta: float = 0.15
    tilt: float = 2.3
    routes_per_point: int = 6
    pricing_rounds: int = 12
    priced_routes: int = 150
    effective_wished: float = 250.0
    effective_plenty: float = 1200.0
    fewest_effective: float = 120.0

    def __post_init__(self) -> None:
        if not 0 < self.scouts <= self.candidates:
            raise ValueError("scouts must lie between 1 and candidates")
        if min(self.theta, self.tilt, self.routes_per_point, self.pricing_rounds) < 0:
            raise ValueError("theta, tilt, routes_per_point and pricing_rounds must be >= 0")


@dataclass(frozen=True)
class Filling:
    """
    How a book may change the promises so that they fit the shift.

    Attributes
    ----------
    fill
        Share of the shift that the expected route should use.
    floor, cap
        Bounds of each point's chance.
    """

    fill: float
    floor: float
    cap: float


@dataclass(frozen=True)
class LotteryBook:
    """
    Every route that could be drawn for a team.

    Attributes
    ----------
    routes
        The routes, in points of the zone.
    weights
        Integer weights that add up to 2**53, shape (m,), each at least 1.
    promised
        Chance of each point that the book keeps, shape (n,).
    """

    routes: RouteSet
    weights: IntArray
    promised: FloatArray

    @property
    def slack_min(self) -> list[int]:
        """Latest departure of each route after the start of the shift, in whole minutes."""
        minutes: list[int] = (self.routes.slack // _MS_PER_MINUTE).tolist()
        return minutes

    @property
    def reverse_slack_min(self) -> list[int | None]:
        """The same for the opposite direction; None where it cannot be driven."""
        minutes: list[int] = (self.routes.reverse_slack // _MS_PER_MINUTE).tolist()
        return [slack if slack >= 0 else None for slack in minutes]

    @property
    def probability(self) -> FloatArray:
        """Probability of each route, shape (m,); exact in binary floating point."""
        return self.weights / float(WEIGHT_TOTAL)

    @property
    def effective_routes(self) -> float:
        """2**entropy: how many equally likely routes would leave as much doubt."""
        p = self.probability
        return float(np.exp(-(p * np.log(p)).sum()))

    def chances(self, n_points: int) -> FloatArray:
        """Sum the probabilities of the routes that visit each point, shape (n_points,)."""
        visited = self.routes.stops >= 0
        weights = np.broadcast_to(self.probability[:, np.newaxis], visited.shape)
        chances: FloatArray = np.zeros(n_points)
        np.add.at(chances, self.routes.stops[visited], weights[visited])
        return chances


def build_book(
    zone: Zone,
    state: RandomState,
    params: BookParams | None = None,
    *,
    filling: Filling | None = None,
) -> LotteryBook:
    """
    Build the calibrated lottery book of a zone.

    Parameters
    ----------
    zone
        Points, promised chances, times and shift.
    state
        Random stream, advanced in place. It must come from a secret, or units
        could compute the book.
    params
        Knobs.
    filling
        If given, the promises are scaled so that the expected route fills the shift, and
        promises that do not fit into opening hours are lowered: the book keeps the chances
        nearest to them. Else they are kept as they are.

    Raises
    ------
    OverloadedZoneError
        If the promises do not fit into the shift.
    """
    params = params or BookParams()
    if zone.n_points == 0:
        return LotteryBook(stay_at_home(zone), np.array([WEIGHT_TOTAL]), zone.probability)
    if zone.n_points <= _SMALL_ZONE:
        routes = all_subsets(zone).joined(stay_at_home(zone))
    else:
        zone, routes = _many_candidates(zone, state, params, filling)
    routes, calibration = _calibrate_with_pricing(routes, zone, state, params)
    if filling is not None:
        routes, zone, calibration = _filled(routes, zone, calibration, state, params, filling)
    if not calibration.is_exact:
        raise _overloaded(zone)
    if zone.n_points > _SMALL_ZONE:
        calibration = _fitting_preference(routes, zone, calibration, params)
        routes, calibration = _less_guessable(routes, zone, calibration, state, params)
    weights = integer_weights(calibration.weights)
    drawable = np.flatnonzero(weights > 0)
    return LotteryBook(routes.take(drawable), weights[drawable], zone.probability)


def _filled(
    routes: RouteSet,
    zone: Zone,
    calibration: Calibration,
    state: RandomState,
    params: BookParams,
    filling: Filling,
) -> tuple[RouteSet, Zone, Calibration]:
    """Scale the promises until the expected route fills the shift, as far as that is possible."""
    step, best = 1.0, (routes, zone, calibration)
    for _ in range(_FILLINGS):
        routes, kept, calibration = best
        if calibration.is_exact:
            factor = filling.fill / _use(routes, kept, calibration.weights)
            if abs(factor - 1) < _FULL_ENOUGH or step < _SMALLEST_STEP:
                break
            factor = 1 + step * (factor - 1)
        else:
            factor = _LESS
        wanted = _scaled(kept, factor, filling)
        start = calibration.dual if calibration.is_exact else None
        trial = _calibrate_or_lower(routes, wanted, state, params, filling, start)
        if trial[2].is_exact or not calibration.is_exact:
            best = trial
        else:
            step /= 2
    return best


def _scaled(zone: Zone, factor: float, filling: Filling) -> Zone:
    """Return a zone with its promises scaled, within the bounds."""
    n, stops = zone.n_points, factor * float(zone.probability.sum())
    possible = min(max(stops, n * filling.floor), n * filling.cap)
    weight = zone.probability if zone.weight is None else zone.weight
    chances = inclusion_probabilities(weight, possible, floor=filling.floor, cap=filling.cap)
    return replace(zone, probability=chances)


def _calibrate_or_lower(
    routes: RouteSet,
    zone: Zone,
    state: RandomState,
    params: BookParams,
    filling: Filling,
    start: FloatArray | None,
) -> tuple[RouteSet, Zone, Calibration]:
    """Calibrate; where opening hours are in the way, promise what the routes can do instead."""
    routes, calibration = _calibrate_with_pricing(routes, zone, state, params, start)
    if not calibration.is_exact and zone.has_hours:
        possible = nearest_chances(routes, zone.probability, theta=params.theta)
        possible = np.clip(possible, filling.floor, filling.cap)
        zone = replace(zone, probability=possible, weight=None)
        routes, calibration = _calibrate_with_pricing(routes, zone, state, params)
    return routes, zone, calibration


def _use(routes: RouteSet, zone: Zone, weights: FloatArray) -> float:
    """Share of the shift that the expected route takes."""
    visited = routes.stops >= 0
    service = np.where(visited, zone.service[routes.stops], 0).sum(axis=1)
    return float(weights @ (routes.travel + service)) / zone.shift


def _many_candidates(
    zone: Zone, state: RandomState, params: BookParams, filling: Filling | None
) -> tuple[Zone, RouteSet]:
    """Draw candidates twice: the first lot teaches how to tilt the second, and how much fits."""
    scouts = draw_candidates(zone, state, count=params.scouts, tilt=params.tilt)
    if zone.probability.sum() < 1:
        # fewer than one stop expected: a day without a stop must be possible
        scouts = scouts.joined(stay_at_home(zone))
    if len(scouts) == 0:
        raise _overloaded(zone)
    weights, dual = roughly_calibrated(scouts, zone.probability, theta=params.theta)
    if filling is not None:
        zone = _scaled(zone, filling.fill / _use(scouts, zone, weights), filling)
    rest = draw_candidates(
        zone, state, count=params.candidates - params.scouts, tilt=params.tilt, pull=dual
    )
    return zone, _with_rare_points(scouts.joined(rest), zone, state, params)


def _with_rare_points(
    routes: RouteSet, zone: Zone, state: RandomState, params: BookParams
) -> RouteSet:
    """Add routes through the points that too few candidates visit."""
    lacking = params.routes_per_point - routes.routes_per_point(zone.n_points)
    points = np.repeat(np.arange(zone.n_points), np.maximum(0, lacking))
    if len(points) == 0:
        return routes
    return routes.joined(draw_candidates_through(zone, state, points, tilt=params.tilt))


def _calibrate_with_pricing(
    routes: RouteSet,
    zone: Zone,
    state: RandomState,
    params: BookParams,
    start: FloatArray | None = None,
) -> tuple[RouteSet, Calibration]:
    """Calibrate; while promises are not kept, make the routes that are lacking."""
    calibration = calibrate(routes, zone.probability, theta=params.theta, start=start)
    gaps = [calibration.gap]
    while not calibration.is_exact and len(gaps) <= params.pricing_rounds:
        if len(gaps) > _PATIENCE and gaps[-1] > 0.5 * gaps[-1 - _PATIENCE]:
            break
        priced = price_routes(zone, state, calibration.residual, count=params.priced_routes)
        extended = routes.joined(priced)
        if len(extended) == len(routes):
            break
        routes = extended
        calibration = calibrate(routes, zone.probability, theta=params.theta)
        gaps.append(calibration.gap)
    return routes, calibration


def _fitting_preference(
    routes: RouteSet, zone: Zone, calibration: Calibration, params: BookParams
) -> Calibration:
    """Prefer short routes more where plenty of them stay likely, less where few do."""
    theta = params.theta
    for _ in range(_PREFERENCES):
        effective = calibration.effective_routes
        if params.effective_wished <= effective <= params.effective_plenty:
            break
        theta *= _LESS_PREFERENCE if effective < params.effective_wished else _MORE_PREFERENCE
        other = calibrate(routes, zone.probability, theta=theta, start=calibration.dual)
        if not other.is_exact or other.effective_routes < params.effective_wished <= effective:
            break
        calibration = other
    return calibration


def _less_guessable(
    routes: RouteSet,
    zone: Zone,
    calibration: Calibration,
    state: RandomState,
    params: BookParams,
) -> tuple[RouteSet, Calibration]:
    """Where too few effective routes are left, make more and prefer short ones less."""
    for theta in (params.theta / 3, 0.0):
        if calibration.effective_routes >= params.fewest_effective:
            break
        more = draw_candidates(
            zone, state, count=params.candidates, tilt=params.tilt, pull=calibration.dual
        )
        wider = routes.joined(more)
        flatter = calibrate(wider, zone.probability, theta=theta)
        if flatter.is_exact:
            routes, calibration = wider, flatter
    return routes, calibration


def _overloaded(zone: Zone) -> OverloadedZoneError:
    return OverloadedZoneError(
        "A zone of {points} points promises {stops} visits, which do not fit into the shift of "
        "{minutes} minutes: lengthen the shift, add teams or ask for fewer stops.",
        points=zone.n_points,
        stops=round(float(zone.probability.sum()), 1),
        minutes=zone.shift // 60_000,
    )

"""Where and when the teams of a day can be: streets, travel times, shifts, opening hours."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from os import cpu_count
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.errors import InputError
from geoinspect.frame import near_streets
from geoinspect.geometry import LocalProjection
from geoinspect.lottery.day import DayBooks, draw_day_books
from geoinspect.lottery.parts import MOST_TEAMS, Part, cut_into_parts
from geoinspect.lottery.randomness import derive_key, stream
from geoinspect.lottery.workload import ALWAYS, DutyTeam, Workload, begin_spans, can_visit
from geoinspect.lottery.zones import check_numbers
from geoinspect.network import for_mode, travel_times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from geoinspect.arrays import BoolArray, FloatArray, IntArray
    from geoinspect.frame import Frame
    from geoinspect.lottery.day import DayParams
    from geoinspect.network import RoadNetwork
    from geoinspect.planning.order import City, PlanParams
    from geoinspect.shifts import Shift
    from geoinspect.travel import Mode

# what a stop costs on the way, before any route is known; only parts are cut by it
_TRAVEL_MS = 6 * 60_000


@dataclass(frozen=True)
class DayGround:
    """
    What the teams of a day can do: n points of the frame, k teams.

    Attributes
    ----------
    frame
        Points that some team can visit, the depots, and what was left out.
    networks
        Roads by way of travelling.
    teams
        The teams; the clock counts milliseconds from midnight.
    service
        Service time at each point in milliseconds, shape (n,).
    hours
        Opening and closing of each point by that clock, shape (n, s, 2).
    """

    frame: Frame
    networks: Mapping[Mode, RoadNetwork]
    teams: tuple[DutyTeam, ...]
    service: IntArray
    hours: IntArray

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The ways of travelling, in the order that teams number them by."""
        return tuple(self.networks)

    def is_possible(self) -> BoolArray:
        """Whether each team could visit each point as its only one, shape (n, k)."""
        return self._by_kind(self.hours)

    def is_in_reach(self) -> BoolArray:
        """Tell the same as if every point were always open."""
        return self._by_kind(np.full((len(self.service), 1, 2), (-ALWAYS, ALWAYS)))

    def _by_kind(self, hours: IntArray) -> BoolArray:
        """Ask once for all teams that are alike."""
        kinds = {team: self._can_visit(team, hours) for team in dict.fromkeys(self.teams)}
        return np.column_stack([kinds[team] for team in self.teams])

    def _can_visit(self, team: DutyTeam, hours: IntArray) -> BoolArray:
        mode = self.modes[team.mode]
        there, back = self.frame.depot_times_ms(self.networks[mode], mode, team.depot)
        spans = begin_spans(hours, self.service, team.start_ms, team.shift_ms)
        return can_visit(spans, there, back, self.service, team.shift_ms)

    def workload(self, part: Part) -> Workload:
        """Measure the travel times of a part of the city."""
        d = len(self.frame.depots)
        rows = np.concatenate((np.arange(d), part.points + d))
        teams = tuple(self.teams[k] for k in part.teams)
        used = {team.mode for team in teams}
        times = tuple(
            travel_times(network, self.frame.snaps[mode].take(rows))
            if number in used
            else np.empty((0, 0), dtype=np.int64)
            for number, (mode, network) in enumerate(self.networks.items())
        )
        weight = self.frame.points["weight"].to_numpy(dtype=np.float64)
        return Workload(
            times=times,
            service=self.service[part.points],
            weight=weight[part.points],
            teams=teams,
            hours=self.hours[part.points],
            n_depots=d,
        )


def lay_ground(city: City, params: PlanParams) -> DayGround:
    """
    Find what the teams of a day can visit at all.

    Raises
    ------
    InputError
        If no point can be visited, or a team can visit none, or a depot is far from
        every street.
    """
    modes: dict[Mode, None] = dict.fromkeys(team.mode for team in params.teams)
    networks = {mode: for_mode(city.network, mode) for mode in modes}
    wanted = tuple(dict.fromkeys(team.depot for team in params.teams))
    frame = near_streets(
        city.points, networks, depots=wanted, max_snap_distance_m=params.max_snap_distance_m
    )
    midnight = datetime.combine(params.day, time(), city.timezone)
    teams = tuple(
        DutyTeam(
            start_ms=_ms(start, midnight),
            shift_ms=_ms(end, start),
            depot=wanted.index(team.depot),
            mode=list(modes).index(team.mode),
        )
        for team, (start, end) in zip(params.teams, params.spans_on(city.timezone), strict=True)
    )
    categories = frame.points["category"].tolist()
    service = np.array([1000 * params.service_s(each) for each in categories], dtype=np.int64)
    ground = DayGround(frame, networks, teams, service, _hours(categories, params.hours, midnight))
    return _with_what_is_possible(ground, params)


def opening_around(hours: Sequence[Shift], midnight: datetime) -> list[tuple[datetime, datetime]]:
    """Return opening hours on a day, with those that last over midnight on either side."""
    timezone: ZoneInfo = midnight.tzinfo  # type: ignore[assignment]  # made by the caller
    days = [midnight.date() + timedelta(days=k) for k in (-1, 0, 1)]
    return sorted(span.on(day, timezone) for span in hours for day in days)


def _ms(end: datetime, start: datetime) -> int:
    """Milliseconds between two moments, right also when the clock changes in between."""
    return round((end.timestamp() - start.timestamp()) * 1000)


def _hours(
    categories: Sequence[str], hours: Mapping[str, Sequence[Shift]], midnight: datetime
) -> IntArray:
    """Return the opening hours of each point in milliseconds of the clock, shape (n, s, 2)."""
    told = {
        category: [
            (_ms(start, midnight), _ms(end, midnight))
            for start, end in opening_around(spans, midnight)
        ]
        for category, spans in hours.items()
    }
    widest = max((len(spans) for spans in told.values()), default=1)
    table: IntArray = np.full((len(categories), widest, 2), (1, 0), dtype=np.int64)
    for row, category in enumerate(categories):
        spans = told.get(category, [(-ALWAYS, ALWAYS)])
        table[row, : len(spans)] = spans
    return table


def _with_what_is_possible(ground: DayGround, params: PlanParams) -> DayGround:
    """Leave out the points that no team can visit, each with the reason."""
    _check_shifts(ground, params)
    possible = ground.is_possible()
    is_kept = np.logical_or.reduce(possible, axis=1)
    if not is_kept.any():
        raise InputError(
            "The shift is too short: no point can be reached, visited and left for the depot "
            "within it. Lengthen the shift or shorten the service time."
        )
    for k in np.flatnonzero(~possible.any(axis=0)):
        raise InputError(
            "Team {team} can visit none of the points: change its shift, its depot or its way "
            "of travelling.",
            team=int(k) + 1,
        )
    codes = np.where(ground.is_in_reach().any(axis=1), "CLOSED", "OUT_OF_REACH").tolist()
    return DayGround(
        ground.frame.keeping(is_kept, codes),
        ground.networks,
        ground.teams,
        ground.service[is_kept],
        ground.hours[is_kept],
    )


def _check_shifts(ground: DayGround, params: PlanParams) -> None:
    """Refuse a shift that is shorter than any visit."""
    shortest = int(ground.service.min())
    for team, order in zip(ground.teams, params.teams, strict=True):
        if team.shift_ms < shortest:
            raise InputError(
                "The shift from {start} to {end} is shorter than one visit of {minutes:g} "
                "minutes: lengthen the shift or shorten the service time.",
                start=f"{order.shift.start:%H:%M}",
                end=f"{order.shift.end:%H:%M}",
                minutes=shortest / 60_000,
            )


def draw_books(ground: DayGround, key: bytes, params: DayParams) -> DayBooks:
    """Draw zones and books of a day, a large city in parts, side by side."""
    n, k = len(ground.service), len(ground.teams)
    check_numbers(n, k)
    if k <= MOST_TEAMS:
        return draw_day_books(ground.workload(Part(np.arange(n), np.arange(k))), key, params)
    parts = _parts(ground, key)
    keys = [derive_key("part", key, str(number)) for number in range(len(parts))]
    with ThreadPoolExecutor(cpu_count()) as pool:
        found = list(pool.map(partial(_draw_part, ground, params), parts, keys))
    return _merged(n, k, parts, found)


def _draw_part(ground: DayGround, params: DayParams, part: Part, key: bytes) -> DayBooks:
    return draw_day_books(ground.workload(part), key, params)


def _parts(ground: DayGround, key: bytes) -> list[Part]:
    """Cut the city, by what its points weigh and take."""
    frame = ground.frame
    projection = LocalProjection.around(frame.lonlat)
    weight = frame.points["weight"].to_numpy(dtype=np.float64)
    depots = projection.to_xy(np.array(frame.depots))
    return cut_into_parts(
        projection.to_xy(frame.lonlat),
        weight * (ground.service + _TRAVEL_MS),
        depots[[team.depot for team in ground.teams]],
        np.array([team.shift_ms for team in ground.teams], dtype=np.float64),
        ground.is_possible(),
        stream(derive_key("parts", key)),
    )


def _merged(n: int, k: int, parts: Sequence[Part], found: Sequence[DayBooks]) -> DayBooks:
    """Put the books of the parts together, in the order of the teams."""
    probability: FloatArray = np.empty(n)
    by_team = {}
    for part, books in zip(parts, found, strict=True):
        probability[part.points] = books.probability
        for team, members, book in zip(part.teams, books.members, books.books, strict=True):
            by_team[int(team)] = (part.points[members], book)
    return DayBooks(
        probability,
        tuple(by_team[team][0] for team in range(k)),
        tuple(by_team[team][1] for team in range(k)),
    )

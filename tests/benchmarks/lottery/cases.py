"""The cases to measure: a city, its teams, depots and opening hours, as a plan orders them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from geoinspect.geometry import LocalProjection
from geoinspect.lottery.day import draw_day_books
from geoinspect.lottery.parts import MOST_TEAMS, Part
from geoinspect.lottery.workload import begin_spans
from geoinspect.planning.ground import draw_books, lay_ground
from geoinspect.planning.order import PlanParams, TeamOrder
from geoinspect.shifts import Shift, read_shift
from lottery.city import nearest_points, spread_points

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoinspect.arrays import BoolArray, FloatArray, IntArray
    from geoinspect.lottery.day import DayBooks, DayParams
    from geoinspect.lottery.routes import Zone
    from geoinspect.lottery.workload import DutyTeam, Workload
    from geoinspect.planning.ground import DayGround
    from geoinspect.planning.order import City

HOUR_MS = 3_600_000
SERVICE_S = 12 * 60
_DAY = date(2026, 11, 23)
_NEIGHBOURS = 5
_MOST_POINTS_OF_A_TABLE = 3000

_ALL_DAY = read_shift("09:00-15:00")
_EARLY, _LATE, _EVENING = (
    read_shift(text) for text in ("07:30-13:30", "11:30-17:30", "17:00-23:00")
)
_MORNING = (read_shift("09:00-12:00"),)
_SCHOOL_GATES = (read_shift("07:30-08:30"), read_shift("16:00-17:00"))
#: Counters that serve in the morning only, gates at the hours of the bell, night markets.
OPENING: Mapping[str, tuple[Shift, ...]] = {
    "集贸市场": (Shift(time(7), time(11, 30)),),
    "政务服务窗口": _MORNING,
    "供电营业厅": _MORNING,
    "供水营业厅": _MORNING,
    "燃气营业厅": _MORNING,
    "中小学校": _SCHOOL_GATES,
    "学校周边": _SCHOOL_GATES,
    "商业大街": (read_shift("18:00-22:00"),),
}


@dataclass(frozen=True)
class Case:
    """
    What one table is about.

    Attributes
    ----------
    name
        City, teams and what is special.
    ground
        Points, streets, teams and opening hours.
    params
        Knobs of the lottery.
    """

    name: str
    ground: DayGround
    params: DayParams

    @property
    def title(self) -> str:
        """Return the name, and how many listed points no team can reach at all."""
        left_out = len(self.ground.frame.excluded)
        return f"{self.name}; {left_out} listed points left the frame" if left_out else self.name

    @property
    def n_points(self) -> int:
        """Number of points."""
        return len(self.ground.service)

    @property
    def n_teams(self) -> int:
        """Number of teams."""
        return len(self.ground.teams)

    @property
    def is_cut(self) -> bool:
        """Whether the city is cut into parts, each with travel times of its own."""
        return self.n_teams > MOST_TEAMS

    @property
    def has_hours(self) -> bool:
        """Whether some point is closed at some time."""
        return bool((self.ground.hours[:, :, 0] >= 0).any())

    def measure_workload(self) -> Workload:
        """Measure all travel times."""
        return self.ground.workload(Part(np.arange(self.n_points), np.arange(self.n_teams)))

    @cached_property
    def workload(self) -> Workload:
        """All points and teams, with all travel times."""
        return self.measure_workload()

    def sample_workload(self, sample: IntArray) -> Workload:
        """Return some points and all teams."""
        return self.ground.workload(Part(sample, np.arange(self.n_teams)))

    @property
    def is_small(self) -> bool:
        """Whether a table of all travel times is no burden."""
        return self.n_points <= _MOST_POINTS_OF_A_TABLE

    @cached_property
    def remoteness(self) -> FloatArray:
        """Mean way to the nearest points and back, in milliseconds or metres, shape (n,)."""
        point = np.arange(self.n_points)[:, np.newaxis]
        if self.is_small:
            times = self.point_times
            way = times[point, self.neighbours] + times[self.neighbours, point]
        else:
            way = np.hypot(*(self._xy[self.neighbours] - self._xy[point]).transpose(2, 0, 1))
        mean: FloatArray = way.mean(axis=1)
        return mean

    @cached_property
    def _xy(self) -> FloatArray:
        lonlat = self.ground.frame.lonlat
        return LocalProjection.around(lonlat).to_xy(lonlat)

    @property
    def point_times(self) -> IntArray:
        """Travel times between points, shape (n, n)."""
        d = self.workload.n_depots
        return self.workload.times[0][d:, d:]

    @cached_property
    def neighbours(self) -> IntArray:
        """Nearest points of each point, by travel or, in a large city, on the map; (n, 5)."""
        if self.is_small:
            return nearest_points(self.point_times, _NEIGHBOURS)
        near: IntArray = cKDTree(self._xy).query(self._xy, _NEIGHBOURS + 1)[1][:, 1:]
        return near

    @cached_property
    def open_hours(self) -> BoolArray:
        """
        Whether a visit to each point could begin in each hour of the clock, shape (n, 48).

        Some team must be on duty, get there from its depot and be back in time.
        """
        hour = np.arange(48) * HOUR_MS
        is_open = np.zeros((self.n_points, len(hour)), dtype=np.bool_)
        for team in set(self.ground.teams):
            first, last = self._begins(team)
            inside = (first[..., np.newaxis] < hour + HOUR_MS) & (last[..., np.newaxis] >= hour)
            inside &= (first <= last)[..., np.newaxis]
            is_open |= inside.any(axis=1)
        return is_open

    def _begins(self, team: DutyTeam) -> tuple[IntArray, IntArray]:
        """First and last begin by the clock in each opening of each point, each (n, s)."""
        ground = self.ground
        mode = ground.modes[team.mode]
        there, back = ground.frame.depot_times_ms(ground.networks[mode], mode, team.depot)
        spans = begin_spans(ground.hours, ground.service, team.start_ms, team.shift_ms)
        latest = team.shift_ms - ground.service - back
        first = np.maximum(spans[:, :, 0], there[:, np.newaxis])
        last = np.minimum(spans[:, :, 1], latest[:, np.newaxis])
        return first + team.start_ms, last + team.start_ms

    def weighed(self, weight: FloatArray) -> Case:
        """Return the same case with other weights of the points, shape (n,)."""
        case = replace(self)
        # travel times are measured once for all days of a year
        case.__dict__["workload"] = replace(self.workload, weight=weight)
        return case

    def draw_books(self, key: bytes) -> DayBooks:
        """Draw zones and books; a city that is cut measures its travel times as it goes."""
        if self.is_cut:
            return draw_books(self.ground, key, self.params)
        return draw_day_books(self.workload, key, self.params)

    def zone(self, k: int, members: IntArray, probability: FloatArray) -> Zone:
        """Return what team `k` has to do with `members`."""
        if self.is_small:
            return self.workload.zone(k, members, probability)
        alone = self.ground.workload(Part(members, np.array([k])))
        return alone.zone(0, np.arange(len(members)), probability[members])


def plain_case(city: City, n_teams: int, params: DayParams, more: str = "") -> Case:
    """All teams alike: six hours from the most central point."""
    return case_of(city, (TeamOrder(_ALL_DAY),) * n_teams, params, more)


def depots_case(city: City, n_teams: int, n_depots: int, params: DayParams) -> Case:
    """Teams that start from depots in different quarters, in turn."""
    alone = plain_case(city, 1, params)
    lonlat = alone.ground.frame.lonlat[spread_points(alone.point_times, n_depots)]
    depots = [(float(lon), float(lat)) for lon, lat in lonlat]
    teams = tuple(TeamOrder(_ALL_DAY, depots[k % n_depots]) for k in range(n_teams))
    return case_of(city, teams, params, f", {n_depots} depots")


def hours_case(city: City, params: DayParams) -> Case:
    """Four early, four late and two evening teams, and points that are not always open."""
    teams = [TeamOrder(shift) for shift in 4 * [_EARLY] + 4 * [_LATE] + 2 * [_EVENING]]
    return case_of(city, tuple(teams), params, ", opening hours", OPENING)


def case_of(
    city: City,
    teams: tuple[TeamOrder, ...],
    params: DayParams,
    more: str = "",
    hours: Mapping[str, tuple[Shift, ...]] | None = None,
) -> Case:
    """Lay the ground for these teams as a plan does."""
    order = PlanParams(
        day=_DAY, teams=teams, service_time_s=SERVICE_S, hours=hours or {}, lottery=params
    )
    ground = lay_ground(city, order)
    n = len(ground.service)
    name = f"{city.name}, {n:,} points, {len(teams)} teams, 6 h, 12 min a stop{more}"
    return Case(name, ground, params)

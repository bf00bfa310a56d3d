"""Room for one more stop: where a stop left out would still fit, and if nowhere, why."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoinspect.routing.route import schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoinspect.arrays import IntArray
    from geoinspect.routing.model import Visits
    from geoinspect.routing.problem import Options, RoutingProblem


def insert_what_fits(problem: RoutingProblem, visits: Visits) -> Visits:
    """
    Add every stop that is left out and still fits, the most wanted first.

    Each goes where it adds the least travel. The solver's search leaves such stops
    behind only where it had no time to look.

    Parameters
    ----------
    problem
        The problem.
    visits
        A plan that holds all shifts and windows.
    """
    visits = [list(route) for route in visits]
    for stop in _by_prize(problem, left_out(problem, visits)):
        places = _ways_in(problem, visits, stop, problem.options)
        best = min(places, default=None)
        if best is not None:
            _, team, position, option = best
            visits[team].insert(position, option)
    return visits


def reason(problem: RoutingProblem, visits: Visits, stop: int) -> str:
    """
    Name the code of a stop that does not fit into a plan.

    "WINDOW" if it would fit into some route were it always open.
    """
    if not problem.is_in_reach[stop]:
        return "OUT_OF_REACH"
    if not problem.is_servable[stop]:
        return "WINDOW"
    is_own = problem.options.stop == stop
    always = replace(
        problem.options,
        open_ms=np.where(is_own, min(t.start_ms for t in problem.teams), problem.options.open_ms),
        close_ms=np.where(is_own, max(t.end_ms for t in problem.teams), problem.options.close_ms),
    )
    has_room = next(_ways_in(problem, visits, stop, always), None) is not None
    return "WINDOW" if has_room else "SHIFT_FULL"


def left_out(problem: RoutingProblem, visits: Visits) -> list[int]:
    """Return the stops that no route visits, in order."""
    taken = [option for route in visits for option in route]
    is_visited = np.isin(np.arange(problem.n_stops), problem.options.stop[taken])
    return np.flatnonzero(~is_visited).tolist()


def _by_prize(problem: RoutingProblem, stops: list[int]) -> list[int]:
    """Order stops by prize, the largest first, then by number."""
    if problem.prizes is None:
        return stops
    prizes = problem.prizes
    return sorted(stops, key=lambda stop: (-int(prizes[stop]), stop))


def _ways_in(
    problem: RoutingProblem, visits: Visits, stop: int, options: Options
) -> Iterator[tuple[int, int, int, int]]:
    """
    Yield the best place of a stop in each route that has room for it, by option.

    As travel time added, team, position and number of the option.
    """
    is_own = (options.stop == stop) & problem.is_possible.any(axis=1)
    own = np.flatnonzero(is_own).tolist()
    for team, route in enumerate(visits):
        for option in own:
            added_ms = _added_ms(problem, team, route, option, options)
            spare_ms = _spare_ms(problem, team, route, options) - problem.service_ms[stop]
            for position in np.argsort(added_ms, kind="stable").tolist():
                if added_ms[position] > spare_ms:
                    break
                longer = [*route[:position], option, *route[position:]]
                if schedule(problem, team, longer, options) is not None:
                    yield int(added_ms[position]), team, position, option
                    break


def _added_ms(
    problem: RoutingProblem, team: int, route: list[int], option: int, options: Options
) -> IntArray:
    """Travel time that an option adds before each stop of a route and at its end."""
    way, place = _way(problem, team, route, options), options.place[option]
    before, after = way[:-1], way[1:]
    times_ms = problem.times_ms
    added_ms: IntArray = times_ms[before, place] + times_ms[place, after] - times_ms[before, after]
    return added_ms


def _spare_ms(problem: RoutingProblem, team: int, route: list[int], options: Options) -> int:
    """Time of a shift that a route neither travels nor works."""
    way, crew = _way(problem, team, route, options), problem.teams[team]
    travel_ms = problem.times_ms[way[:-1], way[1:]].sum()
    return int(crew.shift_ms - travel_ms - problem.service_ms[options.stop[route]].sum())


def _way(problem: RoutingProblem, team: int, route: list[int], options: Options) -> IntArray:
    """Places of a route from depot to depot."""
    depot = problem.teams[team].depot
    return np.array([depot, *options.place[route], depot])

"""A city on the eve of a day: its points weighed, its targets drawn, ready to be planned."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from geoinspect.chances import point_weights, reason_records, usual_stops
from geoinspect.districts import locate
from geoinspect.errors import InputError
from geoinspect.inspectors import duties_in_month, inspector_pool, on_duty
from geoinspect.lottery.randomness import derive_key
from geoinspect.planning import City, TeamOrder, named_points
from geoinspect.shifts import USUAL_SHIFT, USUAL_TEAMS, read_shift
from geoinspect.targets import TargetGround, TargetParams, generate_targets, with_targets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    import geopandas as gpd

    from geoinspect.chances import DayWeights, Problem
    from geoinspect.cityfolder import CityFolder
    from geoinspect.network import RoadNetwork
    from geoinspect.planning import PlanParams


def weighed_points(
    folder: CityFolder, day: date, stops: float
) -> tuple[gpd.GeoDataFrame, DayWeights, float]:
    """
    Load the points of a city and weigh them for a day, by the knobs of its settings.

    Parameters
    ----------
    folder
        The city.
    day
        The day.
    stops
        Visits that the day is expected to have.

    Returns
    -------
    points
        With all columns that `City` asks for, weights and reasons among them.
    weights
        See `geoinspect.chances.point_weights`.
    possible
        Expected stops, as far as floor and cap allow them.

    Raises
    ------
    InputError
        If the city has no points.
    """
    store, params = folder.store(), folder.settings.chances
    points = store.points()
    if len(points) == 0:
        raise InputError(
            "The city has no {what} yet: bring them in with "
            "`geoinspect -C CITY import {what} FILE`.",
            what="points",
        )
    named = named_points(points, store.assignments(), store.districts()).sort_index()
    possible = min(max(stops, len(points) * params.floor), len(points) * params.cap)
    weights = point_weights(
        named,
        store.inspections(),
        store.violations(),
        day=day,
        timezone=folder.settings.zone,
        expected_stops=possible,
        params=params,
        drawn_before=store.drawn_before(day),
        asked=store.cases.reinspections_due(folder.settings.zone, folder.settings.cases.rechecks),
        settled=store.cases.settled(),
    )
    reasons = pd.Series(reason_records(weights.table), index=named.index, dtype=object)
    weighed = named.assign(weight=weights.table["weight"], reasons=reasons)
    return weighed, weights, possible


def city_on(
    folder: CityFolder,
    params: PlanParams,
    secret: str,
    *,
    is_listed: bool = True,
    report: Callable[[str], None] | None = None,
    note: Callable[[Problem], None] | None = None,
) -> City:
    """
    Load what the plan of a day needs of a city, its targets included.

    Parameters
    ----------
    folder
        The city.
    params
        What is ordered for the day; here also the number of targets.
    secret
        Secret of the office. A key derived from it draws the targets.
    is_listed
        Whether listed points take part; without them the day has targets only.
    report
        Called with the name of each step as it begins.
    note
        Called with each wish that the chances of the day cannot fulfil.

    Raises
    ------
    InputError
        If there is neither a listed point nor a target, or the city has too few streets.
    """
    stops = expected_stops(folder, params.day, params.teams, params.service_time_s)
    points = _listed(folder, params.day, stops, is_listed=is_listed, note=note)
    network = folder.network()
    if any(params.targets.values()):
        if report is not None:
            report("Drawing the targets")
        targets = _targets(folder, network, params, secret)
        points = with_targets(
            points, targets, expected_stops=stops, cap=folder.settings.chances.cap
        )
    if len(points) == 0:
        raise InputError(
            "The day would have no points at all: name targets with --targets, or leave out "
            "--targets-only."
        )
    settings = folder.settings
    return City(settings.name, settings.zone, points, network, _pool(folder, params.day))


def _listed(
    folder: CityFolder,
    day: date,
    stops: float,
    *,
    is_listed: bool,
    note: Callable[[Problem], None] | None,
) -> gpd.GeoDataFrame:
    """Weigh the listed points, or return none of them."""
    if not is_listed:
        return named_points(folder.store().points().iloc[:0], None, None)
    points, weights, _ = weighed_points(folder, day, stops)
    for problem in weights.problems:
        if note is not None:
            note(problem)
    return points


def _pool(folder: CityFolder, day: date) -> tuple[dict[str, Any], ...]:
    """Write down who is on duty, with more tickets for those with fewer duties this month."""
    store = folder.store()
    duties = duties_in_month(store.ledger.drawn_inspectors(), day)
    return tuple(inspector_pool(on_duty(store.inspectors(), day), duties))


def named_teams(folder: CityFolder, teams: int | None, shift: str) -> tuple[TeamOrder, ...]:
    """Return the teams that are named, or those that the city usually sends."""
    if teams is not None and teams < 1:
        raise InputError("Nobody goes out: name at least one team.")
    usual = usual_teams(folder)
    if teams is None and not shift and usual:
        return usual
    order = TeamOrder(read_shift(shift or USUAL_SHIFT), folder.settings.depot)
    return (order,) * (teams or USUAL_TEAMS)


def usual_teams(folder: CityFolder) -> tuple[TeamOrder, ...]:
    """Return the teams that the city usually sends, one by one."""
    settings = folder.settings
    return tuple(
        TeamOrder(read_shift(team.shift), team.depot or settings.depot, team.mode, team.seats)
        for team in settings.teams
        for _ in range(team.count)
    )


def expected_stops(
    folder: CityFolder, day: date, teams: Sequence[TeamOrder], service_time_s: float
) -> float:
    """Guess the visits of a day before any route is known."""
    spans = [team.shift.on(day, folder.settings.zone) for team in teams]
    working_s = sum(end.timestamp() - start.timestamp() for start, end in spans)
    return usual_stops(1, working_s, service_time_s)


def with_city_knobs(params: PlanParams, folder: CityFolder) -> PlanParams:
    """Return `params` with the floor and cap of the city's settings, and its knobs to record."""
    chances = folder.settings.chances
    lottery = replace(params.lottery, floor=chances.floor, cap=chances.cap)
    return replace(params, lottery=lottery, chances=chances.to_record())


def _targets(
    folder: CityFolder, network: RoadNetwork, params: PlanParams, secret: str
) -> gpd.GeoDataFrame:
    """Draw the targets of the day and name their districts."""
    districts = folder.districts()
    targets = generate_targets(
        TargetGround.of(network, districts),
        # the lottery decides when a team comes, so no hour is drawn
        TargetParams(params.targets, hours=None, language=folder.settings.language),
        secret=derive_key("geoinspect plan targets", secret).hex(),
        day=params.day,
    )
    if districts is None:
        return targets
    names = locate(targets, districts)["district_id"].map(districts["name"])
    return targets.assign(district=names.fillna("").astype(str))

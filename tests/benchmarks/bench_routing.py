"""
Measure plain route plans: five teams with twenty stops each, and the sweep of all points.

    python tests/benchmarks/bench_routing.py [--data DIR] [--no-sweep]

DIR holds `nanjing.osm.pbf` and `points_635.csv`; by default `../shared/data/nanjing` beside
the repository. All 635 points are known (snapped, all travel times measured); of them 100
are chosen, and five teams visit 20 each. A search of ten times as many iterations tells how
much is left to gain.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from geoinspect.network import INF_MS, RoadNetwork, Snaps, legs, read_network, snap, travel_times
from geoinspect.routing import RoutingProblem, Team, plan_campaign, solve
from geoinspect.routing.solve import ITERATIONS

NANJING = Path(__file__).resolve().parents[3] / "shared" / "data" / "nanjing"
HOUR_MS = 3_600_000
SERVICE_MS = 12 * 60_000
TEAMS, STOPS = 5, 20


def known_points(folder: Path, network: RoadNetwork) -> tuple[Snaps, np.ndarray, int]:
    """Snap all points, measure all times, and find the most central point."""
    points = pd.read_csv(folder / "points_635.csv")
    lonlat = points[["lon", "lat"]].to_numpy(float)
    snaps = snap(network, [str(k) for k in points.index], lonlat)
    times_ms = travel_times(network, snaps)
    central = int(np.minimum(times_ms, HOUR_MS * 10).sum(axis=0).argmin())
    return snaps, times_ms, central


def problem_of(
    times_ms: np.ndarray, depot: int, chosen: np.ndarray, hours: int, most: int | None
) -> RoutingProblem:
    """Let five teams visit some of the points from one depot."""
    places = np.concatenate(([depot], chosen))
    return RoutingProblem(
        times_ms[np.ix_(places, places)],
        np.full(len(chosen), SERVICE_MS),
        tuple(Team(str(k + 1), 0, hours * HOUR_MS, max_stops=most) for k in range(TEAMS)),
    )


def measure_day(folder: Path, network: RoadNetwork, seed: int) -> tuple[str, ...]:
    """Plan one day for one choice of points."""
    begin = perf_counter()
    snaps, times_ms, depot = known_points(folder, network)
    known_s = perf_counter() - begin
    in_reach = np.flatnonzero(times_ms[depot] + times_ms[:, depot] < INF_MS)
    generator = np.random.default_rng(seed)
    chosen = np.sort(generator.choice(in_reach[in_reach != depot], TEAMS * STOPS, replace=False))
    problem = problem_of(times_ms, depot, chosen, 9, STOPS)
    begin = perf_counter()
    result = solve(problem, seed=seed)
    solved_s = perf_counter() - begin
    begin = perf_counter()
    places = np.concatenate(([depot], chosen))
    for route in result.routes:
        legs(network, snaps, pairwise(places[[0, *route.places, 0]].tolist()))
    legs_s = perf_counter() - begin
    longer = solve(problem, iterations=10 * ITERATIONS, seed=seed)
    return (
        str(seed),
        f"{known_s + solved_s + legs_s:.1f}",
        f"{solved_s:.1f}",
        str(sum(len(route.stops) for route in result.routes)),
        f"{result.travel_ms / 60_000:.0f}",
        f"{longer.travel_ms / 60_000:.0f}",
        f"{result.travel_ms / longer.travel_ms:.3f}",
    )


def measure_sweep(folder: Path, network: RoadNetwork) -> str:
    """Visit all points in the fewest team-days of 6 h."""
    _, times_ms, depot = known_points(folder, network)
    problem = problem_of(times_ms, depot, np.arange(len(times_ms)), 6, None)
    begin = perf_counter()
    campaign = plan_campaign(problem)
    return (
        f"sweep: {problem.n_stops - len(campaign.result.unplanned)} points, "
        f"{campaign.team_days} team-days of 6 h, {campaign.days} days of {TEAMS} teams, "
        f"at least {campaign.lower_bound} team-days; travel "
        f"{campaign.result.travel_ms / HOUR_MS:.1f} h; {perf_counter() - begin:.1f} s"
    )


def main() -> None:
    """Measure Nanjing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=NANJING)
    parser.add_argument("--no-sweep", action="store_true")
    options = parser.parse_args()
    network = read_network(options.data / "nanjing.osm.pbf")
    network.engine()
    table = Table(title=f"635 points known, {TEAMS} teams x {STOPS} stops, {ITERATIONS} iterations")
    for name in ("seed", "all s", "search s", "stops", "travel min", "10 x longer", "ratio"):
        table.add_column(name, justify="right")
    for seed in range(3):
        table.add_row(*measure_day(options.data, network, seed))
    console = Console()
    console.print(table)
    if not options.no_sweep:
        console.print(measure_sweep(options.data, network))


if __name__ == "__main__":
    main()

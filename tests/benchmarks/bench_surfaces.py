"""
Measure surfaces and hot spots against a known truth, and their seconds on a large city.

    python tests/benchmarks/bench_surfaces.py [--years 200] [--events 1000000] [--data FOLDER]

A year: 2,000 points in 12 x 12 km, 8,000 inspections spread by a smooth uneven field
(standard deviation of its logarithm 1), 0.3 violations an inspection on average, the true
rate another smooth field. The fields are independent in the simulated city: a map that
follows the effort is wrong.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from bench_network import NANJING, grid_city
from rich.console import Console
from rich.table import Table
from surfacesim import agreements, city_year, plant

from geoinspect.density import KernelParams, shrink, violation_rate
from geoinspect.hotspots import HotSpotParams, hot_spots
from geoinspect.network import read_network
from geoinspect.streetsurfaces import Streets, street_surface

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.arrays import FloatArray
    from geoinspect.network import RoadNetwork

T = TypeVar("T")

CONSOLE = Console(width=110)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Measure surfaces and hot spots.")
    parser.add_argument("--years", type=int, default=200)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, default=NANJING)
    options = parser.parse_args()
    CONSOLE.print(against_effort(options.years))
    CONSOLE.print(false_alarms(options.years))
    CONSOLE.print(power(min(options.years, 100)))
    CONSOLE.print(seconds(options.events, options.data))


def against_effort(n_years: int) -> Table:
    """Compare rate and count maps with the effort and with the truth."""
    years = (city_year(np.random.default_rng(i), rate_spread=0.7) for i in range(n_years))
    found = [agreements(year, KernelParams()) for year in years]
    table = Table(title=f"Uneven effort, {n_years} years")
    for column in (
        "map",
        "corr. with effort, mean",
        "5 % to 95 %",
        "given the truth, mean",
        "worst-tenth overlap, mean",
    ):
        table.add_column(column)
    for name in ("shrunk", "raw", "count"):
        effort = np.array([each[name].effort_correlation for each in found])
        beyond = np.mean([each[name].beyond_truth for each in found])
        overlap = np.mean([each[name].worst_overlap for each in found])
        low, high = np.quantile(effort, (0.05, 0.95))
        spread = f"{low:+.2f} to {high:+.2f}"
        table.add_row(name, f"{effort.mean():+.3f}", spread, f"{beyond:+.3f}", f"{overlap:.3f}")
    return table


def false_alarms(n_years: int) -> Table:
    """Count the years without a pattern that show a hot or a cold cell."""
    table = Table(title=f"Years of {n_years} without a pattern that show a cell")
    for column in ("control", "hot", "cold", "hot if every |z| > 1.96 counts"):
        table.add_column(column)
    for control in ("BH", "BY"):
        params = HotSpotParams(control=control)
        spots = [
            hot_spots(year.lonlat, year.found, params=params)
            for year in (
                city_year(np.random.default_rng(1000 + i), rate_spread=0.0) for i in range(n_years)
            )
        ]
        n_hot, n_cold = (sum(s.any() for s in x) for x in zip(*_flags(spots), strict=True))
        n_plain = sum((np.nan_to_num(each.z) > 1.96).any() for each in spots)
        table.add_row(control, str(n_hot), str(n_cold), str(n_plain))
    return table


def _flags(spots: list) -> list:
    return [(each.is_hot, each.is_cold) for each in spots]


def power(n_years: int) -> Table:
    """Count the years in which a planted circle of 700 m is found."""
    table = Table(title=f"Planted circle of 700 m found, {n_years} years")
    for column in ("times as bad", "found", "hot cells beyond its reach, share"):
        table.add_column(column)
    for factor in (1.5, 2.0, 3.0):
        results = [_planted(seed, factor) for seed in range(n_years)]
        found = np.mean([each[0] for each in results])
        n_far, n_hot = np.sum([each[1:] for each in results], axis=0)
        table.add_row(f"{factor}", f"{found:.0%}", f"{n_far / max(n_hot, 1):.1%}")
    return table


def _planted(seed: int, factor: float) -> tuple[bool, int, int]:
    """Return whether the circle is found, hot cells that touch no inspection of it, hot cells."""
    rng = np.random.default_rng(seed)
    year, is_inside = plant(city_year(rng, rate_spread=0.0), rng, factor=factor, radius_m=700.0)
    spots = hot_spots(year.lonlat, year.found)
    touched = hot_spots(year.lonlat[is_inside], year.found[is_inside], extent=_extent(year.lonlat))
    n_far = int((spots.is_hot & (touched.inspections == 0)).sum())
    n_hot = int(spots.is_hot.sum())
    return n_hot > n_far, n_far, n_hot


def _extent(lonlat: FloatArray) -> tuple[float, float, float, float]:
    west, south, east, north = (*lonlat.min(axis=0).tolist(), *lonlat.max(axis=0).tolist())
    return west, south, east, north


def seconds(n_events: int, data: Path) -> Table:
    """Time the surfaces of a large city."""
    rng = np.random.default_rng(7)
    network = _network(data)
    corner, other = network.node_lonlat.min(axis=0), network.node_lonlat.max(axis=0)
    places = network.node_lonlat[rng.integers(0, network.n_nodes, n_events)]
    lonlat = np.clip(places + rng.normal(0, 0.0004, places.shape), corner, other)
    made = np.concatenate((lonlat, lonlat + rng.normal(0, 1e-6, lonlat.shape)))
    found = np.repeat((1, 0), n_events)
    table = Table(title=f"{n_events:,} violations, {len(made):,} inspections, {network}")
    table.add_column("step")
    table.add_column("seconds", justify="right")
    _row(table, "rate per inspection, shrunk", lambda: shrink(violation_rate(lonlat, made)))
    _row(table, "Gi* with control of false discoveries", lambda: hot_spots(made, found))
    streets = _row(table, "cut the streets, once", lambda: Streets.of(network))
    _row(table, "posts along the streets, once", streets.prepare)
    _row(table, "tie the violations to streets", lambda: streets.locate(lonlat))
    title = f"density along streets, {streets.pieces.n_nodes:,} nodes, violations"
    _row(table, title, lambda: street_surface(streets, lonlat))
    return table


def _row(table: Table, title: str, work: Callable[[], T]) -> T:
    """Run something and add its seconds to the table."""
    start = perf_counter()
    result = work()
    table.add_row(title, f"{perf_counter() - start:.2f}")
    return result


def _network(data: Path) -> RoadNetwork:
    """Read the roads of the city, or a made-up city where they are not there."""
    if (data / "nanjing.osm.pbf").is_file():
        return read_network(data / "nanjing.osm.pbf")
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary) / "grid.osm"
        source.write_text(grid_city(120), encoding="utf-8")
        return read_network(source)


if __name__ == "__main__":
    main()

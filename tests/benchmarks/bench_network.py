"""
Measure the road network: build, load, travel-time matrix, legs.

    python tests/benchmarks/bench_network.py [--data DIR]

DIR holds `nanjing.osm.pbf` and `points_635.csv`; by default `../shared/data/nanjing`
beside the repository. Without it a synthetic city is measured: a grid, which is
harder on a contraction hierarchy than a real city.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from rich.console import Console
from rich.table import Table

from geoinspect.network import RoadNetwork, Snaps, legs, read_network, snap, travel_times

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

NANJING = Path(__file__).resolve().parents[3] / "shared" / "data" / "nanjing"
REPEATS = 5
NETWORKX_SOURCES = 8
LEGS = 160


def grid_city(n_side: int, spacing_m: float = 150.0) -> str:
    """
    Draw a city of `n_side` by `n_side` junctions as OpenStreetMap XML.

    Every fifth street is a main street, every seventh one-way, in alternating
    directions; junctions are shifted a little, always in the same way.
    """
    shift = np.random.default_rng(7).uniform(-0.2, 0.2, (n_side, n_side, 2))
    row, column = np.mgrid[:n_side, :n_side]
    lat = 32.0 + (row + shift[..., 0]) * spacing_m / 110_900
    lon = 118.8 + (column + shift[..., 1]) * spacing_m / 94_400
    number = row * n_side + column + 1
    nodes = [
        f'<node id="{each}" lat="{y:.7f}" lon="{x:.7f}"/>'
        for each, y, x in zip(number.flat, lat.flat, lon.flat, strict=True)
    ]
    lines = [*number, *number.T]
    ways = [_way(each, line, each % n_side, n_side) for each, line in enumerate(lines)]
    return f'<osm version="0.6">{"".join(nodes)}{"".join(ways)}</osm>'


def _way(number: int, line: NDArray[np.int64], rank: int, n_side: int) -> str:
    """One street from end to end."""
    refs = "".join(f'<nd ref="{node}"/>' for node in line)
    is_inside = 0 < rank < n_side - 1
    oneway = {3: "yes", 6: "-1"}.get(rank % 7, "no") if is_inside else "no"
    tags = {
        "highway": "primary" if rank % 5 == 0 else "residential",
        "oneway": oneway,
        "name": f"Street {number}",
    }
    written = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
    return f'<way id="{number + 1}">{refs}{written}</way>'


def median_s(action: Callable[[], Any]) -> float:
    """Median of the times of some runs, in seconds."""
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        action()
        times.append(perf_counter() - start)
    return median(times)


def points_of(folder: Path | None, network: RoadNetwork) -> NDArray[np.float64]:
    """Points of the data, or 635 places near the nodes of the network."""
    if folder:
        with (folder / "points_635.csv").open(encoding="utf-8") as stream:
            rows = csv.DictReader(stream)
            return np.array([(float(row["lon"]), float(row["lat"])) for row in rows])
    generator = np.random.default_rng(635)
    nodes = generator.choice(network.n_nodes, 635, replace=False)
    return network.node_lonlat[nodes] + generator.normal(0, 0.0003, (635, 2))


def load_and_prepare(path: Path) -> RoadNetwork:
    """Load a network and everything it derives before its first answer."""
    network = RoadNetwork.load(path)
    network.engine()
    network.reverse_edge  # noqa: B018  # derived on first use
    return network


def networkx_s(network: RoadNetwork, snaps: Snaps) -> float:
    """Seconds networkx needs for all sources, scaled up from a few of them."""
    graph = network.to_networkx()
    sources = network.head[snaps.edge[snaps.ok]]
    sample = sources[:: max(len(sources) // NETWORKX_SOURCES, 1)][:NETWORKX_SOURCES].tolist()
    start = perf_counter()
    for source in sample:
        nx.single_source_dijkstra_path_length(graph, source, weight="travel_time")
    return (perf_counter() - start) / len(sample) * len(np.unique(sources))


def measure(source: Path, folder: Path | None, path: Path) -> Table:
    """Measure everything on one source."""
    network = read_network(source)
    network.save(path)
    snaps = snap(network, *_named(points_of(folder, network)))
    usable = np.flatnonzero(snaps.ok)
    pairs = np.random.default_rng(160).choice(usable, (LEGS, 2))
    size = f"{len(snaps)} x {len(snaps)}"
    table = Table(title=f"{source.name}: {network.n_nodes:,} nodes, {network.n_edges:,} edges")
    table.add_column("what")
    table.add_column("median s", justify="right")
    table.add_column("times the contraction hierarchy", justify="right")

    def add(what: str, seconds: float, than: float | None = None) -> None:
        table.add_row(what, f"{seconds:.3f}", f"{seconds / than:,.0f}" if than else "")

    add("read OpenStreetMap file and build", median_s(lambda: read_network(source)))
    add(f"save ({path.stat().st_size / 1e6:.1f} MB)", median_s(lambda: network.save(path)))
    add("load, ready to answer", median_s(lambda: load_and_prepare(path)))
    network = load_and_prepare(path)
    add(f"snap {len(snaps)} points", median_s(lambda: snap(network, snaps.point_ids, snaps.lonlat)))
    matrix_s = median_s(lambda: travel_times(network, snaps))
    add(f"matrix {size}", matrix_s, matrix_s)
    start = perf_counter()
    travel_times(network, snaps, engine="scipy")
    add(f"matrix {size}, SciPy Dijkstra (one run)", perf_counter() - start, matrix_s)
    what = f"matrix {size}, networkx Dijkstra (scaled from {NETWORKX_SOURCES} sources)"
    add(what, networkx_s(network, snaps), matrix_s)
    add(f"{LEGS} legs with lines and names", median_s(lambda: legs(network, snaps, pairs)))
    return table


def _named(lonlat: NDArray[np.float64]) -> tuple[list[str], NDArray[np.float64]]:
    return [str(number) for number in range(len(lonlat))], lonlat


def main() -> None:
    """Measure Nanjing, or the synthetic city where its data are not there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--data", type=Path, default=NANJING)
    folder = parser.parse_args().data
    with tempfile.TemporaryDirectory() as temporary:
        source = folder / "nanjing.osm.pbf"
        is_there = source.is_file()
        if not is_there:
            source = Path(temporary) / "grid.osm"
            source.write_text(grid_city(120), encoding="utf-8")
        path = Path(temporary) / "city.gin"
        Console().print(measure(source, folder if is_there else None, path))


if __name__ == "__main__":
    main()

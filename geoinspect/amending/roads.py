"""The roads of a running day: what is closed by then is closed for all teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoinspect.network import snap
from geoinspect.network.closures import edges_named, edges_near, without_edges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoinspect.lottery.record import Record
    from geoinspect.network import RoadNetwork, Snaps


def open_roads(network: RoadNetwork, events: Sequence[Record]) -> RoadNetwork:
    """Return the network without what the events of amendments have closed so far."""
    closed = np.zeros(network.n_edges, dtype=np.bool_)
    for event in events:
        if event["kind"] == "closed":
            closed |= (
                edges_named(network, event["street"])
                if "street" in event
                else edges_near(network, (event["lon"], event["lat"]))
            )
    return without_edges(network, closed) if closed.any() else network


def snap_rest(places: Sequence[Record], roads: RoadNetwork, limit_m: float) -> Snaps:
    """Snap the places of the rest of a day, from the team's position to the depot."""
    lonlat = np.array([[place["lon"], place["lat"]] for place in places])
    names = ["the team", *(place["point_id"] for place in places[1:-1]), "the depot"]
    return snap(roads, names, lonlat, max_distance_m=limit_m)

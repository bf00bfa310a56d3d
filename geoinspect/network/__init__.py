"""The road network of a city: read, keep, snap to, and travel on."""

from geoinspect.network.build import BuildReport
from geoinspect.network.directions import Leg, legs
from geoinspect.network.graph import WAY_CLASSES, RoadNetwork
from geoinspect.network.matrix import travel_times
from geoinspect.network.modes import SPEEDS_KPH, for_mode
from geoinspect.network.osm import read_network
from geoinspect.network.place import network_from_place
from geoinspect.network.shortest_paths import INF_MS
from geoinspect.network.snapping import Snaps, snap

__all__ = [
    "INF_MS",
    "SPEEDS_KPH",
    "WAY_CLASSES",
    "BuildReport",
    "Leg",
    "RoadNetwork",
    "Snaps",
    "for_mode",
    "legs",
    "network_from_place",
    "read_network",
    "snap",
    "travel_times",
]

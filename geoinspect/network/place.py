"""Fetch the streets of a place by its name from OpenStreetMap; needs the internet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoinspect.errors import NetworkError
from geoinspect.network.graph import RoadNetwork

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoinspect.network.build import BuildReport


def network_from_place(
    name: str, *, report: Callable[[BuildReport], None] | None = None
) -> RoadNetwork:
    """
    Download the streets of a place with osmnx and build their network.

    Parameters
    ----------
    name
        Name that OpenStreetMap's search finds, such as "Gulou District, Nanjing".
    report
        Called once with what was left out.

    Returns
    -------
    network
        Drivable streets of the place, service roads included.

    Raises
    ------
    NetworkError
        If the place is not found, or the download fails, mostly because the
        machine is offline.
    """
    import osmnx
    from requests.exceptions import RequestException

    try:
        graph = osmnx.graph_from_place(name, network_type="drive_service")
    except RequestException as error:
        raise NetworkError(
            "The streets of {place} could not be downloaded, this machine seems to be offline; "
            "a .osm.pbf file works without the internet: `geoinspect network build FILE`.",
            place=name,
        ) from error
    except (ValueError, TypeError) as error:
        # osmnx: nothing found by that name, a name without an area, an area without streets
        raise NetworkError(
            "OpenStreetMap knows no streets of a place called {place}: {reason}.",
            place=name,
            reason=str(error),
        ) from error
    return RoadNetwork.from_networkx(graph, report=report)

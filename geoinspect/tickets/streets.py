"""Find crossings of streets by the names that people write."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoinspect.network import RoadNetwork

    FloatArray = NDArray[np.float64]

#: Nodes of one crossing lie this near to each other, and streets that do not share a node
#: (roundabouts, carriageways apart) meet if they come this near.
CROSSING_M = 120.0
_MEET_M = 40.0

# 人民东路 and 人民西路 are both 人民路 to people
_PART = re.compile(
    r"(?<=[\u4e00-\u9fff]{2})[东西南北中](?=(?:路|街|大街|大道|巷)$)|[东西南北中]段$"
)


def plain_street(name: str) -> str:
    """
    Return the name of a street without the part of it.

    Examples
    --------
    >>> plain_street("人民东路"), plain_street("上海路"), plain_street("解放大道南段")
    ('人民路', '上海路', '解放大道')
    """
    return _PART.sub("", name)


class StreetNames:
    """
    The named streets of a city.

    Parameters
    ----------
    network
        The road network.
    """

    def __init__(self, network: RoadNetwork) -> None:
        self._network = network
        self._indices: defaultdict[str, set[int]] = defaultdict(set)
        for index, name in enumerate(network.names):
            for each in {name, plain_street(name)}:
                if len(each) > 1:
                    self._indices[each].add(index)
        self._nodes: dict[str, NDArray[np.int64]] = {}

    @property
    def names(self) -> frozenset[str]:
        """All names, those of whole streets included."""
        return frozenset(self._indices)

    def crossings(self, first: str, second: str) -> FloatArray:
        """
        Return where two streets meet.

        Returns
        -------
        lonlat
            One position a crossing in WGS-84 degrees, shape (n, 2): the middle of its nodes.
            Empty if they do not meet, or if both are the same street.
        """
        if self._indices[first] & self._indices[second]:
            return np.empty((0, 2))
        xy = self._network.projection.to_xy(self._network.node_lonlat[self._meeting(first, second)])
        middles = [np.mean(xy[group], axis=0) for group in _groups(xy)]
        if not middles:
            return np.empty((0, 2))
        return self._network.projection.to_lonlat(np.array(middles))

    def _meeting(self, first: str, second: str) -> NDArray[np.int64]:
        """Return the nodes that both streets have, or else come near to."""
        one, two = self._nodes_of(first), self._nodes_of(second)
        both = np.intersect1d(one, two)
        if len(both) or not len(one) or not len(two):
            return both
        from scipy.spatial import cKDTree

        xy = self._network.projection.to_xy
        place = self._network.node_lonlat
        distance_m, nearest = cKDTree(xy(place[two])).query(xy(place[one]))
        is_near = distance_m <= _MEET_M
        return np.unique(np.concatenate((one[is_near], two[nearest[is_near]])))

    def _nodes_of(self, name: str) -> NDArray[np.int64]:
        """Return the nodes of a street."""
        if name not in self._nodes:
            of_street = np.isin(self._network.name_index, sorted(self._indices[name]))
            ends = (self._network.tail[of_street], self._network.head[of_street])
            self._nodes[name] = np.unique(np.concatenate(ends)).astype(np.int64)
        return self._nodes[name]


def _groups(xy: FloatArray) -> list[list[int]]:
    """Put places together that lie near to the first of their group."""
    groups: list[list[int]] = []
    for number in range(len(xy)):
        for group in groups:
            if np.hypot(*(xy[number] - xy[group[0]])) <= CROSSING_M:
                group.append(number)
                break
        else:
            groups.append([number])
    return groups

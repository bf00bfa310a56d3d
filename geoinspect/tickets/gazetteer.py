"""Where a text speaks of: names of points, crossings and addresses, found in a city's own data."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoinspect.tickets.streets import StreetNames

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from geoinspect.network import RoadNetwork

_BRACKETED = re.compile(r"[(（【\[].*?[)）】\]]")
_NO_NAME = re.compile(r"[\s·•\-—_.,，。、:：;；'\"“”‘’()（）\[\]【】]")
_WORDS = {
    "农贸市场": "市场", "集贸市场": "市场", "菜市场": "市场", "农贸城": "市场",
    "公共厕所": "公厕", "居民小区": "小区", "住宅小区": "小区",
    "第一": "一", "第二": "二", "第三": "三", "第四": "四", "第五": "五",
}  # fmt: skip
_LEAST_NAME = 3
_NEAR_NAME = frozenset("东西南北新老中小大")

_JOINS = re.compile(r"[与和、/／\\\-－—~跟同及近靠]{0,3}")
_CROSSES = re.compile(
    r"的?(?:[东西南北]{0,2}侧?)?(?:交叉|路口|交汇|交会|交界|十字|丁字|口|转角|拐角|红绿灯)"
)


@dataclass(frozen=True)
class Hit:
    """
    A name that stands in a text.

    Attributes
    ----------
    name
        The name, as the city's data has it.
    start, end
        Where in the plain text.
    is_exact
        Whether the name stands there as it is, rather than another form of it.
    """

    name: str
    start: int
    end: int
    is_exact: bool


class Gazetteer:
    """
    All that a city's own data can say about where a text speaks of.

    Parameters
    ----------
    points
        Inspection points, WGS-84, indexed by point id, with `name` and, where known,
        `street` and `address`.
    districts
        Districts with `name`, WGS-84; None if there are none.
    network
        Roads, for crossings; None if there are none.
    """

    def __init__(
        self,
        points: gpd.GeoDataFrame,
        districts: gpd.GeoDataFrame | None = None,
        network: RoadNetwork | None = None,
    ) -> None:
        self.points = points
        self._lonlat = dict(
            zip(points.index, shapely.get_coordinates(points.geometry).tolist(), strict=True)
        )
        self._streets = None if network is None else StreetNames(network)
        self._districts = _polygons(districts)
        self._of_name, self._of_alias, self._of_address = _names_of(points)
        self._point_words = _Dictionary(self._of_name, self._of_alias)
        self._street_words = _Dictionary(self._streets.names if self._streets else (), ())
        self._address_words = _Dictionary(self._of_address, ())

    def lonlat(self, point_id: str) -> tuple[float, float]:
        """Return where a point is, WGS-84 degrees."""
        lon, lat = self._lonlat[point_id]
        return lon, lat

    def points_in(self, text: str) -> list[tuple[Hit, list[str]]]:
        """Return the names of points in a text with the ids of the points of that name."""
        return [
            (hit, (self._of_name if hit.is_exact else self._of_alias)[hit.name])
            for hit in self._point_words.find(text)
        ]

    def addresses_in(self, text: str) -> list[tuple[Hit, list[str]]]:
        """Return the addresses of points in a text with the ids of the points."""
        return [(hit, self._of_address[hit.name]) for hit in self._address_words.find(text)]

    def crossings_in(self, text: str) -> list[tuple[str, str, bool]]:
        """Return pairs of streets that a text joins, and whether it speaks of a crossing."""
        plain = plain_text(text)
        hits = self._street_words.find(text)
        pairs = []
        for first, second in pairwise(hits):
            if _JOINS.fullmatch(plain[first.end : second.start]):
                says_so = _CROSSES.match(plain[second.end : second.end + 6]) is not None
                pairs.append((first.name, second.name, says_so))
        return pairs

    def streets_in(self, text: str) -> list[str]:
        """Return the streets that a text names."""
        return [hit.name for hit in self._street_words.find(text)]

    def crossings(self, first: str, second: str) -> list[tuple[float, float]]:
        """Return where two streets meet, WGS-84 degrees."""
        if self._streets is None:
            return []
        return [(lon, lat) for lon, lat in self._streets.crossings(first, second).tolist()]

    def districts_in(self, text: str) -> frozenset[str]:
        """Return the names of districts that a text names, in full or without the last word."""
        plain = plain_text(text)
        return frozenset(name for name in self._districts if _is_named(name, plain))

    def district_of(self, lon: float, lat: float) -> frozenset[str]:
        """Return the names of the districts that a place is in or on the border of."""
        place = shapely.Point(lon, lat)
        return frozenset(
            name for name, shape in self._districts.items() if shapely.intersects(shape, place)
        )


class _Dictionary:
    """
    Names to look for in texts.

    Parameters
    ----------
    exact, other
        Names, and other forms of names; those count only in texts without any of the first.
    """

    def __init__(self, exact: Iterable[str], other: Iterable[str]) -> None:
        self._exact = {plain_text(name): name for name in exact}
        self._other = {name: name for name in other}
        self._exact_lengths = _lengths(self._exact)
        self._other_lengths = _lengths(self._other)

    def find(self, text: str) -> list[Hit]:
        """Return the names in a text from left to right, the longest at each place."""
        hits = _find(plain_text(text), self._exact, self._exact_lengths, is_exact=True)
        return hits or _find(reworded(text), self._other, self._other_lengths, is_exact=False)


def _lengths(names: Iterable[str]) -> list[int]:
    """Return how long names are, the longest first; one character is no name."""
    return sorted({len(name) for name in names if len(name) > 1}, reverse=True)


def _find(plain: str, names: Mapping[str, str], lengths: list[int], *, is_exact: bool) -> list[Hit]:
    """Return the names of a dictionary in a text."""
    hits: list[Hit] = []
    at = 0
    while at < len(plain):
        # 新人民路 is another street than 人民路
        is_other = plain[max(0, at - 1) : at] in _NEAR_NAME
        words = () if is_other else (plain[at : at + length] for length in lengths)
        word = next((word for word in words if word in names), None)
        if word is not None:
            hits.append(Hit(names[word], at, at + len(word), is_exact))
        at += 1 if word is None else len(word)
    return hits


def plain_text(text: str) -> str:
    """
    Return a text as names are compared: half-width, small, without punctuation.

    Examples
    --------
    >>> plain_text("ＫＦＣ（新街口 店）")
    'kfc新街口店'
    """
    return _NO_NAME.sub("", unicodedata.normalize("NFKC", text).lower())


def reworded(text: str) -> str:
    """
    Use one word for what goes by several, as names are compared when they differ.

    Examples
    --------
    >>> reworded("城东农贸市场") == reworded("城东菜市场")
    True
    """
    plain = plain_text(text)
    for long, short in _WORDS.items():
        plain = plain.replace(long, short)
    return plain


def aliases_of(name: str) -> set[str]:
    """
    Return other forms of a name that people use: reworded, and without what is in brackets.

    Examples
    --------
    >>> sorted(aliases_of("城东农贸市场（二期）"))
    ['城东市场', '城东市场二期']
    """
    forms = {reworded(name), reworded(_BRACKETED.sub("", name))}
    return {form for form in forms if len(form) >= _LEAST_NAME}


def _names_of(
    points: gpd.GeoDataFrame,
) -> tuple[dict[str, list[str]], dict[str, list[str]], dict[str, list[str]]]:
    """Return the ids of points by name, by other forms of names, and by address."""
    of_name: defaultdict[str, list[str]] = defaultdict(list)
    of_alias: defaultdict[str, list[str]] = defaultdict(list)
    of_address: defaultdict[str, list[str]] = defaultdict(list)
    addresses = points["address"] if "address" in points else [None] * len(points)
    for point_id, name, address in zip(points.index, points["name"], addresses, strict=True):
        if len(plain_text(name)) >= _LEAST_NAME:
            of_name[name].append(point_id)
        for alias in aliases_of(name):
            of_alias[alias].append(point_id)
        # a number makes an address one place
        if isinstance(address, str) and re.search(r"\d", address):
            of_address[address].append(point_id)
    return dict(of_name), dict(of_alias), dict(of_address)


def _polygons(districts: gpd.GeoDataFrame | None) -> Mapping[str, shapely.Geometry]:
    """Return the polygons of districts by name."""
    if districts is None or not len(districts):
        return {}
    shapes = np.asarray(districts.geometry, dtype=object)
    shapely.prepare(shapes)
    return dict(zip(districts["name"], shapes, strict=True))


def _is_named(name: str, plain: str) -> bool:
    """Tell whether a text names a district."""
    short = name[:-1] if name[-1:] in "区县市" and len(name) > 2 else name
    return plain_text(name) in plain or (len(short) > 1 and plain_text(short) in plain)

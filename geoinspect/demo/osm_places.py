"""
Inspection points of the demo city: real places from an OpenStreetMap extract.

`PLACE_TAGS` says which tag becomes which category; the first that fits decides. A
place drawn as an area stands at its centre. Two entries with one name and category
within 30 m are one place, entered twice (a shop as a node and as its building).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely

from geoinspect.geometry import LocalProjection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

SAME_PLACE_M = 30.0

ANY = "*"

# (key, value, category); `*` is any value that no row above takes.
PLACE_TAGS: tuple[tuple[str, str, str], ...] = (
    ("amenity", "marketplace", "集贸市场"),
    ("shop", "supermarket", "超市"),
    ("shop", "mall", "大型商场"),
    ("shop", "department_store", "大型商场"),
    ("shop", "convenience", "便利店"),
    ("shop", "kiosk", "便利店"),
    ("amenity", "restaurant", "餐馆"),
    ("amenity", "fast_food", "小餐饮店"),
    ("amenity", "cafe", "小餐饮店"),
    ("amenity", "ice_cream", "小餐饮店"),
    ("tourism", "hotel", "宾馆酒店"),
    ("tourism", "hostel", "宾馆酒店"),
    ("tourism", "guest_house", "宾馆酒店"),
    ("amenity", "internet_cafe", "网吧"),
    ("amenity", "bar", "娱乐场所"),
    ("amenity", "pub", "娱乐场所"),
    ("amenity", "nightclub", "娱乐场所"),
    ("amenity", "casino", "娱乐场所"),
    ("shop", "hairdresser", "美容美发店"),
    ("shop", "beauty", "美容美发店"),
    ("shop", "massage", "美容美发店"),
    ("amenity", "pharmacy", "药店"),
    ("amenity", "hospital", "医院"),
    ("amenity", "clinic", "社区卫生服务中心"),
    ("amenity", "doctors", "社区卫生服务中心"),
    ("amenity", "dentist", "社区卫生服务中心"),
    ("amenity", "school", "中小学校"),
    ("amenity", "kindergarten", "幼儿园"),
    ("amenity", "university", "高校"),
    ("amenity", "college", "高校"),
    ("amenity", "library", "图书馆"),
    ("amenity", "community_centre", "文化馆"),
    ("amenity", "arts_centre", "文化馆"),
    ("tourism", "museum", "博物馆"),
    ("tourism", "gallery", "博物馆"),
    ("amenity", "cinema", "影剧院"),
    ("amenity", "theatre", "影剧院"),
    ("leisure", "sports_centre", "体育场馆"),
    ("leisure", "fitness_centre", "体育场馆"),
    ("tourism", "attraction", "旅游景区"),
    ("landuse", "residential", "社区"),
    ("place", "square", "广场"),
    ("leisure", "park", "公园"),
    ("leisure", "garden", "公园"),
    ("leisure", "playground", "公园"),
    ("amenity", "toilets", "公共厕所"),
    ("landuse", "construction", "建筑工地"),
    ("building", "construction", "建筑工地"),
    ("amenity", "parking", "停车场"),
    ("highway", "bus_stop", "公交站台"),
    ("railway", "tram_stop", "公交站台"),
    ("amenity", "bus_station", "长途汽车站"),
    ("station", "subway", "地铁站"),
    ("railway", "station", "火车站"),
    ("amenity", "taxi", "出租车候客点"),
    ("amenity", "townhall", "政务服务窗口"),
    ("amenity", "courthouse", "政务服务窗口"),
    ("amenity", "police", "政务服务窗口"),
    ("amenity", "public_building", "政务服务窗口"),
    ("office", "government", "政务服务窗口"),
    ("amenity", "bank", "银行网点"),
    ("amenity", "post_office", "邮政网点"),
    ("shop", "vacant", ""),
    ("shop", ANY, "沿街商铺"),
)

# The name of a place is the first of these that it has.
_NAME_KEYS = ("name", "brand", "operator", "ref")

_KEYS = tuple(dict.fromkeys(key for key, _, _ in PLACE_TAGS))


class _Place(NamedTuple):
    """One entry of the extract."""

    point_id: str
    name: str
    category: str
    lon: float
    lat: float


def demo_points(extract: Path) -> gpd.GeoDataFrame:
    """
    Read the inspection points of the demo city.

    Parameters
    ----------
    extract
        OpenStreetMap extract (.osm.pbf or .osm).

    Returns
    -------
    points
        Indexed by `point_id` ("HEL-n123" for node 123, w for a way, r for a relation),
        in the order of the ids; columns `name`, `category` (Chinese, of the table of
        categories) and `geometry` (WGS-84, seven decimals).
    """
    places = sorted(_places(extract))
    table = pd.DataFrame(places, columns=_Place._fields).set_index("point_id")
    geometry = gpd.points_from_xy(table.pop("lon"), table.pop("lat"))
    entries = gpd.GeoDataFrame(table, geometry=geometry, crs="EPSG:4326")
    points = entries[~_is_entered_before(entries)]
    logger.info(
        "%d places read, %d of them entered twice and merged",
        len(entries),
        len(entries) - len(points),
    )
    return points


def category_of(tags: Mapping[str, str]) -> str | None:
    """
    Return the category of a place with these OpenStreetMap tags, None if it has none.

    Examples
    --------
    >>> category_of({"shop": "bakery"}), category_of({"shop": "supermarket"})
    ('沿街商铺', '超市')
    >>> category_of({"amenity": "bench"}) is None
    True
    """
    for key, value, category in PLACE_TAGS:
        if key in tags and value in (tags[key], ANY):
            return category or None
    return None


def name_of(tags: Mapping[str, str], category: str, osm_id: int) -> str:
    """
    Return the name of a place, or a description that says that it has none.

    Examples
    --------
    >>> name_of({"brand": "Alko"}, "沿街商铺", 7), name_of({}, "公共厕所", 7)
    ('Alko', '无名公共厕所 7')
    """
    names = (tags[key].strip() for key in _NAME_KEYS if key in tags)
    return next(filter(None, names), f"无名{category} {osm_id}")


def _places(extract: Path) -> Iterator[_Place]:
    """All entries of the extract that have a category: nodes and closed areas."""
    wkb = osmium.geom.WKBFactory()
    objects = (
        osmium.FileProcessor(str(extract))
        .with_locations()
        .with_areas(osmium.filter.KeyFilter(*_KEYS))
        .with_filter(osmium.filter.KeyFilter(*_KEYS))
    )
    for entry in objects:
        if not isinstance(entry, osmium.osm.Node | osmium.osm.Area):
            continue
        tags = dict(entry.tags)
        category = category_of(tags)
        if category is None:
            continue
        if isinstance(entry, osmium.osm.Node):
            yield _place("n", entry.id, tags, category, (entry.lon, entry.lat))
        else:
            area = shapely.from_wkb(wkb.create_multipolygon(entry))
            kind = "w" if entry.from_way() else "r"
            yield _place(kind, entry.orig_id(), tags, category, _middle(area))


def _place(
    kind: str, osm_id: int, tags: Mapping[str, str], category: str, lonlat: tuple[float, float]
) -> _Place:
    """Build one entry."""
    lon, lat = (round(degrees, 7) for degrees in lonlat)
    return _Place(f"HEL-{kind}{osm_id}", name_of(tags, category, osm_id), category, lon, lat)


def _middle(area: shapely.Geometry) -> tuple[float, float]:
    """Centre of an area, or a place on it where the centre is outside (a courtyard)."""
    centre = shapely.centroid(area)
    place = centre if shapely.intersects(area, centre) else shapely.point_on_surface(area)
    return float(shapely.get_x(place)), float(shapely.get_y(place))


def _is_entered_before(entries: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which entries have a namesake within 30 m among the entries before them."""
    lonlat = shapely.get_coordinates(entries.geometry.to_numpy())
    xy = LocalProjection.around(lonlat).to_xy(lonlat)
    places = np.asarray(shapely.points(xy), dtype=object)
    later, earlier = shapely.STRtree(places).query(
        places, predicate="dwithin", distance=SAME_PLACE_M
    )
    namesake, _ = pd.factorize(entries["name"] + "\n" + entries["category"])
    same = (earlier < later) & (namesake[earlier] == namesake[later])
    merged = np.zeros(len(entries), dtype=bool)
    for one, other in sorted(zip(later[same].tolist(), earlier[same].tolist(), strict=True)):
        merged[one] |= not merged[other]
    return merged

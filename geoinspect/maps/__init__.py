"""Stand-alone maps: one HTML file each, without internet, without a graphics card."""

from geoinspect.maps.areas import AREA_KINDS, Areas, read_areas
from geoinspect.maps.assets import read_style
from geoinspect.maps.basemap import build_basemap, city_outline
from geoinspect.maps.chances import render_chances_map
from geoinspect.maps.heat import render_heat_map
from geoinspect.maps.layers import bounds_around
from geoinspect.maps.page import OSM_ATTRIBUTION
from geoinspect.maps.points import render_points_map
from geoinspect.maps.routes import render_routes_map
from geoinspect.maps.tilearchive import TileArchive
from geoinspect.maps.timeline import render_timeline_map

__all__ = [
    "AREA_KINDS",
    "OSM_ATTRIBUTION",
    "Areas",
    "TileArchive",
    "bounds_around",
    "build_basemap",
    "city_outline",
    "read_areas",
    "read_style",
    "render_chances_map",
    "render_heat_map",
    "render_points_map",
    "render_routes_map",
    "render_timeline_map",
]

"""Stand-alone maps: one HTML file each, without internet, without a graphics card."""

from geoinspect.maps.basemap import build_basemap
from geoinspect.maps.chances import render_chances_map
from geoinspect.maps.heat import render_heat_map
from geoinspect.maps.page import OSM_ATTRIBUTION
from geoinspect.maps.points import render_points_map
from geoinspect.maps.routes import render_routes_map

__all__ = [
    "OSM_ATTRIBUTION",
    "build_basemap",
    "render_chances_map",
    "render_heat_map",
    "render_points_map",
    "render_routes_map",
]

"""Stand-alone maps: one HTML file each, without internet, without a graphics card."""

from geoinspect.maps.areas import AREA_KINDS, Areas, read_areas
from geoinspect.maps.assets import read_style
from geoinspect.maps.basemap import build_basemap, city_outline
from geoinspect.maps.chances import render_chances_map
from geoinspect.maps.heat import render_heat_map
from geoinspect.maps.layers import bounds_around
from geoinspect.maps.overlays import age_facts, emerging_facts, spot_facts
from geoinspect.maps.page import OSM_ATTRIBUTION, own_scripts, page_words
from geoinspect.maps.points import render_points_map
from geoinspect.maps.routes import render_routes_map
from geoinspect.maps.streetrates import render_street_map
from geoinspect.maps.tilearchive import TileArchive
from geoinspect.maps.timeline import TIMELINE_TITLE, render_timeline_map, timeline_facts

__all__ = [
    "AREA_KINDS",
    "OSM_ATTRIBUTION",
    "TIMELINE_TITLE",
    "Areas",
    "TileArchive",
    "age_facts",
    "bounds_around",
    "build_basemap",
    "city_outline",
    "emerging_facts",
    "own_scripts",
    "page_words",
    "read_areas",
    "read_style",
    "render_chances_map",
    "render_heat_map",
    "render_points_map",
    "render_routes_map",
    "render_street_map",
    "render_timeline_map",
    "spot_facts",
    "timeline_facts",
]

"""Routes for other programs and for paper: GPX, GeoJSON, printable route sheets."""

from geoinspect.exports.checklists import write_checklist, write_matrix
from geoinspect.exports.files import export_routes
from geoinspect.exports.geojson import routes_geojson
from geoinspect.exports.gpx import route_gpx
from geoinspect.exports.itinerary import Itinerary, Leg, Visit, itineraries
from geoinspect.exports.sheet import render_sheet, render_sheets
from geoinspect.exports.tickets import export_tickets
from geoinspect.exports.workbook import write_sheet

__all__ = [
    "Itinerary",
    "Leg",
    "Visit",
    "export_routes",
    "export_tickets",
    "itineraries",
    "render_sheet",
    "render_sheets",
    "route_gpx",
    "routes_geojson",
    "write_checklist",
    "write_matrix",
    "write_sheet",
]

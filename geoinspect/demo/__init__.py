"""
The tiny town of the documentation and the demo city, as files that a user could have.

`tinytown` serves docs and tests with tables of a drawn town; everything else is about
the demo city, the centre of Helsinki, whose points, quarters and streets are real.
"""

from geoinspect.demo.files import TIMEZONE, DemoFiles, DemoHistory, write_demo_files
from geoinspect.demo.offices import categories, demo_units
from geoinspect.demo.osm_places import demo_points
from geoinspect.demo.packaged import (
    categories_file,
    checklist_file,
    extract_file,
    tinytown_folder,
)
from geoinspect.demo.quarters import demo_districts
from geoinspect.demo.simulate import effort, simulate_history, true_rates

__all__ = [
    "TIMEZONE",
    "DemoFiles",
    "DemoHistory",
    "categories",
    "categories_file",
    "checklist_file",
    "demo_districts",
    "demo_points",
    "demo_units",
    "effort",
    "extract_file",
    "simulate_history",
    "tinytown_folder",
    "true_rates",
    "write_demo_files",
]

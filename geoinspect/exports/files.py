"""Write the routes of a day into a folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from geoinspect.atomic import write_bytes
from geoinspect.exports.geojson import routes_geojson
from geoinspect.exports.gpx import route_gpx
from geoinspect.exports.itinerary import itineraries
from geoinspect.exports.sheet import render_sheet, render_sheets

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geoinspect.messages import Language

# each of our files tells within its first lines who wrote it
_OURS = (b'creator="geoinspect ', b'<meta name="generator" content="geoinspect ')
_HEAD_BYTES = 1000


def export_routes(
    plan: Mapping[str, Any], folder: Path, *, language: Language = "zh", made_for: str = ""
) -> list[Path]:
    """
    Write each team's route for phones and paper, and all routes for other programs.

    Everything is made before the first file is written, and each file appears whole or
    not at all. Files of an earlier export are replaced; those of teams that do not go
    out any more are removed, so that nobody drives yesterday's route. Other files in the
    folder stay.

    Parameters
    ----------
    plan
        A plan as `plan.json` holds it.
    folder
        Folder to write to; made if it is missing.
    language
        Language of sheets and descriptions.
    made_for
        Who the files are made for, when, and the mark that proves it; written in each.

    Returns
    -------
    files
        `index.html` (a list of the teams, then all sheets, ready to print),
        `routes.geojson`, and for each team `team-01.html` and `team-01.gpx`.

    Raises
    ------
    InputError
        If the plan is no complete record, or the folder cannot be made or written to.
    """
    contents = _contents(plan, language, made_for)
    for name, content in contents.items():
        write_bytes(folder / name, content.encode())
    _remove_leftovers(folder, set(contents))
    return [folder / name for name in contents]


def _contents(plan: Mapping[str, Any], language: Language, made_for: str) -> dict[str, str]:
    """Return the text of every file by its name."""
    routes = itineraries(plan)
    contents = {
        "index.html": render_sheets(routes, language=language, made_for=made_for),
        "routes.geojson": json.dumps(
            routes_geojson(plan, made_for=made_for), ensure_ascii=False, allow_nan=False
        ),
    }
    for route in routes:
        contents[f"{route.stem}.html"] = render_sheet(route, language=language, made_for=made_for)
        contents[f"{route.stem}.gpx"] = route_gpx(route, language=language, made_for=made_for)
    return contents


def _remove_leftovers(folder: Path, written: set[str]) -> None:
    """Remove what an earlier export wrote for teams that this one does not have."""
    for file in sorted(folder.glob("team-*")):
        if file.suffix in {".html", ".gpx"} and file.name not in written and _is_ours(file):
            file.unlink()


def _is_ours(file: Path) -> bool:
    """Tell whether an export wrote a file."""
    if not file.is_file():
        return False
    with file.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    return any(mark in head for mark in _OURS)

"""
Find the web files that pages are made of.

An installed package carries them in `geoinspect/_web`; in a source checkout our own
templates, scripts and styles lie in the `maps/` folder beside the package, and only the
third-party files, fetched by `make assets`, in `geoinspect/_web/vendor`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from geoinspect.errors import NotFoundError

_PACKAGE = Path(__file__).resolve().parent.parent
_FOLDERS = (_PACKAGE / "_web", _PACKAGE.parent / "maps")


def find_asset(name: str) -> Path:
    """
    Return the path of a web file.

    Parameters
    ----------
    name
        Path inside the web folder, for example `js/core.js` or `vendor/leaflet.js`.

    Raises
    ------
    NotFoundError
        If neither the package nor the checkout holds the file.

    Examples
    --------
    >>> find_asset("styles/basemap.json").name
    'basemap.json'
    """
    for folder in _FOLDERS:
        if (folder / name).is_file():
            return folder / name
    raise NotFoundError(
        "The web file {name} is missing: run `make assets` in the source checkout.", name=name
    )


@cache
def read_asset(name: str) -> str:
    """Return the text of a web file, see `find_asset`."""
    return find_asset(name).read_text(encoding="utf-8")


def read_style(name: str) -> Any:
    """Return the content of a style table, `styles/<name>.json`."""
    return json.loads(read_asset(f"styles/{name}.json"))


@cache
def templates() -> Environment:
    """Return the environment of our templates, `templates/<name>`; every value is escaped."""
    made = Environment(
        loader=FunctionLoader(lambda name: read_asset(f"templates/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["number"] = lambda value: f"{value:,}"
    return made

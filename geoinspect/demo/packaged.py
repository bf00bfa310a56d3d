"""
Where the data files of the package lie.

An installed wheel carries them in `geoinspect/_data` and `geoinspect/_demo`; a
source checkout has the same files in its folder `data`.
"""

from __future__ import annotations

from pathlib import Path

from geoinspect.errors import NotFoundError

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = _PACKAGE / "_data"
_CHECKOUT = _PACKAGE.parent / "data"
_EXTRACT = _PACKAGE / "_demo" / "Helsinki.osm.pbf"


def tinytown_folder() -> Path:
    """
    Return the folder of the tiny town: 12 points, 3 districts, 40 streets, drawn by us.

    Examples
    --------
    >>> sorted(file.stem for file in tinytown_folder().iterdir())
    ['districts', 'inspections', 'points', 'streets', 'units', 'violations']
    """
    return _data_path("tinytown")


def categories_file() -> Path:
    """
    Return the table of the 40 inspection categories (id, Chinese, English, group).

    Examples
    --------
    >>> categories_file().read_text(encoding="utf-8").splitlines()[1]
    'wet_market,集贸市场,wet market,trade'
    """
    return _data_path("categories.csv")


def checklist_file() -> Path:
    """
    Return the sheet of the checklist for a civilised city, version 2026.

    Examples
    --------
    >>> len(checklist_file().read_text(encoding="utf-8").splitlines())
    98
    """
    return _data_path("checklists/civilised-city.csv")


def extract_file() -> Path:
    """
    Return the OpenStreetMap extract of the demo city (WGS-84, .osm.pbf).

    Raises
    ------
    NotFoundError
        If a source checkout has not fetched it yet.
    """
    if not _EXTRACT.is_file():
        raise NotFoundError(
            "The map extract of the demo city is missing at {path}; run `make assets` once.",
            path=str(_EXTRACT),
        )
    return _EXTRACT


def _data_path(name: str) -> Path:
    """Path of a data file or folder, of the installed package or of the checkout."""
    for folder in (_INSTALLED, _CHECKOUT):
        if (folder / name).exists():
            return folder / name
    raise NotFoundError(
        "The packaged data {name} is missing; install geoinspect again.",
        name=name,
    )

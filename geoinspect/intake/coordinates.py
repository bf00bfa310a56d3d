"""
Read coordinates as people write them: decimals, degrees and minutes, both in a cell.

The ranges of China do not overlap (latitude below 54, longitude above 73 degrees),
so that swapped columns can be told there; elsewhere only a latitude beyond 90
degrees proves a swap.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from geoinspect.intake.cells import clean_text, means_nothing, raw_text
from geoinspect.intake.vocabulary import plain_label

if TYPE_CHECKING:
    from geoinspect.intake.cells import Cell

Axis = Literal["lon", "lat"]

# The code of an obstacle, and the sentence that explains it.
NO_COORD = "NO_COORD"
BAD_COORD = "BAD_COORD"
PROJECTED_COORD = "PROJECTED_COORD"
LOST_PRECISION = "LOST_PRECISION"

_CHINA_LON, _CHINA_LAT = (73.0, 136.0), (3.0, 54.0)

# What systems write where they know nothing.
_PLACEHOLDERS = frozenset((0.0, 999.0, 9999.0, 99999.0, 999999.0, -1.0, -999.0, -9999.0))

# Before NFKC, which would turn ″ into two minutes and º into the letter o.
_SYMBOLS = {
    **dict.fromkeys(map(ord, "°º˚度"), "°"),
    **dict.fromkeys(map(ord, "′’‘´`＇分"), "'"),
    **dict.fromkeys(map(ord, "″”“＂秒"), '"'),
}
_HEMISPHERE_WORDS = {"东经": "E", "西经": "W", "北纬": "N", "南纬": "S", "经度": "E", "纬度": "N"}
_NUMBER = r"\d+(?:\.\d*)?(?:e[+-]?\d+)?"
_ANGLE = re.compile(
    rf"(?P<before>[nsew])?[\s:]*(?P<sign>[+-])?(?P<degrees>{_NUMBER})\s*°?\s*"
    rf"(?:(?<=[°\s])(?P<minutes>{_NUMBER})\s*'?\s*(?:(?<=['\s])(?P<seconds>{_NUMBER})\s*\"?)?)?"
    r"(?(before)|\s*(?P<after>[nsew])?)",
    re.IGNORECASE,
)
_COLONS = re.compile(r"(\d+):(\d+):(\d+(?:\.\d+)?)")
_WRAPPING = re.compile(
    r"^(?:srid=\d+;)?\s*(?:point)?\s*(?:z\s*)?[(\[{]\s*(.*?)\s*[)\]}]$", re.IGNORECASE
)
_SEPARATORS = re.compile(r"[,;、|/]")
_DECIMAL_COMMA = re.compile(r"[+-]?\d{1,3},\d+")


@dataclass(frozen=True)
class _Angle:
    """A number of degrees, the axis if a letter named it, and whether it was rewritten."""

    degrees: float
    axis: Axis | None = None
    is_plain: bool = True


@dataclass(frozen=True)
class Position:
    """Degrees of a row; `x`, `y` are the numbers as written, `fix` the code of a change."""

    lon: float
    lat: float
    x: float
    y: float
    fix: str = ""


class CoordinateError(ValueError):
    """A coordinate that cannot be used: `code`, and the sentence that says why."""

    def __init__(self, code: str, sentence: str, value: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.value = value


def read_pair(x: Cell, y: Cell) -> Position:
    """
    Read longitude and latitude from two cells.

    Raises
    ------
    CoordinateError
        If they hold no usable position.

    Examples
    --------
    >>> read_pair("121°07′48″E", "31.4")
    Position(lon=121.13, lat=31.4, x=121.13, y=31.4, fix='COORD_REWRITTEN')
    >>> read_pair(31.4, 121.1).fix
    'LONLAT_SWAPPED'
    """
    x_text, y_text = clean_text(x), clean_text(y)
    given = [cell for cell, text in ((x, x_text), (y, y_text)) if not means_nothing(text)]
    if len(given) == 2:
        return _position(_angle(x), _angle(y))
    if len(given) == 1 and len(_halves(_simplified(raw_text(given[0])))) == 2:
        return read_combined(given[0])
    raise _no_coordinate(f"'{x_text}', '{y_text}'")


def read_combined(cell: Cell, *, lat_first: bool = False) -> Position:
    """
    Read both coordinates from one cell.

    Raises
    ------
    CoordinateError
        If it holds no usable position.

    Examples
    --------
    >>> read_combined("121.1，31.4")
    Position(lon=121.1, lat=31.4, x=121.1, y=31.4, fix='')
    >>> read_combined("N31°24′ E121°06′").lon
    121.1
    """
    text = _simplified(raw_text(cell))
    if means_nothing(clean_text(cell)):
        raise _no_coordinate(f"'{clean_text(cell)}'")
    halves = _halves(text)
    if len(halves) != 2:
        raise CoordinateError(
            BAD_COORD,
            "'{value}' is not a pair of coordinates: write it as 118.797, 32.060.",
            clean_text(cell),
        )
    first, second = (_angle(half) for half in halves)
    return _position(second, first) if lat_first else _position(first, second)


def is_lat_first(label: str) -> bool:
    """
    Tell whether the label of a combined column names latitude first.

    Examples
    --------
    >>> is_lat_first("坐标（纬度，经度）"), is_lat_first("经纬度"), is_lat_first("lat_lng")
    (True, False, True)
    """
    text = label.lower() if any(c in label for c in "纬") else plain_label(label)
    first_lat = min((text.find(word) for word in ("纬", "lat") if word in text), default=-1)
    first_lon = min((text.find(word) for word in ("经", "lon", "lng") if word in text), default=-1)
    return 0 <= first_lat < first_lon


def is_swapped(x: float, y: float) -> bool:
    """
    Tell whether x, y can only be latitude, longitude.

    Examples
    --------
    >>> is_swapped(32.06, 118.797), is_swapped(24.9, 60.2), is_swapped(37.8, -122.4)
    (True, False, True)
    """
    if _within(x, _CHINA_LAT) and _within(y, _CHINA_LON):
        return True
    return abs(y) > 90 and abs(x) <= 90 and abs(y) <= 180


def checked_position(x: float, y: float, *, fix: str = "") -> Position:
    """
    Turn numbers into a position: swap if need be, refuse what is none.

    Raises
    ------
    CoordinateError
        If the numbers are placeholders, metres, or beyond the globe.
    """
    shown = f"{x:.10g}, {y:.10g}"
    if x in _PLACEHOLDERS or y in _PLACEHOLDERS or x != x or y != y:
        raise _no_coordinate(shown)
    if is_swapped(x, y):
        return Position(y, x, x, y, "LONLAT_SWAPPED")
    if abs(x) > 1000 or abs(y) > 1000:
        raise CoordinateError(
            PROJECTED_COORD,
            "{value} are metres of a projection, not degrees: "
            "export the table with longitude and latitude.",
            shown,
        )
    if abs(x) > 180 or abs(y) > 90:
        raise CoordinateError(
            BAD_COORD, "{value} is not on the globe: longitude ends at 180, latitude at 90.", shown
        )
    return Position(x, y, x, y, fix)


def _position(x: _Angle, y: _Angle) -> Position:
    """Put two angles together, letters first, then the ranges."""
    if (x.axis, y.axis) in (("lat", "lon"), ("lat", None), (None, "lon")):
        swapped = checked_position(y.degrees, x.degrees)
        return Position(swapped.lon, swapped.lat, x.degrees, y.degrees, "LONLAT_SWAPPED")
    if x.axis is not None and x.axis == y.axis:
        raise CoordinateError(
            BAD_COORD,
            "{value}: both coordinates carry a letter of the same axis.",
            f"{x.degrees:.10g}, {y.degrees:.10g}",
        )
    rewritten = "" if x.is_plain and y.is_plain else "COORD_REWRITTEN"
    return checked_position(x.degrees, y.degrees, fix=rewritten)


def _no_coordinate(shown: str) -> CoordinateError:
    """Return the obstacle of a row without coordinates."""
    sentence = "There is no coordinate: {value}. Enter longitude and latitude."
    return CoordinateError(NO_COORD, sentence, shown)


def _simplified(text: str) -> str:
    """Bring the many signs of degrees, minutes and hemispheres to one each."""
    for word, letter in _HEMISPHERE_WORDS.items():
        text = text.replace(word, letter)
    text = clean_text(text.translate(_SYMBOLS)).replace("''", '"')
    return _COLONS.sub(r"\1°\2'\3" + '"', text)


def _halves(text: str) -> list[str]:
    """Cut a combined cell in two; a list of another length if that is not clear."""
    wrapped = _WRAPPING.match(text)
    text = wrapped[1] if wrapped else text
    parts = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    if len(parts) == 1:
        parts = text.split()
    if len(parts) != 2:
        parts = [
            match[0].strip() for match in _ANGLE.finditer(text) if match["before"] or match["after"]
        ]
    return parts


def _angle(cell: Cell) -> _Angle:
    """Read one angle."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _Angle(float(cell))
    text = _simplified(raw_text(cell))
    if _DECIMAL_COMMA.fullmatch(text):
        return _Angle(float(text.replace(",", ".")), is_plain=False)
    match = _ANGLE.fullmatch(text)
    if match is None:
        raise CoordinateError(
            BAD_COORD, "'{value}' is not a coordinate: write degrees such as 118.797.", text
        )
    if "e" in match["degrees"].lower():
        raise CoordinateError(
            LOST_PRECISION,
            "'{value}' was shortened by a spreadsheet: "
            "format the column as number and enter it again.",
            text,
        )
    minutes, seconds = float(match["minutes"] or 0), float(match["seconds"] or 0)
    if minutes >= 60 or seconds >= 60:
        raise CoordinateError(BAD_COORD, "'{value}': minutes and seconds must be below 60.", text)
    degrees = float(match["degrees"])
    if match["minutes"]:
        # To a tenth of a millimetre, so that 7'48" is 0.13 and not 0.12999999999.
        degrees = round(degrees + minutes / 60 + seconds / 3600, 9)
    letter = (match["before"] or match["after"] or "").lower()
    negative = match["sign"] == "-" or letter in ("s", "w")
    axis: Axis | None = None if not letter else "lon" if letter in "ew" else "lat"
    return _Angle(
        -degrees if negative else degrees, axis, not (letter or match["minutes"] or "°" in text)
    )


def _within(value: float, limits: tuple[float, float]) -> bool:
    """Tell whether a value lies strictly inside of limits."""
    return limits[0] < value < limits[1]

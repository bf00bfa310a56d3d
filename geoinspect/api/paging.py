"""Choosing features: extent, time, and pages that stay right while rows come and go."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from geoinspect.api.dependencies import read_bbox
from geoinspect.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd


def cursor_after(feature_id: str) -> str:
    """
    Return the cursor of the page that begins after a feature.

    Examples
    --------
    >>> read_cursor(cursor_after("NJ/0001 甲"))
    'NJ/0001 甲'
    """
    return base64.urlsafe_b64encode(feature_id.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> str:
    """
    Return the id after which a page begins.

    Raises
    ------
    InputError
        If the text is no cursor.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (UnicodeError, binascii.Error) as error:
        raise InputError(
            "The cursor {cursor!r} is none: follow the link `next` of the page before.",
            cursor=cursor,
        ) from error


def touching(features: gpd.GeoDataFrame, bbox: str) -> gpd.GeoDataFrame:
    """Keep what touches an extent, its border included; what lies nowhere touches nothing."""
    extent = shapely.box(*read_bbox(bbox))
    return features[features.geometry.intersects(extent)]


def during(features: gpd.GeoDataFrame, column: str, interval: str) -> gpd.GeoDataFrame:
    """
    Keep what happened in an interval, its ends included.

    Parameters
    ----------
    features
        Features.
    column
        Column of moments in UTC; "" keeps all, for they have no time.
    interval
        A moment, or `START/END` with `..` or nothing for an open end, RFC 3339.

    Raises
    ------
    InputError
        If the text is no interval.
    """
    start, end = _interval(interval)
    if not column or column not in features:
        return features
    fits = pd.Series(True, index=features.index)
    if start is not None:
        fits &= features[column] >= start
    if end is not None:
        fits &= features[column] <= end
    return features[fits]


def _interval(text: str) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    parts = text.split("/")
    if len(parts) > 2 or (len(parts) == 1 and not parts[0]):
        raise _no_interval(text)
    start, end = _moment(parts[0], text), _moment(parts[-1], text)
    if start is not None and end is not None and start > end:
        raise _no_interval(text)
    return start, end


def _moment(part: str, text: str) -> pd.Timestamp | None:
    """Read one end; None for an open one."""
    if part in ("", "..") and "/" in text:
        return None
    try:
        moment: object = pd.Timestamp(part)
    except (ValueError, OverflowError) as error:
        raise _no_interval(text) from error
    if not isinstance(moment, pd.Timestamp) or moment.tzinfo is None:
        raise _no_interval(text)
    return moment


def _no_interval(text: str) -> InputError:
    return InputError(
        "{text!r} is no moment and no interval: write it like 2026-11-01T00:00:00Z/...", text=text
    )

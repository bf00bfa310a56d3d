"""Locate a table of tickets, ready for the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from geoinspect.geometry import WGS84
from geoinspect.tickets.locating import Clue, locate

if TYPE_CHECKING:
    from geoinspect.tickets.gazetteer import Gazetteer
    from geoinspect.tickets.locating import Location


def locate_tickets(tickets: gpd.GeoDataFrame, gazetteer: Gazetteer) -> gpd.GeoDataFrame:
    """
    Locate every ticket.

    Parameters
    ----------
    tickets
        Masked tickets as `geoinspect.intake.read_tickets` gives them.
    gazetteer
        What the city knows.

    Returns
    -------
    located
        Indexed by ticket_id: source, received_at, item, description (with the title),
        place, point_id, geometry (None below `ATTACHED`), confidence, evidence (JSON; see
        `evidence_in_words`), source_row.
    """
    found = [_locate_row(row, gazetteer) for row in tickets.itertuples(index=False)]
    attached = [location if location.is_attached else None for location in found]
    shapes: list[Any] = [
        None if each is None or each.lonlat is None else shapely.Point(*each.lonlat)
        for each in attached
    ]
    located = pd.DataFrame(
        {
            "source": tickets["source"],
            "received_at": tickets["received_at"],
            "item": tickets["item"],
            "description": [
                _joined(title, text)
                for title, text in zip(tickets["title"], tickets["description"], strict=True)
            ],
            "place": [_place(row) for row in tickets.itertuples(index=False)],
            "point_id": pd.Series(
                [None if each is None else each.point_id for each in attached],
                index=tickets.index,
                dtype=object,
            ),
            "confidence": [round(each.confidence, 3) for each in found],
            "evidence": [each.evidence() for each in found],
            "source_row": tickets["source_row"],
        },
        index=tickets.index,
    )
    geometry = gpd.GeoSeries(shapes, index=tickets.index, crs=WGS84)
    return gpd.GeoDataFrame(located, geometry=geometry, crs=WGS84)


def _locate_row(row: object, gazetteer: Gazetteer) -> Location:
    """Locate one ticket."""
    point = getattr(row, "geometry", None)
    text = " ".join((getattr(row, "title", ""), getattr(row, "description", "")))
    lonlat = None if point is None or point.is_empty else (point.x, point.y)
    return locate(Clue(_place(row), text, getattr(row, "point_id", None), lonlat), gazetteer)


def _place(row: object) -> str:
    """Join the fields that say where it is."""
    fields = ("district", "street", "place", "point_name")
    return " ".join(filter(None, (str(getattr(row, field)) for field in fields)))


def _joined(title: str, text: str) -> str:
    """Put a title before the text, unless the text says it already."""
    return text if title in text else f"{title}：{text}" if text else title

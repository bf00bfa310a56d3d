"""
Tickets in the database: masked for every reader, located, and tied to their case.

A case is a violation. A ticket that is located either is one with a violation at hand, found
by an inspection or reported before, or becomes a violation itself; so a matter counts once,
however many report it. A ticket that nobody can locate waits without a case.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import delete, insert, select, update

from geoinspect.errors import NotFoundError
from geoinspect.geometry import WGS84
from geoinspect.people.permissions import Permission
from geoinspect.people.rights import require
from geoinspect.store import tables
from geoinspect.store.columns import frame_of
from geoinspect.store.databases import reading, writing
from geoinspect.store.linking import Cases
from geoinspect.store.people import from_naive, naive
from geoinspect.store.safe import place_of_original
from geoinspect.tickets import LinkParams

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Engine

    from geoinspect.people.actor import Actor
    from geoinspect.store.desk import Desk

_TICKETS = tables.tickets.c
_ORIGINALS = tables.ticket_originals
#: What makes a ticket that comes again the same.
_CONTENT = (
    *("source", "received_at", "item", "description", "place", "point_id", "geometry"),
    *("confidence", "evidence"),
)

Row = dict[str, Any]


@dataclass
class TicketChanges:
    """
    What an import of tickets changed.

    Attributes
    ----------
    added, updated, unchanged
        Tickets that were new, had other content, or were already there.
    opened
        Ids of the cases that tickets became.
    linked
        Tickets that are one with a case at hand: (ticket, case, reason as JSON).
    unlocated
        Ids of tickets that nobody could locate; they have no case.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    opened: list[str] = field(default_factory=list)
    linked: list[tuple[str, str, str]] = field(default_factory=list)
    unlocated: list[str] = field(default_factory=list)


class TicketStore:
    """
    Tickets of one city.

    Parameters
    ----------
    engine
        Database.
    desk
        Who is at work.
    """

    def __init__(self, engine: Engine, desk: Desk) -> None:
        self._engine = engine
        self._desk = desk

    def merge(
        self,
        tickets: gpd.GeoDataFrame,
        *,
        source_file: str,
        originals: Mapping[str, Mapping[str, str]] | None = None,
        params: LinkParams | None = None,
    ) -> TicketChanges:
        """
        Add or update tickets, and tie each located one to its case.

        A ticket that has a case keeps it, whatever its text says later.

        Parameters
        ----------
        tickets
            As `geoinspect.tickets.locate_tickets` gives them: masked.
        source_file
            Name of the file they came in.
        originals
            What was masked, by ticket id and label, where the office asked to keep it.
        params
            How near two reports of one case are.
        """
        rows = _rows(tickets, source_file)
        changes = TicketChanges()
        with writing(self._engine) as connection:
            stored = _stored(connection, [row["ticket_id"] for row in rows])
            moments = [at for row in rows if (at := from_naive(row["received_at"])) is not None]
            cases = Cases(connection, moments, params or LinkParams())
            new: list[Row] = []
            for row in sorted(rows, key=lambda row: (row["received_at"], row["ticket_id"])):
                there = stored.get(row["ticket_id"])
                if there is None:
                    _tie(cases, row, changes)
                    new.append(row)
                else:
                    _update(connection, cases, row, there, changes)
                if row["violation_id"] is None:
                    changes.unlocated.append(row["ticket_id"])
            changes.added = len(new)
            cases.write()
            if new:
                connection.execute(insert(tables.tickets), new)
            for ticket_id, cells in (originals or {}).items():
                self._keep(connection, ticket_id, cells)
            facts = {
                "added": changes.added,
                "updated": changes.updated,
                "linked": len(changes.linked),
                "unlocated": len(changes.unlocated),
                "originals": len(originals or {}),
            }
            self._desk.enter(connection, "import", "tickets", facts)
        return changes

    def tickets(self) -> gpd.GeoDataFrame:
        """Return all tickets, masked, `received_at` in UTC, indexed by ticket id."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(tables.tickets).order_by(_TICKETS.ticket_id)).all()
        frame = frame_of(rows, [column.name for column in tables.tickets.columns])
        shapes = shapely.from_wkb(frame["geometry"].to_numpy(dtype=object))
        frame["received_at"] = pd.to_datetime(frame["received_at"]).dt.tz_localize("UTC")
        places = gpd.GeoSeries(shapes, index=frame.index, crs=WGS84)
        return gpd.GeoDataFrame(frame.assign(geometry=places), crs=WGS84).set_index("ticket_id")

    def of_case(self, violation_id: str) -> list[str]:
        """Return the ids of the tickets of a case."""
        wanted = select(_TICKETS.ticket_id).where(_TICKETS.violation_id == violation_id)
        with reading(self._engine) as connection:
            return list(connection.scalars(wanted.order_by(_TICKETS.ticket_id)))

    def original(self, ticket_id: str, actor: Actor) -> dict[str, str]:
        """
        Return what was masked of a ticket, by label; the log keeps who read it.

        Raises
        ------
        ForbiddenError
            If the role of `actor` does not allow it.
        NotFoundError
            If it was not kept.
        """
        require(actor, Permission.READ_PERSONAL_DATA)
        wanted = select(_ORIGINALS.c.content).where(_ORIGINALS.c.ticket_id == ticket_id)
        with writing(self._engine) as connection:
            content = connection.scalar(wanted)
            if content is None:
                raise NotFoundError(
                    "Nothing unmasked is kept of ticket {ticket_id!r}.", ticket_id=ticket_id
                )
            self._desk.enter(connection, "ticket.original", ticket_id, {"user": actor.user_id})
        cells: dict[str, str] = json.loads(
            self._desk.safe.open_text(content, place_of_original(ticket_id))
        )
        return cells

    def _keep(self, connection: Connection, ticket_id: str, cells: Mapping[str, str]) -> None:
        """Keep what was masked, sealed where there is a key."""
        text = json.dumps(dict(cells), ensure_ascii=False)
        content = self._desk.safe.close_text(text, place_of_original(ticket_id))
        connection.execute(delete(_ORIGINALS).where(_ORIGINALS.c.ticket_id == ticket_id))
        connection.execute(insert(_ORIGINALS).values(ticket_id=ticket_id, content=content))


def _update(
    connection: Connection, cases: Cases, row: Row, there: Row, changes: TicketChanges
) -> None:
    """Bring a ticket that is there up to date."""
    row["violation_id"], row["link_reason"] = there["violation_id"], there["link_reason"]
    if all(row[name] == there[name] for name in _CONTENT):
        changes.unchanged += 1
        return
    changes.updated += 1
    _tie(cases, row, changes)
    own = _TICKETS.ticket_id == row["ticket_id"]
    connection.execute(update(tables.tickets).where(own).values(**row))


def _tie(cases: Cases, row: Row, changes: TicketChanges) -> None:
    """Find or open the case of a ticket that is located and has none."""
    if row["geometry"] is None or row["violation_id"] is not None:
        return
    case_id, link = cases.link_or_open(_violation(row, cases.category_of(row["point_id"])))
    row["violation_id"] = case_id
    if link is None:
        changes.opened.append(case_id)
    else:
        row["link_reason"] = link.to_text()
        changes.linked.append((row["ticket_id"], case_id, row["link_reason"]))


def _violation(row: Row, category: str | None) -> Row:
    """Return the violation that a ticket is."""
    return {
        "violation_id": f"{row['source']}-{row['ticket_id']}",
        "point_id": row["point_id"],
        "category": category,
        "item": row["item"],
        # what citizens report is minor until an inspector has seen it
        "severity": 1,
        "found_at": row["received_at"],
        "description": row["description"],
        "source": row["source"],
        "geometry": row["geometry"],
    }


def _stored(connection: Connection, ids: list[str]) -> dict[str, Row]:
    """Read the tickets that are there."""
    stored: dict[str, Row] = {}
    for start in range(0, len(ids), 500):
        own = _TICKETS.ticket_id.in_(ids[start : start + 500])
        for found in connection.execute(select(tables.tickets).where(own)):
            stored[found.ticket_id] = dict(found._mapping)
    return stored


def _rows(tickets: gpd.GeoDataFrame, source_file: str) -> list[Row]:
    """Return tickets as the table takes them."""
    frame = pd.DataFrame(tickets.drop(columns="geometry")).reset_index()
    shapes = shapely.to_wkb(tickets.geometry.to_numpy(dtype=object))
    return [
        {str(name): value for name, value in values.items()}
        | {
            "received_at": naive(values["received_at"].floor("us").to_pydatetime()),
            "point_id": None if pd.isna(values["point_id"]) else values["point_id"],
            "geometry": wkb,
            "violation_id": None,
            "link_reason": "",
            "source_file": source_file,
        }
        for values, wkb in zip(frame.to_dict("records"), shapes, strict=True)
    ]

"""
What endpoints are given: the city, its store, and parameters in the words of the domain.

What waits for nothing is asynchronous: each synchronous function costs a change of threads.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from geoinspect.api.auth import identify
from geoinspect.cityfolder import CityFolder
from geoinspect.errors import InputError
from geoinspect.people import Actor
from geoinspect.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Bounds = tuple[float, float, float, float]


async def city_folder(request: Request) -> CityFolder:
    """Return the city that the application serves."""
    folder = request.app.state.folder
    if not isinstance(folder, CityFolder):
        raise TypeError("the application was not made by create_app()")
    return folder


FolderDep = Annotated[CityFolder, Depends(city_folder)]


async def open_store(folder: FolderDep) -> AsyncIterator[Store]:
    """Open the store for one request."""
    store = await run_in_threadpool(folder.store)
    try:
        yield store
    finally:
        store.close()


StoreDep = Annotated[Store, Depends(open_store)]


async def now(request: Request) -> datetime:
    """Return the moment of a request, by the clock of the application."""
    moment = request.app.state.clock()
    if not isinstance(moment, datetime):
        raise TypeError("the application was not made by create_app()")
    return moment


NowDep = Annotated[datetime, Depends(now)]


def current_actor(request: Request, store: StoreDep, at: NowDep) -> Actor:
    """Return who asks; see `geoinspect.api.auth`."""
    return identify(request, store, now=at)


ActorDep = Annotated[Actor, Depends(current_actor)]


def read_bbox(bbox: str) -> Bounds:
    """
    Read a bounding box, `west,south,east,north` in WGS-84 degrees.

    Raises
    ------
    InputError
        If the text is not four degrees in the right order.

    Examples
    --------
    >>> read_bbox("118.7,32,118.9,32.1")
    (118.7, 32.0, 118.9, 32.1)
    """
    degrees = [_degrees(part) for part in bbox.split(",")]
    if len(degrees) == 4:
        west, south, east, north = degrees
        if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
            return west, south, east, north
    raise InputError(
        "The bbox {bbox!r} is no extent: write west,south,east,north in degrees, for example "
        "118.7,32.0,118.9,32.1.",
        bbox=bbox,
    )


def _degrees(text: str) -> float:
    """Read a number; NaN, which is in no range, if it is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan

"""OGC API - Features: points, districts, violations and routes for any GIS program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
from fastapi import APIRouter, Query, Request, Response

from geoinspect.api.collections import COLLECTIONS, Collection
from geoinspect.api.dependencies import ActorDep, FolderDep  # noqa: TC001
from geoinspect.api.featureschemas import (
    CRS84,
    CollectionInfo,
    CollectionList,
    Conformance,
    Extent,
    Feature,
    FeaturePage,
    ItemQuery,
    LandingPage,
    SpatialExtent,
    WebLink,
)
from geoinspect.api.paging import cursor_after, during, read_cursor, touching
from geoinspect.api.permits import needs
from geoinspect.api.responses import GeoJSONResponse, problems
from geoinspect.api.sight import SightDep  # noqa: TC001
from geoinspect.errors import NotFoundError
from geoinspect.people import may

if TYPE_CHECKING:
    import geopandas as gpd

    from geoinspect.api.sight import Sight
    from geoinspect.people import Actor

#: Base address of the standard's paths; the first page of the service is for people.
ROOT = "/ogc"

router = APIRouter(prefix=ROOT, tags=["features"], responses=problems(400))

CONFORMANCE = [
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}" for part in ("core", "geojson")
]

#: Every answer with coordinates says what they are.
CRS_HEADERS = {"Content-Crs": f"<{CRS84}>"}


@router.get("", **needs())
def get_landing_page(request: Request, folder: FolderDep) -> LandingPage:
    """Say where to begin."""
    links = [
        _link(request, "self", ""),
        _link(request, "conformance", "/conformance"),
        _link(request, "data", "/collections"),
        WebLink(
            rel="service-desc",
            href=_base(request).removesuffix(ROOT) + "/openapi.json",
            type="application/vnd.oai.openapi+json;version=3.1",
        ),
    ]
    return LandingPage(
        title=folder.settings.name,
        description="Inspection points, districts, violations and released routes, CRS84.",
        links=links,
    )


@router.get("/conformance", **needs())
def get_conformance() -> Conformance:
    """Say which requirements of the standard are met."""
    return Conformance(conformsTo=CONFORMANCE)


@router.get("/collections", **needs())
def list_collections(request: Request, actor: ActorDep, sight: SightDep) -> CollectionList:
    """List the collections that whoever asks may read."""
    found = [
        _info(request, each, each.load(sight, None)) for each in COLLECTIONS if _sees(actor, each)
    ]
    return CollectionList(links=[_link(request, "self", "/collections")], collections=found)


def _add_endpoints(collection: Collection) -> None:
    """Give a collection its paths: each declares its own permission."""
    path = f"/collections/{collection.name}"
    needed = needs(*collection.permissions)

    def get_info(request: Request, sight: SightDep) -> CollectionInfo:
        return _info(request, collection, collection.load(sight, None))

    def list_items(
        request: Request, response: Response, sight: SightDep, query: Annotated[ItemQuery, Query()]
    ) -> FeaturePage:
        response.headers.update(CRS_HEADERS)
        return _page(request, collection, collection.load(sight, None), query)

    def get_item(feature_id: str, response: Response, sight: SightDep) -> Feature:
        response.headers.update(CRS_HEADERS)
        return feature_of(collection, sight, feature_id)

    name, geojson = collection.name, GeoJSONResponse
    described = collection.title.lower()
    router.add_api_route(
        path, get_info, name=f"describe_{name}", description=collection.description, **needed
    )
    router.add_api_route(
        f"{path}/items", list_items, name=f"browse_{name}",
        description=f"List {described} as GeoJSON, sorted by id, page by page.",
        response_class=geojson, **needed,
    )  # fmt: skip
    router.add_api_route(
        f"{path}/items/{{feature_id:path}}", get_item, name=f"read_{name}_item",
        description=f"Return one of the {described}.",
        response_class=geojson, **needed,
    )  # fmt: skip


for _collection in COLLECTIONS:
    _add_endpoints(_collection)


def feature_of(collection: Collection, sight: Sight, feature_id: str) -> Feature:
    """
    Return one feature.

    Raises
    ------
    NotFoundError
        If there is none, or it is out of sight.
    """
    return as_feature(row_of(collection, sight, feature_id))


def row_of(collection: Collection, sight: Sight, feature_id: str) -> gpd.GeoDataFrame:
    """Return one feature as a table of one row; raises as `feature_of` does."""
    features = collection.load(sight, feature_id)
    if features.empty:
        raise NotFoundError(
            "There is no {feature_id!r} in {collection}.",
            feature_id=feature_id,
            collection=collection.name,
        )
    return features


def as_feature(row: gpd.GeoDataFrame) -> Feature:
    """Return a table of one row as a feature."""
    return _features(row)[0]


def _page(
    request: Request, collection: Collection, features: gpd.GeoDataFrame, query: ItemQuery
) -> FeaturePage:
    """Return the features that fit, from the cursor on."""
    if query.bbox is not None:
        features = touching(features, query.bbox)
    if query.datetime is not None:
        features = during(features, collection.time, query.datetime)
    rest = features
    if query.cursor is not None:
        rest = features[features.index > read_cursor(query.cursor)]
    page = rest.iloc[: query.limit]
    links = [_link(request, "self", f"/collections/{collection.name}/items", geojson=True)]
    if len(rest) > len(page):
        href = request.url.include_query_params(cursor=cursor_after(str(page.index[-1])))
        links.append(WebLink(rel="next", href=str(href), type=GeoJSONResponse.media_type))
    return FeaturePage(
        numberMatched=len(features),
        numberReturned=len(page),
        links=links,
        features=_features(page),
    )


def _features(frame: gpd.GeoDataFrame) -> list[Feature]:
    """Turn rows into features; a cell that is empty is null."""
    columns = [name for name in frame.columns if name != "geometry"]
    shapes = json.loads(frame.geometry.to_json())["features"] if len(frame) else []
    rows = frame[columns].astype(object).itertuples(index=False, name=None)
    return [
        Feature(
            id=str(feature_id),
            geometry=shape["geometry"],
            properties={name: _plain(value) for name, value in zip(columns, row, strict=True)},
        )
        for feature_id, shape, row in zip(frame.index, shapes, rows, strict=True)
    ]


def _plain(value: Any) -> Any:
    """Return a cell as JSON has it."""
    if isinstance(value, list):
        return value
    if pd.isna(value):
        return None
    return value.isoformat() if isinstance(value, pd.Timestamp) else value


def _info(request: Request, collection: Collection, features: gpd.GeoDataFrame) -> CollectionInfo:
    """Describe a collection as far as it is in sight."""
    located = features[~(features.geometry.isna() | features.geometry.is_empty)]
    extent = None
    if len(located):
        west, south, east, north = (float(degrees) for degrees in located.total_bounds)
        extent = Extent(spatial=SpatialExtent(bbox=[(west, south, east, north)]))
    path = f"/collections/{collection.name}"
    return CollectionInfo(
        id=collection.name,
        title=collection.title,
        description=collection.description,
        extent=extent,
        links=[
            _link(request, "self", path),
            _link(request, "items", f"{path}/items", geojson=True),
        ],
    )


def _sees(actor: Actor, collection: Collection) -> bool:
    return any(may(actor, permission) for permission in collection.permissions)


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/") + ROOT


def _link(request: Request, rel: str, path: str, *, geojson: bool = False) -> WebLink:
    kind = GeoJSONResponse.media_type if geojson else "application/json"
    return WebLink(rel=rel, href=_base(request) + path, type=kind)

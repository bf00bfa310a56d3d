"""Kinds of answers, and how the documentation describes them."""

from __future__ import annotations

from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response

from geoinspect.api.schemas import Problem
from geoinspect.api.security import policy_of

_PROBLEMS = {
    400: "The body cannot be read, or a parameter is wrong or unknown.",
    401: "Nobody is signed in, or session or token are over.",
    403: "Whoever is signed in may not do this.",
    404: "The thing asked for is not there.",
    409: "The data of the city do not allow an answer.",
    412: "What is edited was changed since it was read.",
    413: "The request is too large.",
    422: "A parameter or the data of the city are wrong.",
    428: "The edit does not name the version that it edits (If-Match).",
    429: "Too many requests; Retry-After says when to go on.",
    503: "The database cannot be reached.",
}


#: Media type of a workbook of Excel.
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class GeoJSONResponse(JSONResponse):
    """GeoJSON (RFC 7946)."""

    media_type = "application/geo+json"


class PageResponse(HTMLResponse):
    """A page under the policy that it names itself."""

    def init_headers(self, headers: Any = None) -> None:
        """Add the policy of the page to the header; the application shows it in a frame."""
        super().init_headers(headers)
        self.headers["X-Frame-Options"] = "SAMEORIGIN"
        self.headers["Content-Security-Policy"] = policy_of(bytes(self.body).decode())


def attachment(content: bytes, filename: str, media_type: str) -> Response:
    """Return a file for a browser to save; the name is plain ASCII."""
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return Response(content, media_type=media_type, headers=headers)


def described(media_type: str, description: str) -> dict[int | str, dict[str, Any]]:
    """Describe a file that an endpoint answers with."""
    schema = {"type": "string", "format": "binary"}
    return {200: {"description": description, "content": {media_type: {"schema": schema}}}}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problem documents that an endpoint may answer with."""
    return {
        status: {
            "description": _PROBLEMS[status],
            "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
        }
        for status in statuses
    }

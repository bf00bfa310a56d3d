"""
Errors as problem documents (RFC 9457): the one place that knows HTTP status codes.

What geoinspect raises on purpose is told to the client, in the language of the city.
Anything else is a plain 500: its text may hold what nobody outside should read.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse

from geoinspect.api.entitytags import MissingVersionError, StaleVersionError
from geoinspect.api.idempotency import KeyInUseError, KeyMisusedError
from geoinspect.api.openid import ProviderAwayError
from geoinspect.api.permits import check_declared
from geoinspect.api.security import HEADERS
from geoinspect.errors import (
    ForbiddenError,
    GeoinspectError,
    GivenPasswordError,
    InputError,
    LotteryError,
    MissingDependencyError,
    NetworkError,
    NotFoundError,
    StoreError,
    UnauthenticatedError,
    VerificationError,
)
from geoinspect.messages import translator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

logger = logging.getLogger(__name__)

#: Where people sign in, and where they choose a password of their own.
SIGN_IN, OWN_PASSWORD = "/sign-in", "/app/password"

#: The nearest of an error's classes decides.
STATUS: dict[type[Exception], HTTPStatus] = {
    NotFoundError: HTTPStatus.NOT_FOUND,
    UnauthenticatedError: HTTPStatus.UNAUTHORIZED,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    MissingVersionError: HTTPStatus.PRECONDITION_REQUIRED,
    StaleVersionError: HTTPStatus.PRECONDITION_FAILED,
    KeyMisusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    KeyInUseError: HTTPStatus.CONFLICT,
    LotteryError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NetworkError: HTTPStatus.CONFLICT,
    VerificationError: HTTPStatus.CONFLICT,
    MissingDependencyError: HTTPStatus.CONFLICT,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    ProviderAwayError: HTTPStatus.BAD_GATEWAY,
    GeoinspectError: HTTPStatus.CONFLICT,
}


class ProblemResponse(JSONResponse):
    """A problem document."""

    media_type = "application/problem+json"


def add_error_handlers(app: FastAPI) -> None:
    """Let the application answer every error with a problem document."""
    app.exception_handler(GeoinspectError)(_answer_geoinspect_error)
    app.exception_handler(RequestValidationError)(_answer_bad_request)
    app.exception_handler(HTTPException)(_answer_http_error)
    app.exception_handler(Exception)(_answer_unknown_error)


def problem(status: int, detail: str = "", **members: Any) -> ProblemResponse:
    """
    Write a problem document.

    Parameters
    ----------
    status
        HTTP status.
    detail
        What is wrong this time, one sentence; "" for nothing to tell.
    **members
        Further members.
    """
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": int(status)}
    if detail:
        body["detail"] = detail
    return ProblemResponse({**body, **members}, status_code=int(status))


def status_of(error: GeoinspectError) -> HTTPStatus:
    """
    Return the status for an error.

    Examples
    --------
    >>> status_of(NotFoundError("There is no plan yet."))
    <HTTPStatus.NOT_FOUND: 404>
    """
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def _answer_geoinspect_error(request: Request, error: GeoinspectError) -> Response:
    """Tell what is wrong and what to do about it."""
    if isinstance(error, UnauthenticatedError) and is_page(request):
        return RedirectResponse(SIGN_IN, status_code=HTTPStatus.SEE_OTHER)
    if isinstance(error, GivenPasswordError) and is_page(request):
        return RedirectResponse(OWN_PASSWORD, status_code=HTTPStatus.SEE_OTHER)
    translate = translator(request.app.state.folder.settings.language)
    status = HTTPStatus.BAD_REQUEST if _is_ogc(request, error) else status_of(error)
    note_fault(request, error)
    return problem(status, error.render(translate), error=type(error).__name__)


def note_fault(request: Request, error: GeoinspectError) -> None:
    """Let the log tell what an operator has to mend: the database, or the provider."""
    if status_of(error) >= HTTPStatus.INTERNAL_SERVER_ERROR:
        told = {"request_id": getattr(request.state, "request_id", "")}
        logger.error("%s: %s", type(error).__name__, error, extra=told)


def _is_ogc(request: Request, error: Exception) -> bool:
    """Tell whether OGC API - Features wants 400 for a wrong parameter."""
    is_parameter = isinstance(error, InputError | RequestValidationError)
    return is_parameter and request.method == "GET" and request.url.path.startswith("/ogc")


def is_page(request: Request) -> bool:
    """Tell whether a person with a browser waits for a page."""
    return request.method == "GET" and "text/html" in request.headers.get("Accept", "")


def _answer_bad_request(request: Request, error: RequestValidationError) -> Response:
    """Name the parameters that are wrong, to those who may use the endpoint."""
    refusal = _refusal(request)
    if refusal is not None:
        return refusal
    faults = [{"parameter": _name(fault), "problem": fault["msg"]} for fault in error.errors()]
    detail = "; ".join(f"{fault['parameter']}: {fault['problem']}" for fault in faults)
    is_ogc = _is_ogc(request, error)
    status = HTTPStatus.BAD_REQUEST if is_ogc else HTTPStatus.UNPROCESSABLE_ENTITY
    return problem(status, detail, errors=faults)


def _name(fault: Mapping[str, Any]) -> str:
    """Name of the parameter that a fault is about."""
    return str(fault["loc"][-1])


def _refusal(request: Request) -> Response | None:
    """Return the answer to somebody who has no right to the endpoint, None to all others."""
    try:
        check_declared(request)
    except GeoinspectError as error:
        return _answer_geoinspect_error(request, error)
    return None


def _answer_http_error(request: Request, error: HTTPException) -> Response:
    """Answer for an unknown path, a method that is not allowed, or a body that is broken."""
    refusal = _refusal(request) if error.status_code == HTTPStatus.BAD_REQUEST else None
    if refusal is not None:
        return refusal
    response = problem(error.status_code)
    response.headers.update(error.headers or {})
    return response


def _answer_unknown_error(request: Request, _error: Exception) -> ProblemResponse:
    """Say nothing; the server's log has the traceback."""
    response = problem(HTTPStatus.INTERNAL_SERVER_ERROR)
    # this answer is made outside of all middleware
    response.headers.update(HEADERS)
    response.headers["X-Request-Id"] = getattr(request.state, "request_id", "")
    return response

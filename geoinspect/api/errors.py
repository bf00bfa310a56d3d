"""
Errors as problem documents (RFC 9457): the one place that knows HTTP status codes.

What geoinspect raises on purpose is told to the client, in the language of the city.
Anything else is a plain 500: its text may hold what nobody outside should read.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from geoinspect.api.security import HEADERS
from geoinspect.errors import (
    GeoinspectError,
    InputError,
    LotteryError,
    MissingDependencyError,
    NetworkError,
    NotFoundError,
    VerificationError,
)
from geoinspect.messages import translator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI
    from starlette.requests import Request

#: The nearest of an error's classes decides.
STATUS: dict[type[Exception], HTTPStatus] = {
    NotFoundError: HTTPStatus.NOT_FOUND,
    InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    LotteryError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NetworkError: HTTPStatus.CONFLICT,
    VerificationError: HTTPStatus.CONFLICT,
    MissingDependencyError: HTTPStatus.CONFLICT,
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


def _answer_geoinspect_error(request: Request, error: GeoinspectError) -> ProblemResponse:
    """Tell what is wrong and what to do about it."""
    translate = translator(request.app.state.folder.settings.language)
    return problem(status_of(error), error.render(translate), error=type(error).__name__)


def _answer_bad_request(_request: Request, error: RequestValidationError) -> ProblemResponse:
    """Name the parameters that are wrong."""
    faults = [{"parameter": _name(fault), "problem": fault["msg"]} for fault in error.errors()]
    detail = "; ".join(f"{fault['parameter']}: {fault['problem']}" for fault in faults)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=faults)


def _name(fault: Mapping[str, Any]) -> str:
    """Name of the parameter that a fault is about."""
    return str(fault["loc"][-1])


def _answer_http_error(_request: Request, error: HTTPException) -> ProblemResponse:
    """Answer for an unknown path or a method that is not allowed."""
    response = problem(error.status_code)
    response.headers.update(error.headers or {})
    return response


def _answer_unknown_error(_request: Request, _error: Exception) -> ProblemResponse:
    """Say nothing; the server's log has the traceback."""
    response = problem(HTTPStatus.INTERNAL_SERVER_ERROR)
    # this answer is made outside of all middleware
    response.headers.update(HEADERS)
    return response

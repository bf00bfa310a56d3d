"""
The service as an ASGI server wants it: `GEOINSPECT_CITY=taicang uvicorn --app-dir api asgi:app`.

For a city on your own computer `geoinspect -C taicang serve` does the same.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from geoinspect.api.app import create_app
from geoinspect.api.observing import write_json_logs
from geoinspect.cityfolder import CityFolder
from geoinspect.errors import GeoinspectError, InputError

if TYPE_CHECKING:
    from fastapi import FastAPI

VARIABLE = "GEOINSPECT_CITY"


def app_of_environment() -> FastAPI:
    """
    Make the service of the city that the environment names.

    Raises
    ------
    InputError
        If the environment names none.
    NotFoundError
        If the folder it names is no city.
    """
    path = os.environ.get(VARIABLE, "")
    if not path:
        raise InputError(
            "The environment variable {variable} is not set: let it name the folder of a city.",
            variable=VARIABLE,
        )
    return create_app(CityFolder.open(Path(path)))


write_json_logs()
try:
    app = app_of_environment()
except GeoinspectError as error:
    # a server prints the traceback of any other exception, which hides the sentence
    raise SystemExit(str(error)) from error

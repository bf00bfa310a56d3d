"""
Write down what the service promises: `python -m geoinspect.api.openapi api/openapi.json`.

The document depends on the code alone, not on a city or on the environment.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from geoinspect.api.app import create_app
from geoinspect.atomic import write_bytes
from geoinspect.cityfolder import CityFolder
from geoinspect.settings import Settings


def openapi_text() -> str:
    """Return the OpenAPI document of the service as JSON text."""
    app = create_app(CityFolder(Path(), Settings.model_construct()))
    return json.dumps(app.openapi(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def write_openapi(path: Path) -> Path:
    """
    Write the OpenAPI document of the service.

    Parameters
    ----------
    path
        File to write; an existing file is replaced.

    Returns
    -------
    path
        The file written.
    """
    write_bytes(path, openapi_text().encode())
    return path


if __name__ == "__main__":
    write_openapi(Path(sys.argv[1]))

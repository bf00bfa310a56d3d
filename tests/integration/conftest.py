"""A city made with the commands, as a user makes it."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from geoinspect.cli import main
from geoinspect.demo import tinytown_folder

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: bytes
    err: str


def geoinspect(*arguments: object, language: str = "en") -> Outcome:
    """Run the command line in this process."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    code = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setenv("COLUMNS", "200")
        try:
            main(["--lang", language, *map(str, arguments)])
        except SystemExit as stop:
            code = int(stop.code or 0)
    out.flush()
    return Outcome(code, out.buffer.getvalue(), err.getvalue())  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def planned_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny town with everything imported, assigned and planned; tests do not change it."""
    city = tmp_path_factory.mktemp("cities") / "tinytown"
    town = tinytown_folder()
    steps: list[list[object]] = [
        ["init", city, "--name", "小镇"],
        ["-C", city, "import", "points", town / "points.csv", "--datum", "wgs84"],
        ["-C", city, "import", "districts", town / "districts.geojson"],
        ["-C", city, "import", "units", town / "units.csv"],
        ["-C", city, "import", "inspections", town / "inspections.csv"],
        ["-C", city, "import", "violations", town / "violations.csv"],
        ["-C", city, "network", "build", town / "streets.osm"],
        ["-C", city, "assign", "-o", city / "assignments.csv"],
        [
            "-C", city, "plan", "--date", "2026-11-23", "--teams", 2, "--shift", "09:00-10:00",
            "--service", "12min", "--seed", "5eed" * 8, "-o", city / "plan.json",
        ],
    ]  # fmt: skip
    for step in steps:
        outcome = geoinspect(*step)
        assert outcome.code == 0, outcome.err
    return city

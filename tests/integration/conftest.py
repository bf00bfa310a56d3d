"""A city made with the commands, as a user makes it."""

from __future__ import annotations

import io
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from geoinspect.cli.main import main
from geoinspect.demo import tinytown_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
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
def planned_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The tiny town with everything imported, assigned and planned; tests add no file to it."""
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
    made = _files(city)
    yield city
    # what one test leaves behind, another finds or not: that goes by who ran before
    assert _files(city) == made


@pytest.fixture
def city(planned_city: Path, tmp_path: Path) -> Path:
    """A copy that a test may change; a map leaves a base map in it."""
    return shutil.copytree(planned_city, tmp_path / "city")


def _files(city: Path) -> set[str]:
    """Name the files of a city; those beside a database come and go with its connections."""
    names = (str(path.relative_to(city)) for path in city.rglob("*"))
    return {name for name in names if not name.endswith(("-wal", "-shm"))}

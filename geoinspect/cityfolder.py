"""A city on disk: one folder with its settings, database, roads and base map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoinspect.errors import InputError, NotFoundError
from geoinspect.network import RoadNetwork
from geoinspect.settings import read_settings
from geoinspect.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from geopandas import GeoDataFrame

    from geoinspect.settings import Settings

SETTINGS_FILE = "geoinspect.toml"
DATABASE_FILE = "city.db"
NETWORK_FILE = "roads.gin"

_SETTINGS_TEXT = """\
# Settings of this city. Environment variables such as GEOINSPECT_LANGUAGE win over them.
name = {name}
timezone = "{timezone}"
language = "{language}"        # zh or en
# depot = [118.7969, 32.0603]  # WGS-84 longitude, latitude where routes start and end
# boundary_tolerance_m = 30
# max_snap_distance_m = 500
heat_bandwidth_m = {heat_bandwidth_m:g}

# [service_times]              # time at a stop of a category, where it is not the usual one
# "集贸市场" = "20min"
#
# [hours]                      # opening hours of a category, one span or several
# "夜市" = "18:00-23:00"
# "中小学校" = ["07:00-08:30", "15:30-17:30"]
#
# [[teams]]                    # the teams that go out, if not named on the command line
# count = 8
# shift = "09:00-15:00"
# seats = 2                    # inspectors drawn for each from the roster
#
# [[teams]]
# shift = "18:00-22:00"
# depot = [118.79, 32.05]
# mode = "bicycle"             # car, bicycle or foot
#
# [chances]                    # who is likelier to be drawn; a name on the left, its default here
# floor = 0.005                # nobody's chance is smaller
# cap = 0.95                   # or larger
# days_off = [2026-10-01]      # weekdays without inspections; days_on: weekends with them
#
# [chances.campaigns]          # factor of every point of a category
# "集贸市场" = 2.0
# "网吧" = {{factor = 3.0, start = 2026-11-01, end = 2026-11-30}}
#
# [[chances.quotas]]           # fewest visits a month, to all points together; "*" for all
# category = "网吧"
# district = "*"
# minimum = 4
"""


@dataclass(frozen=True)
class CityFolder:
    """
    One city's folder.

    Attributes
    ----------
    path
        The folder.
    settings
        Its settings.
    """

    path: Path
    settings: Settings

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        name: str,
        timezone: str = "Asia/Shanghai",
        language: str = "zh",
        heat_bandwidth_m: float = 300.0,
    ) -> CityFolder:
        """
        Make the folder of a new city.

        Raises
        ------
        InputError
            If there is a city in it already, or the path is a file.
        """
        if (path / SETTINGS_FILE).exists():
            raise InputError("{path} is a city already.", path=path)
        if path.exists() and not path.is_dir():
            raise InputError("{path} is a file: name a folder.", path=path)
        path.mkdir(parents=True, exist_ok=True)
        Store.create(path / DATABASE_FILE).close()
        quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        text = _SETTINGS_TEXT.format(
            name=quoted, timezone=timezone, language=language, heat_bandwidth_m=heat_bandwidth_m
        )
        (path / SETTINGS_FILE).write_text(text, encoding="utf-8")
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> CityFolder:
        """
        Open the folder of a city.

        Raises
        ------
        NotFoundError
            If the folder is no city.
        """
        if not (path / SETTINGS_FILE).is_file():
            raise NotFoundError(
                "{path} is not a city folder: make one with `geoinspect init {path}`.", path=path
            )
        return cls(path, read_settings(path / SETTINGS_FILE))

    def store(self) -> Store:
        """Open the database."""
        return Store.open(self.path / DATABASE_FILE)

    def districts(self) -> GeoDataFrame | None:
        """Return the districts, or None if there are none yet."""
        districts = self.store().districts()
        return districts if len(districts) else None

    @property
    def network_path(self) -> Path:
        """File of the road network."""
        return self.path / NETWORK_FILE

    def network(self) -> RoadNetwork:
        """
        Load the road network.

        Raises
        ------
        NotFoundError
            If it was not built yet.
        """
        if not self.network_path.is_file():
            raise NotFoundError(
                "{path} has no road network: build one with "
                "`geoinspect -C {path} network build FILE.osm.pbf`.",
                path=self.path,
            )
        return RoadNetwork.load(self.network_path)

"""A city on disk: one folder with its settings, database, roads and base map."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoinspect.audit import log
from geoinspect.errors import InputError, NotFoundError
from geoinspect.photos import PhotoFolder
from geoinspect.sealing import Keyring
from geoinspect.settings import read_settings
from geoinspect.store import Store, is_empty, schema_named, shown, with_schema
from geoinspect.store.databases import open_kept_engine
from geoinspect.store.desk import NOBODY

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from sqlalchemy import Engine

    from geoinspect.network import RoadNetwork
    from geoinspect.settings import Settings

SETTINGS_FILE = "geoinspect.toml"
DATABASE_FILE = "city.db"
NETWORK_FILE = "roads.gin"
PHOTOS_FOLDER = "photos"

_SETTINGS_TEXT = """\
# Settings of this city. Environment variables such as GEOINSPECT_LANGUAGE win over them.
name = {name}
timezone = "{timezone}"
language = "{language}"        # zh or en
# depot = [118.7969, 32.0603]  # WGS-84 longitude, latitude where routes start and end
# database_url = "postgresql://USER:PASSWORD@HOST/DATABASE"  # a server with PostGIS
# database_schema = "city_name"  # where one server holds several cities
# boundary_tolerance_m = 30
# max_snap_distance_m = 500
# seal_key_file = "seal.key"   # plans are stored sealed: `geoinspect seal key -o {{CITY}}/seal.key`
heat_bandwidth_m = {heat_bandwidth_m:g}

# [release]                    # when a team may know its route
# lead_min = 30                # minutes before its shift begins
# mode = "whole"               # or "stop-by-stop": the next stop only
#
# [cases]
# issuer = "创办整改"          # code before the number of notices: 创办整改〔2026〕1号
#
# [cases.deadlines]            # working days for a minor, a moderate and a grave violation
# hardware = [15, 10, 7]       # what must be built or mended
# conduct = [5, 3, 1]          # how people behave
# after_return = 3             # of a returned case
# escalate_after = 3           # working days over the deadline until a higher level is told
# escalate_returns = 2         # or so many returns
#
# [cases.rechecks]             # closed cases that are visited again, by lot
# share = 0.15
# relapse_distance_m = 50      # the same item this near to a closed case
# relapse_days = 90            # and so soon after it is a relapse
#
# [cases.signs]                # from where on people are asked to look closely
# quick_min = 10               # minutes from notice to closing
# same_bits = 16               # of 64 of a picture's hash that may differ
# same_correlation = 0.94
# same_correlation_own = 0.985 # beside photos of the own case
# n_looks = 10
# distance_m = 200             # from photo to violation
# clock_min = 15               # that a camera's clock may be slow
#
# [[rubrics]]                  # scores of a year's assessment; the latest that has begun holds
# version = "2026"
# effective = 2026-01-01
# field = 60                   # weights, together 100
# documents = 20
# questionnaire = 20
# failing_rate = 3.0           # problems an inspection at which the field part is 0
#
# [audit]
# keep_days = 400              # the log stays so long before it may be archived; 180 or more
#
# [basemap.online]             # a map service beyond this machine, shown where readers ask for it
# urls = ["https://t0.example.gov.cn/vec_w/wmts?tilematrix={{z}}&tilecol={{x}}&tilerow={{y}}&tk={{key}}"]
# key_env = "TIANDITU_KEY"
# crs = "wgs84"                # or gcj02
# attribution = "国家地理信息公共服务平台"
# map_approval = "GS(2024)0650号"
#
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
    actor
        Who the log names for what is done through this folder.
    """

    path: Path
    settings: Settings
    actor: str = NOBODY
    _kept: Engine | None = field(default=None, repr=False, compare=False)

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
        # the variables of the environment alone: the file comes last, it makes the city
        _create_store(database_of(path, read_settings(path / SETTINGS_FILE)))
        quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        text = _SETTINGS_TEXT.format(
            name=quoted, timezone=timezone, language=language, heat_bandwidth_m=heat_bandwidth_m
        )
        (path / SETTINGS_FILE).write_text(text, encoding="utf-8")
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, actor: str = NOBODY) -> CityFolder:
        """
        Open the folder of a city, as somebody whom the log names.

        Raises
        ------
        NotFoundError
            If the folder is no city.
        """
        if not (path / SETTINGS_FILE).is_file():
            raise NotFoundError(
                "{path} is not a city folder: make one with `geoinspect init {path}`.", path=path
            )
        return cls(path, read_settings(path / SETTINGS_FILE), actor)

    def keyring(self) -> Keyring | None:
        """
        Read the keys that plans are sealed with, None if there are none.

        Raises
        ------
        NotFoundError
            If the settings name a file that is not there.
        InputError
            If others may read the file, or a key is malformed.
        """
        ring = Keyring.from_environment(os.environ)
        if ring is None and self.settings.seal_key_file:
            return Keyring.from_file(self.path / self.settings.seal_key_file)
        return ring

    def note_settings(self) -> None:
        """Enter in the log that the file of settings is another than it was."""
        found = sha256((self.path / SETTINGS_FILE).read_bytes()).hexdigest()
        store = self.store()
        noted = store.audit.last("settings")
        if noted is None or noted.facts() != {"sha256": found}:
            log(store, self.actor, "settings", SETTINGS_FILE, sha256=found)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let another process open the same folder."""
        return CityFolder.open, (self.path, self.actor)

    def store(self) -> Store:
        """Open the database, as `actor` and with the city's keys."""
        return Store.open(self.database, self._kept).acting(self.actor, self.keyring())

    def kept_open(self) -> CityFolder:
        """Return the same city as a service asks it: connections outlive the stores."""
        database = self.database
        if isinstance(database, Path):
            return replace(self, _kept=open_kept_engine(database))
        return self

    @property
    def database(self) -> Path | str:
        """File of the database, or the address of a server's."""
        return database_of(self.path, self.settings)

    def districts(self) -> GeoDataFrame | None:
        """Return the districts, or None if there are none yet."""
        districts = self.store().districts()
        return districts if len(districts) else None

    @property
    def photos(self) -> PhotoFolder:
        """The photos of violations and of what was done about them."""
        return PhotoFolder(self.path / PHOTOS_FOLDER)

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
        # loaded here: most of what a city is asked for has nothing to do with its roads
        from geoinspect.network import RoadNetwork

        return RoadNetwork.load(self.network_path)


def database_of(path: Path, settings: Settings) -> Path | str:
    """Return where the tables of a city are; see `geoinspect.store.databases`."""
    if not settings.database_url:
        return path / DATABASE_FILE
    schema = settings.database_schema or schema_named(path.resolve().name)
    return with_schema(settings.database_url, schema)


def _create_store(database: Path | str) -> None:
    """
    Make the database of a new city.

    Raises
    ------
    InputError
        If a server has a city of this name already.
    """
    store = Store.create(database)
    is_new = isinstance(database, Path) or is_empty(store)
    store.close()
    if not is_new:
        raise InputError(
            "There is a city already at {database}: name another schema with the variable "
            "GEOINSPECT_DATABASE_SCHEMA, or copy the folder of that city.",
            database=shown(database),
        )

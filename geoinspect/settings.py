"""
Settings of a city: `geoinspect.toml` in its folder, and `GEOINSPECT_` variables.

Read once by the command line or the service and passed on; no algorithm reads them.
"""

from __future__ import annotations

import os
import re
from contextvars import ContextVar
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from geoinspect.audit import MIN_KEEP_DAYS
from geoinspect.cases import CaseParams
from geoinspect.chances import ChanceParams
from geoinspect.errors import InputError
from geoinspect.messages import Language  # noqa: TC001  pydantic reads the type
from geoinspect.rubrics import Rubric
from geoinspect.sealing import ReleaseParams
from geoinspect.shifts import Shift, read_duration, read_shift
from geoinspect.travel import Mode  # noqa: TC001  pydantic reads the type

if TYPE_CHECKING:
    from pathlib import Path


# a host is literal: no port tricks, no user, no wildcard, no placeholder
_TILE_ADDRESS = re.compile(r"https?://(?P<host>[A-Za-z0-9.-]+(:[0-9]+)?)/[^\s'\";,\\<>]*")


class UsualTeams(BaseModel):
    """Teams that are alike; see `Settings.teams`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shift: str
    count: int = Field(1, ge=1)
    depot: tuple[float, float] | None = None
    mode: Mode = "car"
    seats: int = Field(2, ge=0)

    @field_validator("shift")
    @classmethod
    def _is_shift(cls, value: str) -> str:
        read_shift(value)
        return value


class AuditParams(BaseModel):
    """How long the log stays in the database: `keep_days`, 180 or more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keep_days: int = Field(default=400, ge=MIN_KEEP_DAYS)


class OpenIDParams(BaseModel):
    """
    An OpenID provider at which people sign in, the table `[openid]`.

    `issuer` is its address, `client_id` what the service is called there, and `redirect_uri`
    the address of this service's `/sign-in/openid/back` as browsers reach it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(pattern=r"^https://|^http://(127\.0\.0\.1|localhost)[:/]")
    client_id: str = Field(min_length=1)
    redirect_uri: str = Field(pattern=r"^https?://")


NO_ONLINE_BASEMAP = "The city has no online base map: its settings have no table [basemap.online]."


class OnlineBasemap(BaseModel):
    """
    A map service beyond this machine, the table `[basemap.online]`; there is none unless named.

    Its pictures are fetched by the readers' browsers, on a page that asks for them only.

    Attributes
    ----------
    kind
        "xyz": pictures of the Web Mercator grid, addressed by zoom, column and row.
    urls
        Addresses of the layers from below to above, with `{z}`, `{x}` and `{y}` and, where
        the service wants one, `{key}`; whatever is in the host is meant literally.
    key_env
        Environment variable that holds the key; readers' browsers see it in addresses.
    crs
        Datum of the pictures: "wgs84" (also CGCS2000, less than a metre off) or "gcj02".
    attribution, map_approval
        Shown on the map: who made it, and the approval number of the map, "GS(2024)0650号".
    max_zoom
        Highest zoom of the service.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["xyz"] = "xyz"
    urls: tuple[str, ...] = Field(min_length=1, max_length=4)
    key_env: str = Field(default="", pattern=r"^[A-Z_][A-Z0-9_]*$|^$")
    crs: Literal["wgs84", "gcj02"] = "wgs84"
    attribution: str = Field(min_length=1)
    map_approval: str = ""
    max_zoom: int = Field(default=18, ge=8, le=22)

    @field_validator("urls")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for url in value:
            _check_tile_address(url)
        return value

    @model_validator(mode="after")
    def _has_key(self) -> OnlineBasemap:
        if any("{key}" in url for url in self.urls) != bool(self.key_env):
            raise InputError("Addresses with {{key}} need key_env, and key_env needs one of them.")
        return self

    @property
    def addresses(self) -> list[str]:
        """
        The addresses with the key in its place.

        Raises
        ------
        InputError
            If the variable of the key is not set.
        """
        key = os.environ.get(self.key_env, "") if self.key_env else ""
        if self.key_env and not key:
            raise InputError(
                "The online base map needs its key in the environment variable {name}.",
                name=self.key_env,
            )
        return [url.replace("{key}", quote(key, safe="")) for url in self.urls]

    @property
    def origins(self) -> tuple[str, ...]:
        """Scheme, host and port of each address, as a Content-Security-Policy names them."""
        parts = (urlsplit(url) for url in self.urls)
        return tuple(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts))


def _check_tile_address(url: str) -> None:
    """Refuse what is no address of tiles, or what could widen the policy of a page."""
    found = _TILE_ADDRESS.fullmatch(url)
    if found is None or urlsplit(url).netloc != found["host"]:
        raise InputError(
            "{url!r} is no address of map tiles: write http:// or https://, a plain host name "
            "and a path without spaces.",
            url=url,
        )
    names = re.findall(r"\{([^}]*)\}", url)
    if sorted(set(names) - {"key"}) != ["x", "y", "z"]:
        raise InputError(
            "{url!r} must hold {{z}}, {{x}} and {{y}}, and nothing else in braces but {{key}}.",
            url=url,
        )


class BasemapParams(BaseModel):
    """Base maps, the table `[basemap]`; see `OnlineBasemap`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    online: OnlineBasemap | None = None


class Settings(BaseSettings):
    """
    Settings of a city.

    Attributes
    ----------
    name
        Name of the city, shown on maps and route sheets.
    timezone
        IANA time zone of the city.
    language
        "zh" or "en": language of maps, sheets and messages.
    depot
        WGS-84 longitude and latitude where routes start and end; None for the
        point that is nearest to all others.
    boundary_tolerance_m
        A point this near to another district is called near the boundary, in metres.
    max_snap_distance_m
        Farthest distance between a point and a street, in metres.
    heat_bandwidth_m
        Bandwidth of the heat map, in metres.
    chances
        Knobs, campaigns, quotas and calendar of the daily chances, the table `[chances]`;
        see `geoinspect.chances.ChanceParams`.
    cases
        How cases are run, the table `[cases]`: issuer of notices, deadlines, visits to closed
        cases, signs of sham closure; see `geoinspect.cases.CaseParams`.
    teams
        The usual teams, tables `[[teams]]`: `count`, `shift`, and if they differ `depot`,
        `mode` ("car", "bicycle" or "foot") and `seats` for inspectors. Used where the
        command line names none.
    release
        When a team may know its route, the table `[release]`; see
        `geoinspect.sealing.ReleaseParams`.
    seal_key_file
        File of the keys that plans are sealed with, where the environment variable
        GEOINSPECT_SEAL_KEY has none; within the city's folder unless it is a whole path.
    audit
        How long the log stays in the database, the table `[audit]`.
    rubrics
        How the scores of a year's assessment are put together, tables `[[rubrics]]`; the
        latest that has begun holds. See `geoinspect.rubrics.Rubric`.
    hours
        Opening hours by category, the table `[hours]`: one span such as "18:00-23:00", or a
        list of them.
    basemap
        Base maps beyond this machine, the table `[basemap.online]`; see `OnlineBasemap`.
    service_times
        Time at a stop by category, the table `[service_times]`, such as "20min".
    issuer
        Office that issues reports and notices, in their head; "" for the usual one.
    requests_per_minute
        Requests that the service takes from one client a minute.
    max_upload_mb
        Largest file that can be sent to the service, in megabytes.
    openid
        The OpenID provider, the table `[openid]`; None for passwords only. Its secret,
        `openid_secret`, is better kept in the variable GEOINSPECT_OPENID_SECRET.
    allowed_hosts
        Host names under which the service answers besides those of this machine, such as
        "inspect.example.gov.cn".
    trusted_proxies
        Addresses of the reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are
        believed.
    database_url
        Address of a PostgreSQL database with PostGIS,
        `postgresql://USER:PASSWORD@HOST/DATABASE`; "" for a SQLite file in the folder.
    database_schema
        Schema of the city in that database; "" for one named after the folder.
    """

    model_config = SettingsConfigDict(env_prefix="GEOINSPECT_", frozen=True, extra="forbid")

    name: str = "城市"
    timezone: str = "Asia/Shanghai"
    language: Language = "zh"
    depot: tuple[float, float] | None = None
    boundary_tolerance_m: float = 30.0
    max_snap_distance_m: float = 500.0
    heat_bandwidth_m: float = 300.0
    chances: ChanceParams = ChanceParams()
    cases: CaseParams = CaseParams()
    teams: tuple[UsualTeams, ...] = ()
    release: ReleaseParams = ReleaseParams()
    seal_key_file: str = ""
    audit: AuditParams = AuditParams(keep_days=400)
    basemap: BasemapParams = BasemapParams()
    rubrics: tuple[Rubric, ...] = (Rubric("1", date(2000, 1, 1)),)
    hours: dict[str, str | list[str]] = {}
    service_times: dict[str, str] = {}
    issuer: str = ""
    requests_per_minute: int = Field(default=1200, ge=1)
    max_upload_mb: float = Field(default=64.0, gt=0)
    allowed_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    openid: OpenIDParams | None = None
    openid_secret: str = Field(default="", repr=False)
    database_url: str = ""
    database_schema: str = ""

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        if value not in _timezones():
            raise ValueError(f"{value!r} is no IANA time zone")
        return value

    @field_validator("chances", mode="before")
    @classmethod
    def _days_as_text(cls, value: Any) -> Any:
        """Take days as TOML writes them, with or without quotation marks."""
        if not isinstance(value, dict):
            return value
        days = {
            name: [day.isoformat() if isinstance(day, date) else day for day in value[name]]
            for name in ("days_off", "days_on")
            if isinstance(value.get(name), list)
        }
        return {**value, **days}

    @field_validator("hours")
    @classmethod
    def _are_hours(cls, value: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
        for spans in value.values():
            _shifts(spans)
        return value

    @field_validator("service_times")
    @classmethod
    def _are_durations(cls, value: dict[str, str]) -> dict[str, str]:
        for text in value.values():
            read_duration(text)
        return value

    @property
    def opening_hours(self) -> dict[str, tuple[Shift, ...]]:
        """Opening hours by category."""
        return {category: _shifts(spans) for category, spans in self.hours.items()}

    @property
    def service_times_s(self) -> dict[str, int]:
        """Time at a stop in seconds by category."""
        return {category: read_duration(text) for category, text in self.service_times.items()}

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)


def _shifts(spans: str | list[str]) -> tuple[Shift, ...]:
    """Read one span of hours or several."""
    return tuple(read_shift(text) for text in ([spans] if isinstance(spans, str) else spans))


@cache
def _timezones() -> frozenset[str]:
    """Return the names of all time zones: each has a file that is opened to see what it is."""
    return frozenset(available_timezones())


#: The file of the settings that are being read.
_FILE: ContextVar[Path] = ContextVar("_FILE")


class _CitySettings(Settings):
    """Settings out of `_FILE` and the environment."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the environment before the file."""
        del init_settings, dotenv_settings, file_secret_settings
        return env_settings, TomlConfigSettingsSource(settings_cls, _FILE.get())


def read_settings(path: Path) -> Settings:
    """
    Read the settings of a city; environment variables win over the file.

    Raises
    ------
    InputError
        If the file is no TOML, or a setting is unknown or wrong.
    """
    _FILE.set(path)
    try:
        return _CitySettings()
    except ValidationError as error:
        wrong: list[Any] = error.errors()
        # a deliberate sentence says more than what pydantic found out by itself
        first = next((each for each in wrong if isinstance(_cause(each), InputError)), wrong[0])
        name = ".".join(str(part) for part in first["loc"])
        own = _cause(first)
        if isinstance(own, InputError):
            raise InputError(
                "{path}, {name}: {problem}", path=path, name=name, problem=own
            ) from error
        raise InputError(
            "{path}: the setting {name} is wrong ({problem}).",
            path=path,
            name=name,
            problem=first["msg"],
        ) from error
    except ValueError as error:
        raise InputError(
            "{path} is no valid TOML file: {problem}.", path=path, problem=error
        ) from error


def _cause(problem: Any) -> object:
    """Return the error behind a problem that pydantic names, None if it has none."""
    return problem.get("ctx", {}).get("error")

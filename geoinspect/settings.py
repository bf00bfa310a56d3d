"""
Settings of a city: `geoinspect.toml` in its folder, and `GEOINSPECT_` variables.

Read once by the command line or the service and passed on; no algorithm reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from geoinspect.errors import InputError
from geoinspect.messages import Language  # noqa: TC001  pydantic reads the type

if TYPE_CHECKING:
    from pathlib import Path


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
    """

    model_config = SettingsConfigDict(env_prefix="GEOINSPECT_", frozen=True, extra="forbid")

    name: str = "城市"
    timezone: str = "Asia/Shanghai"
    language: Language = "zh"
    depot: tuple[float, float] | None = None
    boundary_tolerance_m: float = 30.0
    max_snap_distance_m: float = 500.0
    heat_bandwidth_m: float = 300.0

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is no IANA time zone")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)


def read_settings(path: Path) -> Settings:
    """
    Read the settings of a city; environment variables win over the file.

    Raises
    ------
    InputError
        If the file is no TOML, or a setting is unknown or wrong.
    """

    class _CitySettings(Settings):
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
            return env_settings, TomlConfigSettingsSource(settings_cls, path)

    try:
        return _CitySettings()
    except ValidationError as error:
        first: Any = error.errors()[0]
        raise InputError(
            "{path}: the setting {name} is wrong ({problem}).",
            path=path,
            name=".".join(str(part) for part in first["loc"]),
            problem=first["msg"],
        ) from error
    except ValueError as error:
        raise InputError(
            "{path} is no valid TOML file: {problem}.", path=path, problem=error
        ) from error

"""
What a photo tells of itself: its format, time and place, and what it looks like.

The format is read from the content, never from a name. Messengers strip time and place from
photos: that is normal, and says nothing about who sent them.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from geoinspect.errors import InputError
from geoinspect.photos.likeness import fingerprint

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_MAGIC = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
)
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"}
#: Formats that Pillow cannot look into: kept, but not compared.
OPAQUE = frozenset({"heic"})

_MOMENT = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")


@dataclass(frozen=True)
class PhotoParams:
    """
    Largest photo that is taken.

    Attributes
    ----------
    max_bytes
        Size of the file.
    max_pixels
        Width times height, against files that would fill the memory when unpacked.
    """

    max_bytes: int = 20_000_000
    max_pixels: int = 120_000_000


@dataclass(frozen=True)
class Photo:
    """
    What is known of a photo.

    Attributes
    ----------
    sha256
        Hash of the file, its name in the folder of photos.
    kind
        "jpeg", "png", "gif", "bmp", "webp" or "heic".
    size
        Bytes.
    width, height
        Pixels as stored, 0 where the format cannot be looked into.
    taken_at
        When by its EXIF, timezone-aware; None where it does not say.
    lonlat
        Where by its EXIF, WGS-84 longitude and latitude; None where it does not say.
    likeness
        See `geoinspect.photos.likeness`; b"" where the format cannot be looked into.
    """

    sha256: str
    kind: str
    size: int
    width: int
    height: int
    taken_at: datetime | None
    lonlat: tuple[float, float] | None
    likeness: bytes


def read_photo(
    content: bytes, name: str, timezone: ZoneInfo, params: PhotoParams | None = None
) -> Photo:
    """
    Look at a photo.

    Parameters
    ----------
    content
        Bytes of the file.
    name
        What to call it in sentences; used for nothing else.
    timezone
        Time zone of the city, for cameras that write none.
    params
        Knobs.

    Raises
    ------
    InputError
        If it is too large, no photo, or damaged.
    """
    params = params or PhotoParams()
    if len(content) > params.max_bytes:
        raise InputError(
            "{name} has {size:.1f} MB, more than the {limit:.0f} MB that are taken: save it "
            "smaller.",
            name=name,
            size=len(content) / 1e6,
            limit=params.max_bytes / 1e6,
        )
    kind, digest = kind_of(content, name), sha256(content).hexdigest()
    if kind in OPAQUE:
        return Photo(digest, kind, len(content), 0, 0, None, None, b"")
    image = _opened(content, name, params)
    exif = _exif_of(image)
    return Photo(
        digest, kind, len(content), image.width, image.height,
        _taken_at(exif, timezone), _place(exif), fingerprint(image),
    )  # fmt: skip


def kind_of(content: bytes, name: str) -> str:
    """
    Return the format of a photo by its first bytes.

    Raises
    ------
    InputError
        If it is none that is known.
    """
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return "heic"
    raise InputError(
        "{name} is no photo: send JPEG, PNG, WebP, GIF, BMP or HEIC, whatever the file is called.",
        name=name,
    )


def _opened(content: bytes, name: str, params: PhotoParams) -> Image.Image:
    """Decode an image; its size is known before its pixels are."""
    # WeasyPrint, once loaded for a report, has the whole process fill up photos that broke off
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        image = Image.open(io.BytesIO(content))
        if image.width * image.height <= params.max_pixels:
            image.load()
            return image
    except Image.DecompressionBombError:
        # so large that Pillow itself does not open it
        pass
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError) as error:
        raise InputError(
            "{name} is damaged and cannot be opened ({problem}): send the photo again.",
            name=name,
            problem=error,
        ) from error
    raise InputError(
        "{name} has more than {limit:.0f} million pixels: save it smaller.",
        name=name,
        limit=params.max_pixels / 1e6,
    )


def _exif_of(image: Image.Image) -> dict[str, Any]:
    """Read the tags of time and place by name; a block that is malformed says nothing."""
    try:
        exif = image.getexif()
        inner = exif.get_ifd(ExifTags.IFD.Exif)
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError):
        return {}
    return {
        "moment": inner.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime),
        "offset": inner.get(ExifTags.Base.OffsetTimeOriginal),
        "lon": gps.get(ExifTags.GPS.GPSLongitude),
        "lon_ref": gps.get(ExifTags.GPS.GPSLongitudeRef),
        "lat": gps.get(ExifTags.GPS.GPSLatitude),
        "lat_ref": gps.get(ExifTags.GPS.GPSLatitudeRef),
    }


def _taken_at(exif: dict[str, Any], timezone: ZoneInfo) -> datetime | None:
    """Read when a photo was taken; cameras without a clock write zeros."""
    found = _MOMENT.fullmatch(str(exif.get("moment") or "").strip("\0 "))
    if found is None:
        return None
    text = "{}-{}-{}T{}:{}:{}".format(*found.groups())
    offset = str(exif.get("offset") or "").strip("\0 ")
    try:
        moment = datetime.fromisoformat(text)
        zoned = datetime.fromisoformat(text + offset) if offset else moment
    except ValueError:
        return None
    return zoned if zoned.tzinfo else moment.replace(tzinfo=timezone)


def _place(exif: dict[str, Any]) -> tuple[float, float] | None:
    """Read where a photo was taken; 0, 0 is what receivers write that have no fix."""
    lon = _degrees(exif.get("lon"), exif.get("lon_ref"), "W")
    lat = _degrees(exif.get("lat"), exif.get("lat_ref"), "S")
    if lon is None or lat is None or (lon, lat) == (0, 0):
        return None
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None


def _degrees(parts: Any, reference: Any, negative: str) -> float | None:
    """Turn degrees, minutes and seconds into degrees; None where they are no numbers."""
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if value != value:
        return None
    sign = -1 if str(reference).strip("\0 ").upper() == negative else 1
    return sign * value

"""
Tell by its first bytes what a file is; the ending of its name is only a hint.

Old workbooks renamed .xlsx, web pages named .xls and encrypted workbooks are
everyday cases.
"""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from geoinspect.errors import InputError
from geoinspect.intake.refusals import damaged, password_protected

if TYPE_CHECKING:
    from os import PathLike

Kind = Literal["xlsx", "xls", "html", "json", "text", "gpkg", "shp"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x10\x00")
_FOREIGN = {
    b"%PDF": "PDF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x1f\x8b": "gzip",
}
_ZIP_INSIDES = {"word/": "Word", "ppt/": "PowerPoint", "xl/workbook.bin": "xlsb", "doc.kml": "KMZ"}


def read_file(path: str | PathLike[str]) -> tuple[Path, Kind, bytes]:
    """
    Find out what a file is, and read it.

    Returns
    -------
    path
        The path as `Path`.
    kind
        What the file is.
    content
        Its bytes; empty for "gpkg" and "shp", which are read by GDAL from the disk.

    Raises
    ------
    InputError
        If the file is missing, empty, protected by a password or nothing that can
        be read.
    """
    path = Path(path)
    if not path.exists():
        raise InputError("{file}: there is no such file.", file=path)
    if path.is_dir():
        raise InputError("{file} is a folder: name a file.", file=path)
    content = path.read_bytes()
    if not content.strip():
        raise InputError("{file} is empty.", file=path.name)
    kind = _kind(path, content)
    return path, kind, b"" if kind in ("gpkg", "shp") else content


def _kind(path: Path, content: bytes) -> Kind:
    """Decide by content, and by ending only for the parts of a shapefile."""
    if content.startswith(b"PK\x03\x04"):
        return _zip_kind(path, content)
    if content.startswith(_OLE):
        return _ole_kind(path, content)
    if content.startswith(b"SQLite format 3\x00"):
        return "gpkg"
    if content.startswith(b"\x00\x00\x27\x0a"):
        return _shapefile_kind(path)
    if content.startswith(_BIFF):
        return "xls"
    return _text_kind(path, content)


def _zip_kind(path: Path, content: bytes) -> Kind:
    """Tell workbooks from the many other files that are zip archives inside."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        raise damaged(path.name, "xlsx") from error
    if "xl/workbook.xml" in names:
        return "xlsx"
    for start, found in _ZIP_INSIDES.items():
        if any(name.startswith(start) for name in names):
            raise _wrong_format(path, found)
    raise InputError(
        "{file} is a zip archive: unpack it and name the table or map file inside.", file=path.name
    )


def _ole_kind(path: Path, content: bytes) -> Kind:
    """Tell old workbooks from encrypted new ones and from other old Office files."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise password_protected(path.name)
    if "WordDocument".encode("utf-16-le") in content:
        raise _wrong_format(path, "Word")
    return "xls"


def _shapefile_kind(path: Path) -> Kind:
    """Check that the parts without which a shapefile is nothing are there."""
    if path.suffix.lower() != ".shp":
        raise InputError(
            "{file} is only a part of a shapefile: name the file that ends in .shp.", file=path.name
        )
    endings = {p.suffix.lower() for p in path.parent.iterdir() if p.stem == path.stem}
    missing = sorted({".dbf", ".shx"} - endings)
    if missing:
        raise InputError(
            "{file} lacks {missing}: copy all files of the shapefile into the same folder.",
            file=path.name,
            missing=", ".join(path.stem + ending for ending in missing),
        )
    return "shp"


def _text_kind(path: Path, content: bytes) -> Kind:
    """Tell web pages, JSON and tables apart; refuse what is no text."""
    for magic, found in _FOREIGN.items():
        if content.startswith(magic):
            raise _wrong_format(path, found)
    if path.suffix.lower() in (".dbf", ".shx", ".prj", ".cpg"):
        raise InputError(
            "{file} is only a part of a shapefile: name the file that ends in .shp.", file=path.name
        )
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\x00" in content and not is_utf16:
        raise _wrong_format(path, "binary")
    head = (content.decode("utf-16", "replace") if is_utf16 else content.decode("latin-1")).lower()
    start = head.lstrip("\ufeffï»¿ \t\r\n")[:1]
    if start in ("{", "["):
        return "json"
    if start == "<":
        return _markup_kind(path, head)
    return "text"


def _markup_kind(path: Path, head: str) -> Kind:
    """Tell web pages with a table from other files that start with an angle bracket."""
    if "<table" in head:
        return "html"
    for word in ("kml", "gpx", "workbook"):
        if f"<{word}" in head:
            raise _wrong_format(path, "XML " + word)
    raise _wrong_format(path, "XML / HTML")


def _wrong_format(path: Path, found: str) -> InputError:
    """Return the refusal of a file of a foreign format."""
    return InputError(
        "{file} is {found}, which cannot be read as a table: "
        "save it as .xlsx, .csv, .geojson, .gpkg or .shp.",
        file=path.name,
        found=found,
    )

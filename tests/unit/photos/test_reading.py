"""Photos are known by their content; what they do not tell is no fault."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from PIL import Image, ImageFile

from geoinspect.errors import InputError, NotFoundError, VerificationError
from geoinspect.photos import PhotoFolder, PhotoParams, read_photo
from geoinspect.photos.reading import kind_of

from .scenes import SIZE, as_jpeg, scene

if TYPE_CHECKING:
    from pathlib import Path

SHANGHAI = ZoneInfo("Asia/Shanghai")
NANJING = (118.7969, 32.0603)
NOON = datetime(2026, 11, 23, 12, 30)


def saved(kind: str) -> bytes:
    stream = io.BytesIO()
    scene(1).save(stream, kind)
    return stream.getvalue()


def test_time_and_place_are_read_in_the_time_zone_of_the_city() -> None:
    photo = read_photo(as_jpeg(scene(1), taken_at=NOON, lonlat=NANJING), "a.jpg", SHANGHAI)
    assert photo.taken_at == datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
    assert photo.lonlat == pytest.approx(NANJING, abs=1e-6)
    assert (photo.kind, photo.width, photo.height) == ("jpeg", *SIZE)


def test_a_camera_that_writes_its_offset_is_believed() -> None:
    image, exif = scene(1), Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:11:23 12:30:00"
    exif.get_ifd(0x8769)[0x9011] = "+09:00"
    stream = io.BytesIO()
    image.save(stream, "JPEG", exif=exif)
    photo = read_photo(stream.getvalue(), "a.jpg", SHANGHAI)
    assert photo.taken_at == datetime(2026, 11, 23, 3, 30, tzinfo=UTC)


def test_a_photo_from_a_messenger_tells_neither_time_nor_place() -> None:
    photo = read_photo(as_jpeg(scene(1)), "微信图片.jpg", SHANGHAI)
    assert (photo.taken_at, photo.lonlat) == (None, None)
    assert photo.likeness


@pytest.mark.parametrize("moment", ["0000:00:00 00:00:00", "2026:13:40 99:00:00", "yesterday"])
def test_a_clock_that_was_never_set_says_nothing(moment: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = moment
    stream = io.BytesIO()
    scene(1).save(stream, "JPEG", exif=exif)
    assert read_photo(stream.getvalue(), "a.jpg", SHANGHAI).taken_at is None


def test_a_receiver_without_a_fix_says_nothing() -> None:
    photo = read_photo(as_jpeg(scene(1), lonlat=(0.0, 0.0)), "a.jpg", SHANGHAI)
    assert photo.lonlat is None


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "gif", "bmp"])
def test_the_format_is_that_of_the_content_whatever_the_name(kind: str) -> None:
    photo = read_photo(saved(kind), "整改.docx", SHANGHAI)
    assert photo.kind == kind
    assert photo.size == len(saved(kind))


def test_photos_of_new_phones_are_kept_though_nobody_looks_into_them() -> None:
    photo = read_photo(b"\0\0\0\x18ftypheic" + bytes(40), "IMG_1.HEIC", SHANGHAI)
    assert (photo.kind, photo.likeness, photo.taken_at) == ("heic", b"", None)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a sheet", b"<svg/>", b"\0\0\0\x18ftypmp42"])
def test_what_is_no_photo_is_refused_by_its_name(content: bytes) -> None:
    with pytest.raises(InputError, match=r"整改\.jpg is no photo"):
        kind_of(content, "整改.jpg")


def test_a_photo_that_broke_off_is_refused() -> None:
    with pytest.raises(InputError, match=r"a\.jpg is damaged"):
        read_photo(as_jpeg(scene(1))[:2000], "a.jpg", SHANGHAI)
    with pytest.raises(InputError, match=r"a\.png is damaged"):
        read_photo(saved("png")[:20], "a.png", SHANGHAI)


def test_a_report_made_before_does_not_let_broken_photos_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(InputError, match=r"a\.jpg is damaged"):
        read_photo(as_jpeg(scene(1))[:2000], "a.jpg", SHANGHAI)


def test_photos_that_are_too_large_are_refused_before_they_are_unpacked() -> None:
    content, params = as_jpeg(scene(1)), PhotoParams()
    with pytest.raises(InputError, match="MB that are taken"):
        read_photo(content, "a.jpg", SHANGHAI, replace(params, max_bytes=1000))
    with pytest.raises(InputError, match="million pixels"):
        read_photo(content, "a.jpg", SHANGHAI, replace(params, max_pixels=1000))


def test_the_folder_keeps_each_photo_once_under_its_hash(tmp_path: Path) -> None:
    folder, content = PhotoFolder(tmp_path / "photos"), as_jpeg(scene(1))
    digest = folder.keep(content)
    assert folder.keep(content) == digest
    assert folder.content(digest) == content
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [digest]
    assert digest == read_photo(content, "a.jpg", SHANGHAI).sha256


@pytest.mark.parametrize("name", ["../city.db", "a" * 63, "A" * 64, "0" * 64])
def test_the_folder_opens_nothing_but_its_photos(name: str, tmp_path: Path) -> None:
    (tmp_path / "city.db").write_bytes(b"secret")
    with pytest.raises(NotFoundError, match="There is no photo"):
        PhotoFolder(tmp_path / "photos").content(name)


def test_a_photo_that_was_changed_on_disk_is_noticed(tmp_path: Path) -> None:
    folder = PhotoFolder(tmp_path / "photos")
    digest = folder.keep(as_jpeg(scene(1)))
    folder.place(digest).write_bytes(as_jpeg(scene(2)))
    with pytest.raises(VerificationError, match="is not what it was"):
        folder.content(digest)

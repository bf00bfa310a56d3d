"""Connections to a city's file that outlive one use, as the service keeps them."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from geoinspect.cityfolder import CityFolder
from geoinspect.demo import tinytown
from geoinspect.errors import NotFoundError


@pytest.fixture
def folder(tmp_path):
    made = CityFolder.create(tmp_path / "city", name="小镇")
    made.store().merge_points(tinytown.points())
    return made


def test_requests_share_a_connection(folder) -> None:
    kept, opened = folder.kept_open(), []
    event.listen(kept.store().engine, "connect", lambda *_: opened.append(1))
    for _ in range(3):
        store = kept.store()
        assert len(store.points()) == 12
        store.close()
    # the first was opened before anybody listened
    assert opened == []


def test_another_file_in_its_place_is_read_and_written(folder, tmp_path) -> None:
    kept = folder.kept_open()
    assert len(kept.store().points()) == 12
    other = CityFolder.create(tmp_path / "other", name="空城")
    other.store().merge_points(tinytown.points().iloc[:2])
    for file in folder.path.glob("city.db*"):
        file.unlink()
    other.database.rename(folder.database)
    assert len(kept.store().points()) == 2
    kept.store().merge_points(tinytown.points())
    assert len(folder.store().points()) == 12


def test_a_file_that_is_gone_is_not_made_anew(folder) -> None:
    kept = folder.kept_open()
    assert len(kept.store().points()) == 12
    folder.database.unlink()
    with pytest.raises(NotFoundError, match=r"no city database at .*city\.db"):
        kept.store()
    assert not folder.database.exists()

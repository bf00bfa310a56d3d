"""A violation goes from notice to closing on the command line, as an office works it."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

import pytest

from geoinspect.cityfolder import CityFolder

from ..unit.photos.scenes import as_jpeg, scene
from .conftest import geoinspect

if TYPE_CHECKING:
    from datetime import tzinfo
    from pathlib import Path

    from .conftest import Outcome


@pytest.fixture
def city(planned_city: Path, tmp_path: Path) -> Path:
    """A tiny town of one's own, where tests may change things."""
    own = tmp_path / "town"
    shutil.copytree(planned_city, own)
    return own


def case_with_unit(city: Path) -> str:
    """The first violation at a point that somebody answers for."""
    store = CityFolder.open(city).store()
    assigned = store.assignments()
    assert assigned is not None
    known = assigned.index[assigned["unit_id"].notna()]
    violations = store.violations()
    return str(violations.index[violations["point_id"].isin(known)][0])


def violation(city: Path, *words: object) -> Outcome:
    return geoinspect("-C", city, "violation", *words)


def photo(folder: Path, seed: int) -> Path:
    path = folder / f"照片{seed}.jpg"
    path.write_bytes(as_jpeg(scene(seed)))
    return path


def test_a_violation_is_followed_until_it_is_closed(city: Path, tmp_path: Path) -> None:
    case_id = case_with_unit(city)
    before, after = photo(tmp_path, 1), photo(tmp_path, 2)
    steps: list[list[object]] = [
        ["notice", case_id, "--defect", "conduct", "--by", "李四", "--issuer", "太创办整改",
         "--photo", before],
        ["reply", case_id, "--by", "王五", "--text", "已清理", "--photo", after],
        ["approve", case_id, "--by", "赵六"],
        ["reinspect", case_id, "--passed", "--by", "钱七", "--closer", "李四"],
    ]  # fmt: skip
    outcomes = [violation(city, *step) for step in steps]
    assert [outcome.code for outcome in outcomes] == [0, 0, 0, 0], outcomes
    assert "号 to " in outcomes[0].err
    assert "is closed now" in outcomes[-1].err
    shown = violation(city, "show", case_id)
    assert "钱七 (inspector)" in shown.err
    assert "2 photos." in shown.err
    kept = [path for path in (city / "photos").rglob("*") if path.is_file()]
    assert sorted(path.read_bytes() for path in kept) == sorted(
        [before.read_bytes(), after.read_bytes()]
    )
    listed = violation(city, "list", "--state", "closed")
    assert case_id in listed.err
    signs = violation(city, "signs")
    # all of it was done within this second
    assert "closed within minutes" in signs.err
    assert "1 signs, 0 relapses." in signs.err


def test_a_step_that_is_not_possible_is_one_sentence_with_the_way_out(city: Path) -> None:
    case_id = case_with_unit(city)
    refused = violation(city, "reply", case_id, "--by", "王五", "--text", "已清理")
    assert refused.code == 1
    assert "`geoinspect -C CITY violation notice` opens one" in refused.err
    violation(city, "notice", case_id, "--defect", "conduct", "--by", "李四")
    refused = violation(city, "approve", case_id, "--by", "赵六")
    assert refused.code == 1
    assert "the step approve is not possible now, only" in refused.err


def test_what_is_no_photo_stops_the_step_and_nothing_is_kept(city: Path, tmp_path: Path) -> None:
    case_id = case_with_unit(city)
    wrong = tmp_path / "整改.jpg"
    wrong.write_bytes(b"PK\x03\x04")
    done = violation(
        city, "notice", case_id, "--defect", "conduct", "--by", "李四", "--photo", wrong
    )
    assert done.code == 1
    assert "整改.jpg is no photo" in done.err
    assert CityFolder.open(city).store().cases.notices() == []
    assert not (city / "photos").exists()


class FiveMinutesAgo(datetime):
    """A clock that is five minutes slow, so that a reply of now comes after the notice."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) - timedelta(minutes=5)


def test_a_sheet_of_replies_is_taken_once_and_its_faults_are_listed(
    city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = case_with_unit(city)
    with monkeypatch.context() as earlier:
        earlier.setattr("geoinspect.cli.violations.datetime", FiveMinutesAgo)
        violation(city, "notice", case_id, "--defect", "conduct", "--by", "李四")
    store = CityFolder.open(city).store()
    noticed = store.cases.table().loc[case_id, "noticed_at"]
    at = f"{noticed.ceil('s').tz_convert('Asia/Shanghai'):%Y-%m-%d %H:%M:%S}"
    sheet = tmp_path / "回复.csv"
    sheet.write_text(
        "整改情况,审批领导,填报人,回复时间,案件编号,版本,记录编号\n"
        f"已清理,赵六,王五,{at},{case_id},1,R1\n"
        f"已清理,赵六,王五,{at},V-none,1,R2\n"
        f",赵六,王五,{at},{case_id},1,R3\n"
        f"已清理,赵六,王五,{at},{case_id},一,R4\n",
        encoding="utf-8",
    )
    first = violation(city, "returns", sheet)
    assert "1 replies taken, 0 known from before, 1 in conflict, 2 set aside." in first.err
    assert "There is no case 'V-none'" in first.err
    again = violation(city, "returns", sheet)
    assert "0 replies taken, 1 known from before, 1 in conflict, 2 set aside." in again.err
    assert store.cases.table().loc[case_id, "state"] == "approved"


def test_a_violation_that_is_none_is_dismissed_with_a_reason(city: Path) -> None:
    case_id = case_with_unit(city)
    done = violation(city, "dismiss", case_id, "--by", "李四", "--reason", "重复登记")
    assert done.code == 0, done.err
    assert case_id in violation(city, "list", "--state", "dismissed").err
    assert "0 cases were escalated." in violation(city, "escalate", "--by", "李四").err

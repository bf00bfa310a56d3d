"""Planted sham closures are all found, and honest ones left in peace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from PIL import Image
from pyproj import Geod

from geoinspect.cases import Kind, Sign, SignParams, find_signs
from geoinspect.messages import translator
from geoinspect.photos import read_photo

from ..photos.scenes import as_jpeg, put_right, scene, used_again

SHANGHAI = ZoneInfo("Asia/Shanghai")
FOUND = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
NOTICED = FOUND + timedelta(hours=6)
HERE = (118.78, 32.04)
N_HONEST = 100
N_PLANTED = 10
PLANTED = (
    Kind.QUICK, Kind.SAME_FILE, Kind.SAME_PICTURE, Kind.ELSEWHERE, Kind.BEFORE_FINDING,
    Kind.BEFORE_NOTICE,
)  # fmt: skip


@dataclass
class Town:
    """Cases and photos as the store hands them out."""

    cases: list[dict[str, Any]]
    photos: list[dict[str, Any]]

    def add(self, case_id: str, *, closed_after_min: float = 3000) -> None:
        closed = NOTICED + timedelta(minutes=closed_after_min)
        moments = {"found_at": FOUND, "noticed_at": NOTICED, "closed_at": closed}
        self.cases.append({"case_id": case_id, **moments, "lon": HERE[0], "lat": HERE[1]})

    def show(self, case_id: str, use: str, image: Image.Image, **facts: Any) -> None:
        photo = read_photo(as_jpeg(image, **facts), "a.jpg", SHANGHAI)
        lon, lat = photo.lonlat or (None, None)
        row = {"case_id": case_id, "use": use, "sha256": photo.sha256, "lon": lon, "lat": lat}
        self.photos.append({**row, "taken_at": photo.taken_at, "likeness": photo.likeness})

    def signs(self, params: SignParams | None = None, only: str | None = None) -> list[Sign]:
        cases = pd.DataFrame(self.cases).set_index("case_id")
        for name in ("found_at", "noticed_at", "closed_at"):
            cases[name] = pd.to_datetime(cases[name], utc=True)
        columns = ["case_id", "use", "sha256", "lon", "lat", "taken_at", "likeness"]
        photos = pd.DataFrame(self.photos, columns=columns)
        photos["taken_at"] = pd.to_datetime(photos["taken_at"], utc=True)
        return find_signs(cases, photos.astype({"lon": float, "lat": float}), params, only=only)


def local(moment: datetime) -> datetime:
    """A camera's clock, which knows no time zone."""
    return moment.replace(tzinfo=None)


def away(metres: float) -> tuple[float, float]:
    lon, lat, _ = Geod(ellps="WGS84").fwd(*HERE, 60, metres)
    return lon, lat


def add_honest(town: Town, k: int) -> None:
    """Close a case as it should be; every other photo came through a messenger."""
    case_id = f"H{k:03}"
    town.add(case_id, closed_after_min=12 + 37 * k)
    facts: dict[str, Any] = {}
    if k % 2:
        facts = {"taken_at": local(NOTICED + timedelta(hours=1)), "lonlat": away(k / 2)}
    town.show(case_id, "finding", scene(k), quality=85)
    town.show(case_id, "reply", put_right(scene(k), k + 5000), quality=80, **facts)


def add_planted(town: Town, kind: Kind, k: int) -> str:
    """Close a case without putting anything right."""
    case_id = f"P{kind.name}{k:02}"
    town.add(case_id, closed_after_min=k / 2.5 if kind is Kind.QUICK else 3000)
    seed = 9000 + 100 * PLANTED.index(kind) + k
    facts: dict[str, Any] = {}
    image = scene(seed)
    if kind is Kind.SAME_FILE:
        image, facts = scene(k), {"quality": 85}
    if kind is Kind.SAME_PICTURE:
        image, facts = used_again(scene(k + 40), k), {"quality": 60}
    if kind is Kind.ELSEWHERE:
        facts = {"lonlat": away(210 + 400 * k)}
    if kind is Kind.BEFORE_FINDING:
        facts = {"taken_at": local(FOUND - timedelta(minutes=20 + 600 * k))}
    if kind is Kind.BEFORE_NOTICE:
        facts = {"taken_at": local(FOUND + timedelta(minutes=10 * k))}
    town.show(case_id, "reply", image, **facts)
    return case_id


@cache
def signs_of_the_town() -> dict[str, set[Kind]]:
    town = Town([], [])
    for k in range(N_HONEST):
        add_honest(town, k)
    for kind in PLANTED:
        for k in range(N_PLANTED):
            add_planted(town, kind, k)
    found: dict[str, set[Kind]] = {}
    for sign in town.signs():
        found.setdefault(sign.case_id, set()).add(sign.kind)
    return found


@pytest.mark.parametrize("kind", PLANTED, ids=lambda kind: kind.name)
def test_every_planted_sham_closure_is_found_with_its_kind(kind: Kind) -> None:
    found = signs_of_the_town()
    for k in range(N_PLANTED):
        assert found.get(f"P{kind.name}{k:02}") == {kind}


def test_at_most_two_of_a_hundred_honest_closures_are_looked_at() -> None:
    false = [case_id for case_id in signs_of_the_town() if case_id.startswith("H")]
    assert len(false) <= 0.02 * N_HONEST, false


def test_a_look_at_one_case_finds_what_a_look_at_all_finds_there() -> None:
    town = Town([], [])
    for k in range(3):
        add_honest(town, k)
    planted = [add_planted(town, kind, k) for kind in PLANTED for k in range(2)]
    every = town.signs()
    assert {sign.case_id for sign in every} >= set(planted) - {"PSAME_PICTURE00", "PSAME_PICTURE01"}
    for case in town.cases:
        own = [sign for sign in every if sign.case_id == case["case_id"]]
        assert town.signs(only=case["case_id"]) == own


def test_a_proof_that_is_the_photo_of_the_finding_is_found() -> None:
    town = Town([], [])
    town.add("A")
    town.show("A", "finding", scene(1), quality=85)
    town.show("A", "reply", scene(1), quality=85)
    town.show("A", "reply", used_again(scene(1), 2), quality=60)
    kinds = [(sign.kind, sign.evidence["use"]) for sign in town.signs()]
    assert sorted(kinds) == [(Kind.SAME_FILE, "finding"), (Kind.SAME_PICTURE, "finding")]


def test_the_case_that_used_a_photo_first_is_not_blamed() -> None:
    town = Town([], [])
    for case_id in ("A", "B"):
        town.add(case_id)
        town.show(case_id, "reply", scene(1))
    (sign,) = town.signs()
    assert (sign.case_id, sign.kind, sign.evidence["other_id"]) == ("B", Kind.SAME_FILE, "A")


def test_one_photo_of_two_findings_is_nothing_to_look_at() -> None:
    town = Town([], [])
    for case_id in ("A", "B"):
        town.add(case_id)
        town.show(case_id, "finding", scene(1))
    assert town.signs() == []


def test_pictures_of_nothing_and_unknown_moments_and_places_say_nothing() -> None:
    town = Town([], [])
    for k in range(3):
        town.add(f"A{k}")
        town.show(f"A{k}", "reply", Image.new("RGB", (64, 64), (k, k, k)))
    assert town.signs() == []
    town.cases = [{**case, "closed_at": None, "lon": None, "lat": None} for case in town.cases]
    assert town.signs() == []


def test_a_city_without_photos_has_only_quick_closures() -> None:
    town = Town([], [])
    town.add("A", closed_after_min=9.9)
    town.add("B", closed_after_min=10.0)
    assert [(sign.case_id, sign.kind) for sign in town.signs()] == [("A", Kind.QUICK)]


def test_each_sign_says_what_it_rests_on_in_both_languages() -> None:
    town = Town([], [])
    ids = [add_planted(town, kind, 1) for kind in PLANTED]
    town.add("A")
    town.show("A", "reply", scene(9101), quality=85)
    town.add("B")
    town.show("B", "reply", used_again(scene(9101), 2), quality=60)
    signs = town.signs()
    assert {sign.case_id for sign in signs} >= set(ids) - {"PSAME_FILE01", "PSAME_PICTURE01"}
    for sign in signs:
        english, chinese = (sign.render(translator(language)) for language in ("en", "zh"))
        assert english != chinese
        assert sign.photo[:12] in chinese
        assert "{" not in english + chinese

"""Whoever was given a password can do nothing with it but choose another."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from geoinspect.api.app import create_app
from geoinspect.cityfolder import CityFolder
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.passwords import fits_password, hash_password

from .conftest import geoinspect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

HERE = "http://127.0.0.1:8000"
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
FIRST, GIVEN, OWN = "Lantern-7-river", "Given-by-1-other", "Chosen-by-9-myself"
PAGE = {"Accept": "text/html"}


@pytest.fixture
def folder(tmp_path: Path) -> CityFolder:
    """A city in which somebody makes accounts."""
    folder = CityFolder.create(tmp_path / "city", name="小镇")
    store = folder.store()
    store.people.add(Account("safe", "safe", Role.SECURITY, password_hash=hash_password(FIRST)))
    store.close()
    return folder


@pytest.fixture
def sign_in(folder: CityFolder) -> Callable[..., TestClient]:
    """Return the function that signs somebody in, as often as wanted."""
    clock = {"now": NOW}

    def enter(user_id: str, password: str, *, later: timedelta = timedelta(0)) -> TestClient:
        clock["now"] = NOW + later
        app = create_app(folder, clock=lambda: clock["now"])
        one = TestClient(app, base_url=HERE, follow_redirects=False)
        answer = one.post("/session", json={"user_id": user_id, "password": password})
        assert answer.status_code == 201, answer.text
        one.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return one

    return enter


@pytest.fixture
def wang(sign_in: Callable[..., TestClient]) -> TestClient:
    """A supervisor whose account was just made."""
    order = {"user_id": "wang", "name": "王五", "role": "supervisor", "password": GIVEN}
    assert sign_in("safe", FIRST).post("/accounts", json=order).status_code == 201
    return sign_in("wang", GIVEN)


def _choose(one: TestClient, current: str, password: str) -> Any:
    answer = one.put("/session/password", json={"current": current, "password": password})
    if answer.status_code == 200:
        one.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return answer


def test_a_given_password_opens_nothing_but_the_way_to_choose_another(wang: TestClient) -> None:
    refused = wang.get("/points")
    assert (refused.status_code, refused.json()["error"]) == (403, "GivenPasswordError")
    # not what is wrong with a body, before it is known who may send one
    assert wang.post("/plans/2026-11-23/commits", json={"nonsense": 1}).status_code == 403
    page = wang.get("/app/points", headers=PAGE)
    assert (page.status_code, page.headers["Location"]) == (303, "/app/password")
    asked = wang.get("/app/password", headers=PAGE)
    assert asked.status_code == 200
    assert 'href="/app/days"' not in asked.text
    assert wang.get("/session").json()["user_id"] == "wang"

    assert _choose(wang, GIVEN, OWN).status_code == 200
    assert wang.get("/points").status_code == 200
    assert 'href="/app/days"' in wang.get("/app/password", headers=PAGE).text


def test_a_password_is_chosen_by_whoever_knows_the_current_one(
    wang: TestClient, folder: CityFolder
) -> None:
    wrong = _choose(wang, OWN, OWN)
    assert (wrong.status_code, wrong.json()["error"]) == (422, "InputError")
    for easy in ("short-1A", "alllowercase", "Wang-is-my-1name", GIVEN):
        assert _choose(wang, GIVEN, easy).status_code == 422
    store = folder.store()
    account = store.people.account("wang")
    assert account.password_given
    assert fits_password(account.password_hash, GIVEN)
    store.close()


def test_guessing_at_an_open_session_locks_the_account(
    wang: TestClient, sign_in: Callable[..., TestClient]
) -> None:
    for _ in range(6):
        assert _choose(wang, OWN, OWN).status_code == 422
    # right, and too late
    assert _choose(wang, GIVEN, OWN).status_code == 422
    again = sign_in("wang", GIVEN, later=timedelta(hours=2))
    assert _choose(again, GIVEN, OWN).status_code == 200


def test_all_other_sessions_end_with_the_old_password(
    wang: TestClient, sign_in: Callable[..., TestClient], folder: CityFolder
) -> None:
    elsewhere = sign_in("wang", GIVEN)
    assert _choose(wang, GIVEN, OWN).status_code == 200
    assert elsewhere.get("/session").status_code == 401
    assert wang.get("/session").status_code == 200
    assert sign_in("wang", OWN).get("/points").status_code == 200
    store = folder.store()
    assert [row.actor for row in store.audit.rows() if row.action == "session.password"] == ["wang"]
    store.close()


def test_whoever_forgot_a_password_is_given_one_and_chooses_again(
    wang: TestClient, sign_in: Callable[..., TestClient]
) -> None:
    assert _choose(wang, GIVEN, OWN).status_code == 200
    given = sign_in("safe", FIRST).patch("/accounts/wang", json={"password": GIVEN})
    assert given.status_code == 200
    assert sign_in("wang", GIVEN).get("/points").status_code == 403


def test_the_command_gives_passwords_too(
    folder: CityFolder, sign_in: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    def give(*arguments: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{GIVEN}\n"))
        assert geoinspect("-C", folder.path, "user", *arguments).code == 0

    give("add", "li", "--role", "leader")
    li = sign_in("li", GIVEN)
    assert li.get("/points").status_code == 403
    assert _choose(li, GIVEN, OWN).status_code == 200
    give("password", "li")
    assert sign_in("li", GIVEN).get("/points").status_code == 403

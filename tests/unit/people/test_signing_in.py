"""Passwords, waits, one-time codes, sessions and tokens, by a clock that the test sets."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from geoinspect.errors import InputError, NotFoundError, UnauthenticatedError
from geoinspect.people import Permission, Role, codes
from geoinspect.people.account import Account, read_role, read_scopes
from geoinspect.people.bearers import SessionParams, csrf_token
from geoinspect.people.lockout import LockoutParams, locked_until
from geoinspect.people.organisations import check_tree
from geoinspect.people.passwords import check_password, fits_password, hash_password

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
PASSWORD = "Lantern-7-river"
#: Made before the tests begin, and so with what it costs in a city.
HASH = hash_password(PASSWORD)
SECRET = base64.b32encode(b"12345678901234567890").decode()


def _later(**span: float) -> datetime:
    return NOON + timedelta(**span)


@pytest.fixture
def signing(store):
    kept = hash_password(PASSWORD)
    store.people.add(Account("wang", "王五", Role.LEADER, password_hash=kept))
    store.people.add(Account("li", "李四", Role.LEADER, password_hash=kept, totp_secret=SECRET))
    return store.signing


def _fails(signing, *, now, user_id="wang", password="wrong", code="") -> None:
    with pytest.raises(UnauthenticatedError):
        signing.sign_in(user_id, password, code, now=now)


# ---- passwords ----


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Ab1-xyzqw", "9 characters"),
        ("Ab1-" + "xq" * 63, "130 characters"),
        ("lanternriver", "too simple"),
        ("lantern7river", "too simple"),
        ("Aa1Aa1Aa1Aa1", "repeats itself"),
        ("Abcdefghij-1", "counts up"),
        ("My-WANG-7-river", "name of the account"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused_with_the_reason(password, reason) -> None:
    with pytest.raises(InputError, match=reason):
        check_password(password, "wang")


@pytest.mark.parametrize("password", [PASSWORD, "桥边的灯笼-7-盏河", "Ab1-" + "xq7" * 41])
def test_a_good_password_is_taken(password) -> None:
    check_password(password, "wang")


def test_a_password_fits_its_own_hash_only() -> None:
    assert fits_password(HASH, PASSWORD)
    assert not fits_password(HASH, PASSWORD + "x")
    assert not fits_password(None, PASSWORD)
    assert not fits_password("no hash at all", PASSWORD)


def test_guessing_a_password_costs_what_rfc_9106_recommends() -> None:
    assert extract_parameters(HASH) == RFC_9106_LOW_MEMORY


# ---- waits ----


@pytest.mark.parametrize(
    ("failures", "wait_s"), [(5, 30), (6, 60), (8, 240), (11, 1800), (500, 1800)]
)
def test_each_failure_after_the_fourth_doubles_the_wait_up_to_half_an_hour(
    failures, wait_s
) -> None:
    assert locked_until(failures, NOON) == _later(seconds=wait_s)


@pytest.mark.parametrize(
    "knobs", [{"free_failures": -1}, {"first_wait_s": 0}, {"longest_wait_s": 1}]
)
def test_waits_that_make_no_sense_are_refused(knobs) -> None:
    with pytest.raises(ValueError, match="first wait"):
        LockoutParams(**knobs)


def test_a_locked_account_refuses_even_the_right_password_until_the_wait_is_over(signing) -> None:
    for _ in range(5):
        _fails(signing, now=NOON)
    _fails(signing, password=PASSWORD, now=_later(seconds=29))
    assert signing.sign_in("wang", PASSWORD, "", now=_later(seconds=30))


def test_a_good_attempt_forgets_the_failures_before_it(signing, store) -> None:
    for _ in range(4):
        _fails(signing, now=NOON)
    signing.sign_in("wang", PASSWORD, "", now=NOON)
    assert store.people.account("wang").failures == 0


def test_a_clock_that_is_set_back_opens_no_lock(signing) -> None:
    for _ in range(5):
        _fails(signing, now=NOON)
    _fails(signing, password=PASSWORD, now=_later(days=-1))


# ---- one-time codes ----


@pytest.mark.parametrize(
    ("second", "eight_digits"),
    # RFC 6238, appendix B, SHA-1
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_standard(second, eight_digits) -> None:
    assert codes.code(SECRET, second // codes.STEP_S) == eight_digits[-6:]


def test_a_code_is_taken_one_step_early_or_late_and_once(signing) -> None:
    here = codes.step_of(NOON)
    for step in (here - 2, here + 2):
        assert codes.matching_step(SECRET, codes.code(SECRET, step), NOON, used=-1) is None
    code = codes.code(SECRET, here)
    signing.sign_in("li", PASSWORD, f" {code} ", now=NOON)
    _fails(signing, user_id="li", password=PASSWORD, code=code, now=_later(seconds=1))
    _fails(signing, user_id="li", password=PASSWORD, code="", now=_later(seconds=2))
    signing.sign_in("li", PASSWORD, codes.code(SECRET, here + 1), now=_later(seconds=3))


def test_new_secrets_have_160_bits_and_differ() -> None:
    one, other = codes.new_secret(), codes.new_secret()
    assert len(base64.b32decode(one)) == 20
    assert one != other


# ---- sessions and tokens ----


def test_a_session_lives_while_it_is_used_and_twelve_hours_at_most(signing) -> None:
    session = signing.open_session("wang", now=NOON)
    for minutes in range(0, 12 * 60, 29):
        assert signing.actor_of_session(session, now=_later(minutes=minutes)).user_id == "wang"
    with pytest.raises(UnauthenticatedError):
        signing.actor_of_session(session, now=_later(hours=12))


def test_closing_a_session_ends_that_one_only(signing) -> None:
    one, other = (signing.open_session("wang", now=NOON) for _ in range(2))
    signing.close_session(one)
    with pytest.raises(UnauthenticatedError):
        signing.actor_of_session(one, now=NOON)
    assert signing.actor_of_session(other, now=NOON).user_id == "wang"


def test_disabling_an_account_ends_its_sessions_and_tokens(signing, store) -> None:
    session = signing.open_session("wang", now=NOON)
    scopes = frozenset({Permission.READ_POINTS})
    bearer, _ = signing.make_token("wang", "t", scopes, expires_at=_later(days=1), now=NOON)
    store.people.replace(replace(store.people.account("wang"), disabled=True))
    with pytest.raises(UnauthenticatedError):
        signing.actor_of_session(session, now=NOON)
    with pytest.raises(UnauthenticatedError):
        signing.actor_of_token(bearer, now=NOON)
    _fails(signing, password=PASSWORD, now=NOON)


def test_a_token_is_limited_to_its_scopes_and_its_time(signing) -> None:
    scopes = frozenset({Permission.READ_POINTS})
    end = _later(days=1)
    bearer, token = signing.make_token("wang", "t", scopes, expires_at=end, now=NOON)
    assert signing.tokens("wang") == [token]
    before = end - timedelta(microseconds=1)
    assert signing.actor_of_token(bearer, now=before).scopes == scopes
    with pytest.raises(UnauthenticatedError):
        signing.actor_of_token(bearer, now=end)


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_token_that_ends_in_the_past_or_too_late_is_refused(signing, days) -> None:
    scopes = frozenset({Permission.READ_POINTS})
    with pytest.raises(InputError, match="within a year"):
        signing.make_token("wang", "t", scopes, expires_at=_later(days=days), now=NOON)


def test_a_token_without_scopes_is_refused(signing) -> None:
    with pytest.raises(InputError, match="at least one scope"):
        signing.make_token("wang", "t", frozenset(), expires_at=_later(days=1), now=NOON)


def test_nobody_revokes_the_token_of_another(signing) -> None:
    scopes = frozenset({Permission.READ_POINTS})
    _, token = signing.make_token("wang", "t", scopes, expires_at=_later(days=1), now=NOON)
    with pytest.raises(NotFoundError):
        signing.revoke_token("li", token.token_id)
    signing.revoke_token("wang", token.token_id)
    assert signing.tokens("wang") == []


def test_sessions_that_idle_longer_than_they_live_are_refused() -> None:
    with pytest.raises(ValueError, match="idle longer"):
        SessionParams(idle_s=2, longest_s=1)


def test_the_word_against_foreign_pages_belongs_to_one_session() -> None:
    assert csrf_token("a") == csrf_token("a") != csrf_token("b")


# ---- accounts and offices ----


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"user_id": "Wang", "role": Role.LEADER}, "no name for an account"),
        ({"user_id": "wang", "role": Role.UNIT}, "without an office"),
        ({"user_id": "wang", "role": Role.LEADER, "approves": True}, "is no unit"),
        ({"user_id": "wang", "role": Role.INSPECTOR}, "without an id of the roster"),
    ],
)
def test_an_account_that_lacks_what_its_role_needs_is_refused(facts, reason) -> None:
    with pytest.raises(InputError, match=reason):
        Account(name="王五", **facts)


def test_a_name_and_a_person_at_the_provider_have_one_account(store) -> None:
    store.people.add(Account("wang", "王五", Role.LEADER, subject="7"))
    for user_id in ("wang", "zhao"):
        with pytest.raises(InputError, match="already"):
            store.people.add(Account(user_id, "赵六", Role.LEADER, subject="7"))
    with pytest.raises(NotFoundError):
        store.people.replace(Account("zhao", "赵六", Role.LEADER))


@pytest.mark.parametrize(
    ("parents", "reason"),
    [
        ({"a": "b"}, "not there"),
        ({"a": "b", "b": "a"}, "below itself"),
        ({"a": "a"}, "below itself"),
    ],
)
def test_offices_that_are_no_tree_are_refused(parents, reason) -> None:
    with pytest.raises(InputError, match=reason):
        check_tree(parents)


def test_unknown_roles_and_permissions_are_named() -> None:
    with pytest.raises(InputError, match="'king'"):
        read_role("king")
    with pytest.raises(InputError, match="'rule'"):
        read_scopes(["rule", "read-points"])
    assert read_role("unit") is Role.UNIT
    assert read_scopes(["read-points"]) == {Permission.READ_POINTS}

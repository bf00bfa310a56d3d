"""Sealed bytes, keys and their rotation, marks, and when a route is released."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from geoinspect.errors import InputError, NotFoundError, VerificationError
from geoinspect.sealing import (
    Export,
    Keyring,
    ReleaseParams,
    all_released_at,
    export_mark,
    is_sealed,
    new_key,
    open_sealed,
    release_time,
    released_part,
    released_route,
    released_teams,
    seal,
    sealed_with,
    whose_mark,
)

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
OLD, NEW = Keyring({"a": bytes(32)}), Keyring({"a": bytes(32), "b": b"\1" * 32})


def test_the_newest_key_seals_and_all_of_them_open() -> None:
    before, after = seal(b"route", OLD, b"row 1"), seal(b"route", NEW, b"row 1")
    assert (sealed_with(before), sealed_with(after)) == ("a", "b")
    assert open_sealed(before, NEW, b"row 1") == open_sealed(after, NEW, b"row 1") == b"route"
    with pytest.raises(InputError, match="not at hand"):
        open_sealed(after, OLD, b"row 1")
    with pytest.raises(InputError, match="not at hand"):
        open_sealed(after, None, b"row 1")


def test_no_two_seals_are_alike() -> None:
    assert seal(b"route", OLD, b"") != seal(b"route", OLD, b"")


def test_sealed_bytes_open_in_their_own_place_only() -> None:
    with pytest.raises(VerificationError, match="does not open"):
        open_sealed(seal(b"route", OLD, b"row 1"), OLD, b"row 2")


@pytest.mark.parametrize("at", range(60))
def test_every_byte_that_is_changed_is_noticed(at) -> None:
    sealed = bytearray(seal(b"a route of one day", OLD, b""))
    sealed[at] ^= 1
    with pytest.raises((VerificationError, InputError)):
        open_sealed(bytes(sealed), OLD, b"")


@pytest.mark.parametrize("n", [0, 5, 18, 19, 20, 30])
def test_bytes_that_were_cut_off_do_not_open(n) -> None:
    with pytest.raises(VerificationError):
        open_sealed(seal(b"route", OLD, b"")[:n], OLD, b"")


def test_plain_bytes_are_not_sealed() -> None:
    assert not is_sealed(b"{}")
    with pytest.raises(VerificationError, match="not sealed"):
        sealed_with(b"{}")


def test_new_keys_can_be_read_and_differ() -> None:
    text = f"{new_key(NOON)}, # remark\n{new_key(NOON)}"
    ring = Keyring.parse(text, "here")
    assert len(ring.keys) == 2
    assert ring.newest == list(ring.keys)[1]
    assert len(set(ring.keys.values())) == 2


@pytest.mark.parametrize(
    "text", ["word", "a:AAAA", "a:%%%", f"{'x' * 41}:{'A' * 43}=", "ä:" + "A" * 43 + "="]
)
def test_a_key_that_is_none_is_refused_without_being_shown(text) -> None:
    with pytest.raises(InputError, match="Key 1 of here") as caught:
        Keyring.parse(text, "here")
    assert text not in str(caught.value)


def test_keys_come_from_the_environment_or_a_file_of_their_owner(tmp_path) -> None:
    file = tmp_path / "seal.key"
    with pytest.raises(NotFoundError, match="no key file"):
        Keyring.from_file(file)
    file.write_text(new_key(NOON))
    file.chmod(0o644)
    with pytest.raises(InputError, match="mode 644"):
        Keyring.from_file(file)
    file.chmod(0o600)
    ring = Keyring.from_file(file)
    assert Keyring.from_environment({"GEOINSPECT_SEAL_KEY": file.read_text()}) == ring
    assert Keyring.from_environment({}) is None
    assert "AAAA" not in repr(OLD)


def test_keys_named_alike_and_no_keys_are_refused() -> None:
    key = new_key(NOON)
    with pytest.raises(InputError, match="two keys"):
        Keyring.parse(f"{key} {key}", "here")
    with pytest.raises(InputError, match="no key"):
        Keyring.parse("# nothing", "here")


# ---- marks ----


def test_a_mark_names_its_export_even_as_it_is_misread_and_after_a_rotation() -> None:
    exports = [Export(f"u{k}", "2026-11-23T00:30:00.000000Z", "c") for k in range(200)]
    mark = export_mark(exports[7], OLD)
    worn = mark.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert whose_mark(worn, exports, NEW) == [exports[7]]
    assert whose_mark(mark, exports, Keyring({"z": b"\2" * 32})) == []
    assert len({export_mark(export, OLD) for export in exports}) == 200


@pytest.mark.parametrize("text", ["", "7Q2M", "7Q2M-V0XU", "7Q2M-V0XK-1"])
def test_what_is_no_mark_is_refused(text) -> None:
    with pytest.raises(InputError, match="is no mark"):
        whose_mark(text, [], OLD)


# ---- release ----


def _record(start: datetime, n_stops: int = 3):
    """A plan of one team that stays ten minutes at each stop and travels none."""
    times = [start + timedelta(minutes=10 * k) for k in range(n_stops + 1)]
    stops = [
        {
            "point_id": f"P{k}",
            "arrival": times[k].isoformat(),
            "departure": times[k + 1].isoformat(),
        }
        for k in range(n_stops)
    ]
    team = {"team_id": "1", "shift": {"start": start.isoformat(), "end": times[-1].isoformat()}}
    route = {
        "team_id": "1", "departure": start.isoformat(), "return": times[-1].isoformat(),
        "stops": stops, "legs": [{"k": k} for k in range(n_stops + 1)], "length_m": 9,
    }  # fmt: skip
    return {"teams": [team], "routes": [route]}


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC", "Asia/Kathmandu", "Asia/Urumqi"])
@pytest.mark.parametrize("hour", [0, 9, 23])
def test_a_route_is_released_at_its_minute_and_no_moment_before(zone, hour) -> None:
    start = datetime(2026, 11, 23, hour, 10, tzinfo=ZoneInfo(zone))
    record, params = _record(start), ReleaseParams(lead_min=30)
    at = start.astimezone(UTC) - timedelta(minutes=30)
    assert release_time(record, "1", params) == at
    assert released_teams(record, at, params) == {"1": True}
    just_before = at - timedelta(microseconds=1)
    assert released_teams(record, just_before, params) == {"1": False}
    assert released_route(record, "1", just_before, params) is None
    assert released_part(record, just_before, params)["routes"] == []
    assert released_part(record, at, params)["routes"] == record["routes"]
    assert all_released_at(record, params) == at


@pytest.mark.parametrize(("minute", "known"), [(-1, 1), (9, 1), (10, 2), (19, 2), (20, 3), (29, 3)])
def test_stop_by_stop_a_team_knows_what_lies_behind_it_and_the_next(minute, known) -> None:
    start = datetime(2026, 11, 23, 23, 50, tzinfo=ZoneInfo("Asia/Shanghai"))
    record, params = _record(start), ReleaseParams(mode="stop-by-stop")
    route = released_route(record, "1", start + timedelta(minutes=minute), params)
    assert [stop["point_id"] for stop in route["stops"]] == [f"P{k}" for k in range(known)]
    assert len(route["legs"]) == known
    assert not {"return", "length_m"} & set(route)
    assert released_part(record, start + timedelta(minutes=minute), params)["routes"] == []


def test_stop_by_stop_everything_is_known_when_the_last_stop_is_behind() -> None:
    start = datetime(2026, 11, 23, 23, 50, tzinfo=ZoneInfo("Asia/Shanghai"))
    record, params = _record(start), ReleaseParams(mode="stop-by-stop")
    end = start + timedelta(minutes=30)
    assert released_route(record, "1", end, params) == record["routes"][0]
    assert all_released_at(record, params) == end


@pytest.mark.parametrize("knobs", [{"lead_min": -1}, {"lead_min": 1441}, {"mode": "soon"}])
def test_a_release_that_makes_no_sense_is_refused(knobs) -> None:
    with pytest.raises(InputError):
        ReleaseParams(**knobs)


def test_a_team_that_is_not_of_the_plan_is_named() -> None:
    with pytest.raises(NotFoundError, match="no team 9"):
        release_time(_record(NOON), "9", ReleaseParams())

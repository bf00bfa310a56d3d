"""Faults: killed in the middle of work, the database away, the disk full, the clock wrong."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from functools import cache

import pytest
from fastapi.testclient import TestClient

from geoinspect.api.app import create_app
from geoinspect.audit import verify_chain
from geoinspect.jobs import TASKS, Task, Worker
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.sealing import ReleaseParams, is_released, release_time
from geoinspect.store import Store, restore_backup, write_backup
from geoinspect.store.backup import contents_of
from geoinspect.store.databases import close_all
from geoinspect.store.jobs import JobState
from geoinspect.store.tables import metadata

from ..killing import NOW, Cities, round_of
from ..killing_service import POSTS, Services
from ..postgres import Cluster
from ..rivals import plan_twice_at_once

HERE = "http://127.0.0.1:8000"
VIOLATIONS = "/ogc/collections/violations/items"


@pytest.fixture(scope="module")
def cities(tmp_path_factory):
    return Cities(tmp_path_factory.mktemp("killed"))


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request):
    return None if request.param == "sqlite" else request.getfixturevalue("cluster")


@pytest.fixture
def own_cluster():
    """A server that a test may stop."""
    cluster = Cluster()
    yield cluster
    close_all()
    cluster.remove()


@pytest.fixture(scope="module")
def moments(cities):
    """How many moments a task has when nobody is killed, by task and kind of database."""
    known = {}

    def count(task, server):
        key = (task, server is None)
        if key not in known:
            known[key] = round_of(cities, task, server).victim.moments
        return known[key]

    return count


@pytest.mark.parametrize("task", ["import", "draw", "amend", "backup"])
@pytest.mark.parametrize("part", [0.4, 0.75, 0.97])
def test_a_task_killed_on_its_way_is_whole_or_absent_and_then_done_once(
    cities, moments, server, task, part
):
    n = moments(task, server)
    assert round_of(cities, task, server, moment=int(n * part)).victim.killed


@pytest.fixture(scope="module")
def length(cities):
    """How many moments a post has when nobody is killed."""

    @cache
    def measure(post, server):
        whole = Services(cities).round_of(post, server)
        assert not whole.killed
        return whole.moments

    return measure


@pytest.mark.parametrize("post", POSTS)
def test_a_service_killed_in_a_post_did_it_whole_or_not_at_all_and_then_does_it_once(
    cities, length, server, post
):
    # where it has written, and has not answered yet
    assert Services(cities).round_of(post, server, moment=length(post, server) - 1).killed


def test_two_supervisors_who_plan_one_day_at_once_make_one_binding_draw(cities, server):
    assert plan_twice_at_once(cities, server) == 1


def test_the_service_answers_503_while_the_database_is_away_and_then_goes_on(
    cities, own_cluster, caplog
):
    city = cities.ready_for("import", own_cluster)
    client = TestClient(create_app(city), base_url=HERE, raise_server_exceptions=False)
    assert client.get("/points").status_code == 200
    own_cluster.stop()
    away = [client.get(path) for path in ("/points", "/health/ready", "/plans")]
    alive = client.get("/health/live")
    own_cluster.start()
    for answer in away:
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
    assert "未作任何改动" in away[0].json()["detail"]
    told = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert sum(line.startswith("StoreGoneError: The database") for line in told) == 2
    assert alive.status_code == 200
    assert client.get("/points").json()["numberMatched"] == 12
    assert client.get("/health/ready").status_code == 200


def test_a_worker_survives_that_the_database_goes_and_does_the_job_when_it_is_back(
    cities, own_cluster, monkeypatch, caplog
):
    city, begun = cities.ready_for("backup", own_cluster), []

    def work(run):
        begun.append(1)
        if len(begun) == 1:
            own_cluster.stop()
        return {"points": len(run.folder.store().points())}

    monkeypatch.setitem(TASKS, "note", Task(work))
    job = city.store().jobs.add("note", {}, made_by="chen", at=NOW)
    worker = Worker(city)
    with caplog.at_level(logging.ERROR):
        assert not worker._try_one()
    assert "the queue of jobs cannot be read" in caplog.text
    own_cluster.start()
    # at once, without waiting for the lease to run out
    assert worker.run_pending() == 1
    done = city.store().jobs.get(job.job_id)
    assert (done.state, done.result) == (JobState.DONE, {"points": 12})
    assert len(begun) == 2


def test_a_full_disk_is_one_sentence_and_changes_nothing_and_the_work_goes_on_with_space(
    cities, server
):
    city = cities.ready_for("import", server)
    client = TestClient(create_app(city), base_url=HERE, raise_server_exceptions=False)
    facts = {"point_id": "P01", "found_at": NOW.isoformat(), "description": "长" * 4_000}
    violation = {"type": "Feature", "geometry": None, "properties": facts}
    store = city.store()
    facts["point_id"] = str(store.points().index[0])
    with store.engine.connect() as connection:
        before = contents_of(connection, metadata)
    with cities.full_disk(city):
        refused = client.post(VIOLATIONS, json=violation)
        # what is there can still be read
        assert client.get("/points").status_code == 200
    problem = refused.json()
    assert (refused.status_code, problem["error"]) == (503, "StoreError")
    assert problem["detail"].endswith("磁盘已满：未作任何改动。请腾出空间后重试。")
    with store.engine.connect() as connection:
        assert contents_of(connection, metadata) == before
    assert client.post(VIOLATIONS, json=violation).status_code == 201
    assert len(store.violations()) == 1
    cities.forget(city)


def test_a_clock_set_back_withholds_a_route_and_opens_it_again(tinytown_plan):
    team = tinytown_plan["teams"][0]["team_id"]
    params = ReleaseParams()
    moment = release_time(tinytown_plan, team, params)
    told = [
        is_released(tinytown_plan, team, moment + timedelta(minutes=k), params) for k in (0, -5, 1)
    ]
    assert told == [True, False, True]


def test_sessions_and_the_log_stay_right_when_the_clock_is_set_back(store):
    store.people.add(Account("chen", "陈", Role.AUDITOR))
    session = store.signing.open_session("chen", now=NOW)
    earlier = NOW - timedelta(hours=5)
    assert store.signing.actor_of_session(session, now=earlier).user_id == "chen"
    for at in (NOW, earlier, NOW + timedelta(seconds=1)):
        store.audit.append("chen", "sign-in", at=at)
    rows = store.audit.rows()
    assert verify_chain(rows) is None
    assert [row.number for row in rows] == sorted(row.number for row in rows)


def test_a_backup_taken_while_somebody_writes_is_one_moment_and_fits_the_other_database(
    cities, server, cluster, tmp_path
):
    store = cities.ready_for("import", server).store()
    points, written, stop = store.points(), threading.Event(), threading.Event()

    def hammer():
        n = 0
        while not stop.is_set():
            n += 1
            # each write sets all points at once: a mixed cut would hold two numbers
            store.merge_points(points.assign(name=f"第{n}次"))
            if n == 3:
                written.set()

    writer = threading.Thread(target=hammer)
    writer.start()
    assert written.wait(60)
    backups = [tmp_path / f"{k}.backup" for k in range(3)]
    try:
        contents = [write_backup(store, file, at=NOW) for file in backups]
    finally:
        stop.set()
        writer.join()
    for k, (file, held) in enumerate(zip(backups, contents, strict=True)):
        other = cluster.url() if server is None else tmp_path / f"restored-{k}.db"
        assert restore_backup(other, file) == held
        restored = Store.open(other)
        [name] = set(restored.points()["name"])
        n_imports = int(name.removeprefix("第").removesuffix("次"))
        rows = [row for row in restored.audit.rows() if row.object == "points"]
        assert verify_chain(restored.audit.rows()) is None
        # the log of the same moment knows of just as many writes
        assert len(rows) - 1 == n_imports
        with restored.engine.connect() as connection:
            assert contents_of(connection, metadata) == held
        restored.close()
    close_all()

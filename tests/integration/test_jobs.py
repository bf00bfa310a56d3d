"""Long work: one worker has it, a dead worker's job is taken over, and nothing is done twice."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest

from geoinspect.cityfolder import CityFolder
from geoinspect.demo import tinytown_folder
from geoinspect.jobs import TASKS, Task, Worker, keep_upload
from geoinspect.jobs.worker import _is_dead, _new_claim
from geoinspect.ledger import Act
from geoinspect.store.jobs import JobState, LostJobError

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SECRET = "5eed" * 8
ORDER = {
    "date": "2026-11-24",
    "teams": 2,
    "shift": "09:00-10:00",
    "service": "12min",
    "targets": {},
    "targets_only": False,
    "witness_sha256": None,
    "public": None,
    "reason": "",
}

# a worker process that says that it is about to enter its commit, and waits to be killed there
KILLED_BEFORE = """
import sys
from pathlib import Path
from geoinspect.cityfolder import CityFolder
from geoinspect.jobs import Worker
from geoinspect.store.plans import PlanLedger

def wait(*_args, **_kwargs):
    print("here", flush=True)
    sys.stdin.read()

PlanLedger.commit = wait
Worker(CityFolder.open(Path(sys.argv[1]))).run_pending()
"""

# the same, but killed when the commit is in the ledger and the job does not know it yet
KILLED_AFTER = KILLED_BEFORE.replace("PlanLedger.commit = wait", "JobQueue.finish = wait").replace(
    "from geoinspect.store.plans import PlanLedger", "from geoinspect.store.jobs import JobQueue"
)


@pytest.fixture
def folder(planned_city, tmp_path):
    shutil.copytree(planned_city, tmp_path / "city")
    return CityFolder.open(tmp_path / "city")


@pytest.fixture
def queue(folder):
    return folder.store().jobs


def _commit_job(queue):
    secret = f'{{"secret": "{SECRET}"}}'.encode()
    return queue.add("commit", ORDER, made_by="chen", at=NOW, secret=secret)


def _commits(folder):
    entries = folder.store().ledger.entries()
    return [e for e in entries if e.act is Act.COMMIT and str(e.day) == ORDER["date"]]


def _kill_a_worker(script, folder):
    """Start a worker process, wait until it is where it shall die, and kill it."""
    with subprocess.Popen(
        [sys.executable, "-c", script, str(folder.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        said = process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert said == b"here\n"


def test_a_file_that_was_sent_in_is_imported_and_every_row_told(folder, queue):
    with (tinytown_folder() / "points.csv").open("rb") as file:
        name = keep_upload(folder, file, "points.csv")
    arguments = {"what": "points", "upload": name, "datum": "wgs84", "sheet": None}
    job = queue.add("import", arguments, made_by="chen", at=NOW)
    assert Worker(folder).run_pending() == 1
    done = queue.get(job.job_id)
    assert done.state is JobState.DONE
    assert (done.result["added"], done.result["unchanged"]) == (0, 12)
    assert list((folder.path / "uploads").iterdir()) == []


def test_a_file_that_cannot_be_read_fails_with_the_sentence_of_the_command_line(folder, queue):
    arguments = {"what": "points", "upload": "0" * 32, "datum": None, "sheet": None}
    job = queue.add("import", arguments, made_by="chen", at=NOW)
    Worker(folder).run_pending()
    failed = queue.get(job.job_id)
    assert failed.state is JobState.FAILED
    assert failed.problem["error"] == "InputError"
    assert failed.problem["detail"]


def test_the_roads_are_built_and_the_points_assigned_by_jobs(folder, queue):
    with (tinytown_folder() / "streets.osm").open("rb") as file:
        name = keep_upload(folder, file, "streets.osm")
    folder.network_path.unlink()
    network = queue.add("network", {"upload": name}, made_by="chen", at=NOW)
    assigned = queue.add("assign", {}, made_by="chen", at=NOW)
    assert Worker(folder).run_pending() == 2
    assert queue.get(network.job_id).result["n_nodes"] == folder.network().n_nodes
    assert sum(queue.get(assigned.job_id).result["points_by_status"].values()) == 12


def test_a_committed_plan_is_drawn_with_secrets_that_nobody_can_read_afterwards(folder, queue):
    commit = _commit_job(queue)
    secrets = f'{{"secrets": ["{SECRET}"]}}'.encode()
    order = {"date": ORDER["date"], "public_value": "", "reason": ""}
    draw = queue.add("draw", order, made_by="chen", at=NOW, secret=secrets)
    assert Worker(folder).run_pending() == 2
    assert queue.get(commit.job_id).result["attempt"] == 1
    assert queue.get(draw.job_id).result["act"] == "draw"
    assert queue.secret(queue.get(commit.job_id)) is None
    for file in folder.path.glob("city.db"):
        assert b'{"secret": "' not in file.read_bytes()


def test_what_comes_out_of_a_draw_names_no_point(folder, queue):
    _commit_job(queue)
    order = {"date": ORDER["date"], "public_value": "", "reason": ""}
    secrets = f'{{"secrets": ["{SECRET}"]}}'.encode()
    draw = queue.add("draw", order, made_by="chen", at=NOW, secret=secrets)
    Worker(folder).run_pending()
    told = queue.get(draw.job_id)
    assert set(told.result) == {"date", "attempt", "act", "commitment"}
    assert "TT" not in str((told.arguments, told.step))


@pytest.mark.parametrize("script", [KILLED_BEFORE, KILLED_AFTER], ids=["before", "after"])
def test_a_worker_killed_around_its_commit_is_followed_by_one_that_leaves_one_commit(
    folder, queue, script
):
    job = _commit_job(queue)
    _kill_a_worker(script, folder)
    assert queue.get(job.job_id).state is JobState.RUNNING
    # a new process finds the job of the dead one at once, without waiting for a lease
    assert Worker(folder).run_pending() == 1
    done = queue.get(job.job_id)
    assert done.state is JobState.DONE
    [entry] = _commits(folder)
    assert done.result["commitment"] == entry.commitment


def test_two_workers_at_once_do_each_job_once(folder, queue, monkeypatch):
    done = []
    monkeypatch.setitem(TASKS, "note", Task(lambda run: done.append(run.job.job_id) or {}))
    wanted = [queue.add("note", {}, made_by="chen", at=NOW).job_id for _ in range(12)]
    threads = [threading.Thread(target=Worker(folder).run_pending) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == sorted(wanted)


def test_jobs_are_done_in_the_order_in_which_they_came(folder, queue, monkeypatch):
    done = []
    monkeypatch.setitem(TASKS, "note", Task(lambda run: done.append(run.arguments["n"]) or {}))
    for n in range(3):
        queue.add("note", {"n": n}, made_by="chen", at=NOW)
    Worker(folder).run_pending()
    assert done == [0, 1, 2]


def test_a_job_that_waits_is_cancelled_at_once(folder, queue):
    job = _commit_job(queue)
    assert queue.cancel(job.job_id).state is JobState.CANCELLED
    assert Worker(folder).run_pending() == 0
    assert _commits(folder) == []


def test_a_job_under_way_is_cancelled_at_its_next_step_and_leaves_nothing(
    folder, queue, monkeypatch
):
    def work(run):
        queue.cancel(run.job.job_id)
        run.step("Saving the rows")
        pytest.fail("the job went on")

    monkeypatch.setitem(TASKS, "note", Task(work))
    job = queue.add("note", {}, made_by="chen", at=NOW)
    Worker(folder).run_pending()
    assert queue.get(job.job_id).state is JobState.CANCELLED


def test_a_job_that_announced_what_it_does_for_good_cannot_be_cancelled_any_more(
    folder, queue, monkeypatch
):
    def work(run):
        run.intend({})
        assert not queue.cancel(run.job.job_id).cancel_wanted
        return {"saved": True}

    monkeypatch.setitem(TASKS, "note", Task(work))
    job = queue.add("note", {}, made_by="chen", at=NOW)
    Worker(folder).run_pending()
    assert queue.get(job.job_id).result == {"saved": True}


def test_a_worker_that_lost_its_job_does_nothing_for_good(queue):
    job = queue.add("assign", {}, made_by="chen", at=NOW)
    mine = queue.claim("elsewhere:1:1:a")
    theirs = queue.take_over(mine, "elsewhere:2:2:b")
    with pytest.raises(LostJobError):
        queue.intend(mine, {})
    queue.finish(mine, {"wrong": True})
    assert queue.get(job.job_id).state is JobState.RUNNING
    queue.finish(theirs, {"right": True})
    assert queue.get(job.job_id).result == {"right": True}


def test_a_worker_elsewhere_is_believed_dead_once_it_was_silent_for_the_lease(folder, queue):
    job = queue.add("assign", {}, made_by="chen", at=NOW)
    queue.claim("elsewhere:1:1:a")
    patient, strict = Worker(folder, lease_s=3600.0), Worker(folder, lease_s=0.0)
    assert patient.run_pending() == 0
    assert patient.run_pending() == 0
    assert queue.get(job.job_id).state is JobState.RUNNING
    assert strict.run_pending() == 1
    assert queue.get(job.job_id).state is JobState.DONE


def test_a_file_whose_service_died_before_its_job_was_made_is_removed_after_a_day(folder, queue):
    old, waiting, young = (keep_upload(folder, io.BytesIO(b"x"), "a.csv") for _ in range(3))
    job = queue.add("import", {"upload": waiting}, made_by="chen", at=NOW)
    queue.claim(_new_claim())
    for upload in (old, waiting):
        os.utime((folder.path / "uploads" / upload).parent, (0, 0))
    assert Worker(folder).run_pending() == 0
    left = {one.name for one in (folder.path / "uploads").iterdir()}
    assert left == {upload.partition("/")[0] for upload in (waiting, young)}
    assert queue.get(job.job_id).state is JobState.RUNNING


def test_a_worker_of_this_machine_that_lives_keeps_its_job(folder, queue):
    queue.add("assign", {}, made_by="chen", at=NOW)
    job = queue.claim(_new_claim())
    assert Worker(folder).run_pending() == 0
    assert queue.get(job.job_id).claim == job.claim


def test_a_worker_that_is_to_stop_gives_its_job_back_and_the_next_one_does_it(
    folder, queue, monkeypatch
):
    first, begun = Worker(folder), []

    def work(run):
        begun.append(1)
        if len(begun) == 1:
            first.stop.set()
        run.step("Saving the rows")
        return {}

    monkeypatch.setitem(TASKS, "note", Task(work))
    job = queue.add("note", {}, made_by="chen", at=NOW)
    first.run()
    assert queue.get(job.job_id).state is JobState.QUEUED
    assert Worker(folder).run_pending() == 1
    assert queue.get(job.job_id).state is JobState.DONE


def test_a_fault_of_the_program_is_told_without_its_text(folder, queue, monkeypatch):
    def work(run):
        raise ValueError("the secret is 5eed")

    monkeypatch.setitem(TASKS, "note", Task(work))
    job = queue.add("note", {}, made_by="chen", at=NOW)
    Worker(folder).run_pending()
    assert queue.get(job.job_id).problem == {"error": "InternalError", "detail": ""}


def test_a_job_id_chosen_beforehand_makes_one_job_only(queue):
    first = queue.add("assign", {}, made_by="chen", at=NOW, job_id="a" * 32)
    again = queue.add("network", {}, made_by="chen", at=NOW, job_id="a" * 32)
    assert again == first


def test_the_claim_of_a_process_that_ended_is_dead():
    told = subprocess.run(
        [sys.executable, "-c", "from geoinspect.jobs.worker import _new_claim as c; print(c())"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip().split(":")[1] != str(os.getpid())
    assert _is_dead(told.stdout.strip())
    assert not _is_dead(_new_claim())

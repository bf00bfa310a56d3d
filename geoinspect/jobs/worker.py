"""The worker: takes jobs from the queue one by one, and does each exactly once."""

from __future__ import annotations

import logging
import os
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from geoinspect.errors import GeoinspectError, StoreGoneError
from geoinspect.intake import NothingImportedError
from geoinspect.jobs.answersheets import forget_old_answers
from geoinspect.jobs.imports import rows_aside
from geoinspect.jobs.run import Run
from geoinspect.jobs.tasks import TASKS
from geoinspect.jobs.uploads import forget_left_uploads, forget_upload
from geoinspect.messages import translator
from geoinspect.processes import is_gone, own_name
from geoinspect.store.databases import writing
from geoinspect.store.jobs import LostJobError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoinspect.cityfolder import CityFolder
    from geoinspect.jobs.tasks import Task
    from geoinspect.store import Store
    from geoinspect.store.jobs import Job, JobQueue

logger = logging.getLogger(__name__)

#: How long a worker on another machine may be silent before its job is taken over. Work in
#: compiled code can keep the thread that beats from running for some seconds.
LEASE_S = 60.0

_BEATS_PER_LEASE = 6

#: How long an idle worker waits before it looks again.
_IDLE_S = 0.5


@dataclass
class Worker:
    """
    Does the jobs of one city.

    A job is taken over when its worker is gone: at once if that was a process of this
    machine, else once it was silent for `lease_s` by this worker's own monotonic clock, so
    that no clock that is wrong or set back plays a part.

    Attributes
    ----------
    folder
        The city.
    lease_s
        Silence after which a worker on another machine is taken for dead, in seconds.
    beside
        Process that started this one: without it the worker ends, too.
    stop
        Set it to end `run`; the job under way goes back to the queue at its next step.
    """

    folder: CityFolder
    lease_s: float = LEASE_S
    beside: int | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    _silent_since: dict[tuple[str, str, int], float] = field(default_factory=dict)
    _left: set[str] = field(default_factory=set)
    _swept: bool = False

    def run(self) -> None:
        """Do jobs as they come, until `stop` is set."""
        while not self.stop.is_set() and self.beside in (None, os.getppid()):
            if not self._try_one():
                self.stop.wait(_IDLE_S)

    def run_pending(self) -> int:
        """Do the jobs that wait now, and return how many."""
        n = 0
        while self.run_one():
            n += 1
        return n

    def run_one(self) -> bool:
        """Do one job; False if there is none to do."""
        store = self.folder.store()
        try:
            self._sweep(store.jobs)
            job = self._next(store.jobs)
            if job is not None:
                self._left.add(job.claim)
                self._do(store, job)
                self._left.discard(job.claim)
            return job is not None
        finally:
            store.close()

    def _sweep(self, queue: JobQueue) -> None:
        """Remove, once, the files that a worker or a service left that died."""
        if not self._swept:
            forget_left_uploads(self.folder, queue, now=datetime.now(UTC))
            forget_old_answers(self.folder)
            self._swept = True

    def _try_one(self) -> bool:
        """Do one job; a database that is away must not end the worker."""
        try:
            return self.run_one()
        except Exception:
            logger.exception("the queue of jobs cannot be read")
            return False

    def _next(self, queue: JobQueue) -> Job | None:
        """Take over what a dead worker left, or take the next job."""
        claim = _new_claim()
        seen: dict[tuple[str, str, int], float] = {}
        for job in queue.running():
            # a claim of this worker's own is left where the database went away under it
            is_left = job.claim in self._left or _is_dead(job.claim)
            if is_left or self._is_silent(job, seen):
                taken = queue.take_over(job, claim)
                if taken is not None:
                    logger.warning("took over a job", extra={"job_id": job.job_id})
                    return taken
        self._silent_since = seen
        return queue.claim(claim)

    def _is_silent(self, job: Job, seen: dict[tuple[str, str, int], float]) -> bool:
        """Tell whether a job's worker has not been heard of for the lease."""
        key, now = (job.job_id, job.claim, job.beat), time.monotonic()
        seen[key] = self._silent_since.get(key, now)
        return now - seen[key] >= self.lease_s

    def _do(self, store: Store, job: Job) -> None:
        """Do a job, and write down how it ended."""
        queue = store.jobs
        run, task = _StoppableRun(self.folder, queue, job, self.stop), TASKS[job.kind]
        try:
            with _heartbeat(queue, job, self.lease_s / _BEATS_PER_LEASE):
                known = _outcome(store, task, run)
                result = task.work(run) if known is None else known
        except (LostJobError, StoreGoneError):
            queue.give_back(job)
        except GeoinspectError as error:
            queue.fail(job, self._problem(error))
        except Exception:
            # the text may hold what nobody outside should read; the log has it
            logger.exception("a job failed", extra={"job_id": job.job_id})
            queue.fail(job, {"error": "InternalError", "detail": ""})
        else:
            queue.finish(job, result)
        if queue.get(job.job_id).is_final:
            forget_upload(self.folder, str(job.arguments.get("upload", "")))

    def _problem(self, error: GeoinspectError) -> dict[str, Any]:
        """Say why a job failed, and of a file of which nothing is left why each row did."""
        translate = translator(self.folder.settings.language)
        problem: dict[str, Any] = {
            "error": type(error).__name__,
            "detail": error.render(translate),
        }
        if isinstance(error, NothingImportedError):
            problem["rows"] = rows_aside(error.ledger, translate)
        return problem


def _outcome(store: Store, task: Task, run: Run) -> dict[str, Any] | None:
    """Return what a job that announced its end has done already, None if nothing."""
    if run.job.intent is None:
        return None
    # the server may still be busy with the last words of a worker that is gone
    with writing(store.engine):
        pass
    return task.outcome(run)


@dataclass(frozen=True)
class _StoppableRun(Run):
    """A run that ends at its next step when the worker is to stop."""

    stop: threading.Event

    def step(self, name: str) -> None:
        """Say what is being done now, unless the worker stops."""
        if self.stop.is_set():
            raise LostJobError("The job {job_id} waits for the next start.", job_id=self.job.job_id)
        super().step(name)


@contextmanager
def _heartbeat(queue: JobQueue, job: Job, every_s: float) -> Iterator[None]:
    """Let the queue hear of this worker while it works."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(every_s):
            try:
                queue.beat(job)
            except LostJobError:
                # the next step of the work finds out
                return
            except Exception:
                logger.exception("the queue of jobs cannot be reached")

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _new_claim() -> str:
    """Name this process and this one attempt of it."""
    return f"{own_name()}:{uuid4().hex}"


def _is_dead(claim: str) -> bool:
    """Tell whether a claim is that of a process of this machine that is gone."""
    return is_gone(claim.rpartition(":")[0])

"""
The queue of long work in the database: who wants what, how far it is, who works on it.

Every change is one `UPDATE` that names the state it expects, so that SQLite and PostgreSQL
alike let exactly one worker have a job. A worker that lost its job (it was thought dead, and
another took over) finds that out before it does anything for good: `intend` names its claim.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from geoinspect.errors import GeoinspectError, NotFoundError
from geoinspect.store import tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Engine

_JOBS = tables.jobs.c

#: Columns of a job; the secret is read by the worker alone.
_COLUMNS = [column for column in tables.jobs.columns if column.name not in ("number", "secret")]


class JobState(StrEnum):
    """Where a job stands; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


class LostJobError(GeoinspectError):
    """A worker may not go on: the job was cancelled, or another worker has it."""


@dataclass(frozen=True)
class Job:
    """
    One piece of long work.

    Attributes
    ----------
    job_id, kind
        Its id, and what is to be done.
    made_by, made_at
        Id of who wants it, and since when (UTC).
    state, version
        Where it stands; the version is raised with every change.
    step
        What is being done, an English sentence.
    arguments
        What it works on; nothing secret.
    intent
        What it was about to do for good when it was last heard of; None before that.
    result, problem
        What came out of it, or why it failed.
    cancel_wanted
        Whether somebody asked to end it.
    claim, beat
        Who works on it, and how often the worker was heard of.
    """

    job_id: str
    kind: str
    made_by: str
    made_at: datetime
    state: JobState
    version: int
    step: str
    arguments: dict[str, Any]
    intent: dict[str, Any] | None
    result: dict[str, Any] | None
    problem: dict[str, Any] | None
    cancel_wanted: bool
    claim: str
    beat: int

    @property
    def is_final(self) -> bool:
        """Tell whether nothing will change any more."""
        return self.state in FINAL


class JobQueue:
    """
    The jobs of one city.

    Parameters
    ----------
    engine
        Database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self,
        kind: str,
        arguments: Mapping[str, Any],
        *,
        made_by: str,
        at: datetime,
        secret: bytes | None = None,
        job_id: str = "",
    ) -> Job:
        """
        Put a job at the end of the queue.

        Parameters
        ----------
        kind, arguments, made_by
            See `Job`.
        at
            Now, timezone-aware.
        secret
            What nobody but the worker may read; forgotten once the job has ended.
        job_id
            An id chosen beforehand: a job that has it already is returned as it is.
        """
        row: dict[str, Any] = {
            "job_id": job_id or uuid4().hex,
            "kind": kind,
            "made_by": made_by,
            "made_at": at.astimezone(UTC).replace(tzinfo=None),
            "state": JobState.QUEUED,
            "version": 1,
            "step": "",
            "arguments": _text(arguments),
            "secret": secret,
            "cancel_wanted": 0,
            "claim": "",
            "beat": 0,
        }
        while not self._insert(row):
            pass
        return self.get(row["job_id"])

    def _insert(self, row: dict[str, Any]) -> bool:
        """Insert under the next number; False if another job took that number just now."""
        number = select(func.coalesce(func.max(_JOBS.number), 0) + 1).scalar_subquery()
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(tables.jobs).values(number=number, **row))
        except IntegrityError:
            known = select(_JOBS.job_id).where(_JOBS.job_id == row["job_id"])
            with self._engine.connect() as connection:
                return connection.scalar(known) is not None
        return True

    def get(self, job_id: str) -> Job:
        """
        Return a job.

        Raises
        ------
        NotFoundError
            If there is none of this id.
        """
        found = self._find(_JOBS.job_id == job_id)
        if not found:
            raise NotFoundError("There is no job {job_id!r}.", job_id=job_id)
        return found[0]

    def made_by(self, user_id: str) -> list[Job]:
        """Return the jobs that somebody wanted, oldest first."""
        return self._find(_JOBS.made_by == user_id)

    def running(self) -> list[Job]:
        """Return the jobs that a worker has, or had when it died."""
        return self._find(_JOBS.state == JobState.RUNNING)

    def ended(self) -> list[Job]:
        """Return the jobs that have ended."""
        return self._find(_JOBS.state.in_(sorted(FINAL)))

    def unfinished(self) -> list[Job]:
        """Return the jobs that wait or are under way."""
        return self._find(_JOBS.state.not_in(sorted(FINAL)))

    def counts(self) -> dict[str, int]:
        """Count the jobs of each state."""
        wanted = select(_JOBS.state, func.count()).group_by(_JOBS.state)
        with self._engine.connect() as connection:
            found = {state: int(n) for state, n in connection.execute(wanted).all()}
        return {state.value: found.get(state.value, 0) for state in JobState}

    def secret(self, job: Job) -> bytes | None:
        """Return what only the worker may read."""
        wanted = select(_JOBS.secret).where(_JOBS.job_id == job.job_id, _JOBS.claim == job.claim)
        with self._engine.connect() as connection:
            return connection.scalar(wanted)

    def claim(self, claim: str) -> Job | None:
        """Take the job that waits longest, or None if none waits."""
        oldest = select(_JOBS.job_id).where(_JOBS.state == JobState.QUEUED)
        while True:
            with self._engine.connect() as connection:
                job_id = connection.scalar(oldest.order_by(_JOBS.number).limit(1))
            if job_id is None:
                return None
            still = (_JOBS.job_id == job_id, _JOBS.state == JobState.QUEUED)
            if self._update(*still, state=JobState.RUNNING, claim=claim, beat=0):
                return self.get(job_id)

    def take_over(self, job: Job, claim: str) -> Job | None:
        """Take a job whose worker is gone; None if the worker was heard of meanwhile."""
        silent = (_JOBS.claim == job.claim, _JOBS.beat == job.beat)
        if self._update(*_held(job), *silent, claim=claim, beat=0):
            return self.get(job.job_id)
        return None

    def beat(self, job: Job) -> Job:
        """
        Be heard of, and learn whether to go on.

        Raises
        ------
        LostJobError
            If the job is cancelled, or another worker's.
        """
        mine = (*_held(job), _JOBS.claim == job.claim, _JOBS.cancel_wanted == 0)
        # nobody waits for a beat, so the version stays
        self._expect(job, mine, version=_JOBS.version, beat=_JOBS.beat + 1)
        return self.get(job.job_id)

    def report(self, job: Job, step: str) -> None:
        """Say what is being done now; raises as `beat` does."""
        mine = (*_held(job), _JOBS.claim == job.claim, _JOBS.cancel_wanted == 0)
        self._expect(job, mine, step=step, beat=_JOBS.beat + 1)

    def intend(self, job: Job, intent: Mapping[str, Any]) -> None:
        """
        Announce what will be done for good; from here on the job cannot be cancelled.

        Raises
        ------
        LostJobError
            If the job is cancelled, or another worker's.
        """
        mine = (*_held(job), _JOBS.claim == job.claim, _JOBS.cancel_wanted == 0)
        self._expect(job, mine, intent=_text(intent), beat=_JOBS.beat + 1)

    def finish(self, job: Job, result: Mapping[str, Any]) -> None:
        """Write down what came out of a job."""
        self._end(job, JobState.DONE, result=_text(result))

    def fail(self, job: Job, problem: Mapping[str, Any]) -> None:
        """Write down why a job failed."""
        self._end(job, JobState.FAILED, problem=_text(problem))

    def give_back(self, job: Job) -> None:
        """Let another worker begin the job anew; end it if it is to be cancelled."""
        mine = (*_held(job), _JOBS.claim == job.claim)
        again = (*mine, _JOBS.cancel_wanted == 0)
        if not self._update(*again, state=JobState.QUEUED, claim="", step=""):
            self._end(job, JobState.CANCELLED)

    def cancel(self, job_id: str) -> Job:
        """
        End a job that has not done anything for good yet; a job that waits ends at once.

        A running job ends at its next step: whoever asked sees `cancel_wanted` until then.

        Raises
        ------
        NotFoundError
            If there is none of this id.
        """
        # what was given back after its intent may be done already
        waits = (_JOBS.job_id == job_id, _JOBS.state == JobState.QUEUED, _JOBS.intent.is_(None))
        if not self._update(*waits, state=JobState.CANCELLED, secret=None, cancel_wanted=1):
            runs = (_JOBS.job_id == job_id, _JOBS.state == JobState.RUNNING)
            self._update(*runs, _JOBS.intent.is_(None), cancel_wanted=1)
        return self.get(job_id)

    def _end(self, job: Job, state: JobState, **values: Any) -> None:
        """Write the last change of a job, unless it is another worker's."""
        mine = (*_held(job), _JOBS.claim == job.claim)
        self._update(*mine, state=state, secret=None, step="", **values)

    def _expect(self, job: Job, where: tuple[ColumnElement[bool], ...], **values: Any) -> None:
        if not self._update(*where, **values):
            raise LostJobError("The job {job_id} is not this worker's any more.", job_id=job.job_id)

    def _update(self, *where: ColumnElement[bool], **values: Any) -> bool:
        """Change the one job that fits; False if none does."""
        values = {"version": _JOBS.version + 1, **values}
        with self._engine.begin() as connection:
            return connection.execute(update(tables.jobs).where(*where).values(values)).rowcount > 0

    def _find(self, where: ColumnElement[bool]) -> list[Job]:
        wanted = select(*_COLUMNS).where(where).order_by(_JOBS.number)
        with self._engine.connect() as connection:
            return [_job(dict(row)) for row in connection.execute(wanted).mappings()]


def _held(job: Job) -> tuple[ColumnElement[bool], ...]:
    """Condition that a job is under way."""
    return _JOBS.job_id == job.job_id, _JOBS.state == JobState.RUNNING


def _job(row: dict[str, Any]) -> Job:
    """Turn a row into a job."""
    for name in ("arguments", "intent", "result", "problem"):
        row[name] = None if row[name] is None else json.loads(row[name])
    row["state"] = JobState(row["state"])
    row["made_at"] = row["made_at"].replace(tzinfo=UTC)
    row["cancel_wanted"] = bool(row["cancel_wanted"])
    return Job(**row)


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)

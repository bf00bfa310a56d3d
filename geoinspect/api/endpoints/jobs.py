"""Long work: where it stands, as an answer and as a stream of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import anyio
from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from geoinspect.api.dependencies import ActorDep, FolderDep, StoreDep  # noqa: TC001
from geoinspect.api.jobschemas import JobList, JobProblem, JobStatus
from geoinspect.api.permits import needs
from geoinspect.api.responses import WORKBOOK, attachment, described, problems
from geoinspect.errors import NotFoundError
from geoinspect.jobs import read_answer
from geoinspect.messages import translator
from geoinspect.people import Permission

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from geoinspect.cityfolder import CityFolder
    from geoinspect.messages import Language
    from geoinspect.people import Actor
    from geoinspect.store import Store
    from geoinspect.store.jobs import Job

router = APIRouter(prefix="/jobs", tags=["jobs"])

_LOOK_AGAIN_S = 0.25
_LOOKS_PER_SIGN_OF_LIFE = 60

_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "An event for each change: its id is the version, its data a JobStatus.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


_WORKBOOK = described(WORKBOOK, "The rows that were sent in, with two more columns.")


class EventStream(StreamingResponse):
    """Server-sent events."""

    media_type = "text/event-stream"


@router.get("", **needs(Permission.RUN_JOBS))
def list_jobs(actor: ActorDep, folder: FolderDep, store: StoreDep) -> JobList:
    """List your own jobs, oldest first."""
    jobs = store.jobs.made_by(actor.user_id)
    return JobList(jobs=[job_status(job, folder.settings.language) for job in jobs])


@router.get("/{job_id}", **needs(Permission.RUN_JOBS))
def get_job(job_id: str, actor: ActorDep, folder: FolderDep, store: StoreDep) -> JobStatus:
    """Tell where one of your jobs stands."""
    return job_status(_own(store, actor, job_id), folder.settings.language)


@router.delete("/{job_id}", responses=problems(409), **needs(Permission.RUN_JOBS))
def cancel_job(job_id: str, actor: ActorDep, folder: FolderDep, store: StoreDep) -> JobStatus:
    """
    Cancel one of your jobs.

    A job that waits ends at once, one under way at its next step. What is done for good
    is not taken back: then the job goes on, and `cancel_wanted` stays false.
    """
    _own(store, actor, job_id)
    return job_status(store.jobs.cancel(job_id), folder.settings.language)


@router.get("/{job_id}/events", response_class=EventStream, responses=_EVENTS,
            **needs(Permission.RUN_JOBS))  # fmt: skip
def get_job_events(
    job_id: str,
    request: Request,
    actor: ActorDep,
    folder: FolderDep,
    store: StoreDep,
    last_event_id: Annotated[int, Header(ge=0, le=2**31 - 1)] = 0,
) -> EventStream:
    """Follow one of your jobs until it ends; `Last-Event-ID` goes on after a break."""
    del request
    _own(store, actor, job_id)
    return EventStream(_events(folder, job_id, last_event_id))


@router.get("/{job_id}/answer", response_class=Response, responses=_WORKBOOK,
            **needs(Permission.RUN_JOBS))  # fmt: skip
def get_job_answer(job_id: str, actor: ActorDep, folder: FolderDep, store: StoreDep) -> Response:
    """
    Return the answer sheet of one of your imports: every row, and what became of it.

    Corrected, it can be sent in again; it is kept for 30 days.
    """
    _own(store, actor, job_id)
    return attachment(read_answer(folder, job_id), f"answer-{job_id}.xlsx", WORKBOOK)


def accepted(job: Job, language: Language, response: Response) -> JobStatus:
    """Answer that a job waits, and where to look for it."""
    response.headers["Location"] = f"/jobs/{job.job_id}"
    return job_status(job, language)


def job_status(job: Job, language: Language) -> JobStatus:
    """Tell where a job stands."""
    return JobStatus(
        job_id=job.job_id,
        kind=job.kind,
        state=job.state,
        version=job.version,
        step=translator(language)(job.step) if job.step else "",
        made_at=job.made_at,
        cancel_wanted=job.cancel_wanted,
        result=job.result,
        problem=JobProblem(**job.problem) if job.problem else None,
    )


def _own(store: Store, actor: Actor, job_id: str) -> Job:
    """Return a job of whoever asks; another's answers like one that does not exist."""
    job = store.jobs.get(job_id)
    if job.made_by != actor.user_id:
        raise NotFoundError("There is no job {job_id!r}.", job_id=job_id)
    return job


async def _events(folder: CityFolder, job_id: str, version: int) -> AsyncIterator[str]:
    """Yield an event for each change of a job, and a sign of life now and then."""
    store = await run_in_threadpool(folder.store)
    n_looks = 0
    try:
        while True:
            job = await run_in_threadpool(store.jobs.get, job_id)
            if job.version > version:
                version = job.version
                status = job_status(job, folder.settings.language).model_dump_json()
                yield f"id: {version}\nevent: {job.state}\ndata: {status}\n\n"
            if job.is_final:
                return
            n_looks += 1
            if n_looks % _LOOKS_PER_SIGN_OF_LIFE == 0:
                yield ": waiting\n\n"
            await anyio.sleep(_LOOK_AGAIN_S)
    finally:
        store.close()

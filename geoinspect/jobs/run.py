"""One job under way: what its task needs of the city, and how it says how far it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoinspect.cityfolder import CityFolder
    from geoinspect.store.jobs import Job, JobQueue


@dataclass(frozen=True)
class Run:
    """
    One job under way.

    Attributes
    ----------
    folder
        The city.
    queue
        Where the job stands.
    job
        The job, as it was claimed.
    """

    folder: CityFolder
    queue: JobQueue
    job: Job

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What the job works on."""
        return self.job.arguments

    def secrets(self) -> dict[str, Any]:
        """Return what only the worker may read; empty if there is nothing."""
        kept = self.queue.secret(self.job)
        parsed: dict[str, Any] = json.loads(kept) if kept else {}
        return parsed

    def step(self, name: str) -> None:
        """
        Say what is being done now.

        Raises
        ------
        LostJobError
            If the job is cancelled, or another worker's.
        """
        self.queue.report(self.job, name)

    def intend(self, intent: Mapping[str, Any]) -> None:
        """
        Announce what comes next and cannot be taken back; raises as `step` does.

        Whoever takes the job over after a crash looks first whether it was done; see
        `geoinspect.jobs.tasks.Task.outcome`.
        """
        self.queue.intend(self.job, intent)

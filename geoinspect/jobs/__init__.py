"""Long work of the service: what can be done, and the worker that does it exactly once."""

from geoinspect.jobs.answersheets import has_answer, read_answer
from geoinspect.jobs.run import Run
from geoinspect.jobs.tasks import TASKS, Task
from geoinspect.jobs.uploads import forget_upload, keep_upload, upload_path
from geoinspect.jobs.worker import Worker

__all__ = [
    "TASKS",
    "Run",
    "Task",
    "Worker",
    "forget_upload",
    "has_answer",
    "keep_upload",
    "read_answer",
    "upload_path",
]

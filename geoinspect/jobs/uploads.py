"""Files that were sent in and wait for their job."""

from __future__ import annotations

import re
import shutil
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, BinaryIO
from uuid import uuid4

from geoinspect.atomic import write_bytes
from geoinspect.errors import InputError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from geoinspect.cityfolder import CityFolder
    from geoinspect.store.jobs import Job, JobQueue

FOLDER = "uploads"

_KEY = re.compile(r"[0-9a-f]{32}")
# what no file system takes, or what leads out of the folder
_UNWANTED = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]|^\.+')
_LONGEST = 80
_ORPHANED_S = 86_400


def keep_upload(folder: CityFolder, file: BinaryIO, filename: str) -> str:
    """
    Keep a file in a folder of its own.

    Parameters
    ----------
    folder
        The city.
    file
        What was sent in.
    filename
        What its sender calls it: points remember the file that they came from.

    Returns
    -------
    upload
        To be handed to `upload_path`.
    """
    # a browser on Windows may send the whole path
    name = _UNWANTED.sub("", PureWindowsPath(filename).name)[-_LONGEST:] or "file"
    upload = f"{uuid4().hex}/{name}"
    write_bytes(folder.path / FOLDER / upload, file.read())
    return upload


def upload_path(folder: CityFolder, upload: str) -> Path:
    """
    Return where a file lies.

    Raises
    ------
    InputError
        If it is gone.
    """
    path = folder.path / FOLDER / upload
    if not path.is_file():
        raise InputError("The file that was sent in is gone: send it again.")
    return path


def forget_upload(folder: CityFolder, upload: str) -> None:
    """Remove a file with its folder once its job has ended."""
    key = upload.partition("/")[0]
    if _KEY.fullmatch(key) is not None:
        shutil.rmtree(folder.path / FOLDER / key, ignore_errors=True)


def forget_left_uploads(folder: CityFolder, queue: JobQueue, *, now: datetime) -> None:
    """
    Remove the files of jobs that have ended, and after a day those that no job names.

    A file without a job may still get one; after a day whoever took it in was killed before.
    """
    uploads = folder.path / FOLDER
    if not uploads.is_dir():
        return
    for job in queue.ended():
        forget_upload(folder, str(job.arguments.get("upload", "")))
    waiting = {_key_of(job) for job in queue.unfinished()}
    for left in uploads.iterdir():
        age_s = now.timestamp() - left.stat().st_mtime
        if left.name not in waiting and age_s > _ORPHANED_S:
            forget_upload(folder, left.name)


def _key_of(job: Job) -> str:
    return str(job.arguments.get("upload", "")).partition("/")[0]

"""Processes: names by which another one finds out that one is gone, and how they keep house."""

from __future__ import annotations

import gc
import os
import socket
from pathlib import Path


def own_name() -> str:
    """Return a name of this process that no other one has, on whatever machine."""
    return f"{socket.gethostname()}:{os.getpid()}:{_began(os.getpid())}"


def is_gone(name: str) -> bool:
    """
    Tell whether a process of this machine is gone; of other machines nothing is known.

    Parameters
    ----------
    name
        What `own_name` returned there.
    """
    host, pid, began = name.rsplit(":", 2)
    return host == socket.gethostname() and _began(int(pid)) != began


def _began(pid: int) -> str:
    """When a process of this machine began, in the kernel's own count; "" if it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    # the name of the program may hold spaces and brackets
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def seldom_look_for_garbage() -> None:
    """
    Look for garbage after some ten thousand new objects, and not after 700.

    Libraries and tables are hundreds of thousands of objects, none of which is garbage: to load
    them takes a sixth longer while they are looked through over and over.
    """
    gc.set_threshold(50_000, 20, 50)


def keep_all_until_the_end() -> None:
    """Let the system take back what is left as a whole: Python would look through it for long."""
    gc.freeze()

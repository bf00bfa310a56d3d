"""A process beside this one, which works while this one does something else."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any, TypeVar

from geoinspect.processes import seldom_look_for_garbage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

    Outcome = TypeVar("Outcome")


@contextmanager
def process_beside(*modules: str) -> Iterator[Executor]:
    """
    Start a process that does one thing after another.

    Parameters
    ----------
    modules
        What it loads at once, while there is nothing to do yet.
    """
    # begun anew: a copy of this process would have its locks, and not the threads that hold them
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_prepare)
    try:
        load(pool, *modules)
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _prepare() -> None:
    """Make the process quick to load, and quick to be gone."""
    seldom_look_for_garbage()
    # what it holds is given back at once, and not object by object: that takes a second
    Finalize(None, os._exit, args=(0,), exitpriority=-100)


def load(beside: Executor | None, *modules: str) -> None:
    """Let a process load modules once it has done what it was given before."""
    if beside is not None:
        for name in modules:
            beside.submit(import_module, name)


def begun(
    beside: Executor | None, function: Callable[..., Outcome], *arguments: Any
) -> Callable[[], Outcome]:
    """
    Begin work in a process beside; without one it is done when its outcome is asked for.

    Parameters
    ----------
    beside
        From `process_beside`; None for none.
    function, arguments
        The work; both can be pickled, and so can its outcome.

    Returns
    -------
    outcome
        Waits for the outcome and returns it, or raises what the work raised.
    """
    if beside is None:
        return partial(function, *arguments)
    return beside.submit(function, *arguments).result

"""Do things at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def at_once(do: Callable[[], T], n: int) -> list[T]:
    """Do something in `n` threads that all begin together; the first error is raised."""
    start = Barrier(n)

    def after_all_are_ready() -> T:
        start.wait()
        return do()

    with ThreadPoolExecutor(n) as pool:
        return [one.result() for one in [pool.submit(after_all_are_ready) for _ in range(n)]]

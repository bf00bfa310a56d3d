"""Rubrics: how much field, documents and questionnaires weigh in the score of an assessment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003  pydantic reads the type
from typing import TYPE_CHECKING

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The parts of a score, in their usual order.
PARTS = ("field", "documents", "questionnaire")
#: Those that people mark.
MARKED_PARTS = PARTS[1:]

#: The most that a part or a score can have, and what the weights of all parts add up to.
FULL_MARKS = 100.0


@dataclass(frozen=True)
class Rubric:
    """
    How a score is put together, a table `[[rubrics]]` of `geoinspect.toml`.

    Attributes
    ----------
    version
        Name of the rubric, which every score carries.
    effective
        First day it holds on.
    field, documents, questionnaire
        Weights of the parts, which add up to 100.
    failing_rate
        Violations an inspection at which the field part is 0; at no violation it is 100.

    Raises
    ------
    InputError
        If weights are negative or do not add up to 100.
    """

    version: str
    effective: date
    field: float = 60.0
    documents: float = 20.0
    questionnaire: float = 20.0
    failing_rate: float = 3.0

    def __post_init__(self) -> None:
        total = sum(self.weights)
        if min(self.weights) < 0 or abs(total - FULL_MARKS) > 1e-9:
            raise InputError(
                "The weights of rubric {version} are {weights}, in all {total}: they must be 0 "
                "or more and add up to 100.",
                version=self.version,
                weights=" + ".join(f"{weight:g}" for weight in self.weights),
                total=f"{total:g}",
            )
        if not self.failing_rate > 0:
            raise InputError(
                "The failing rate of rubric {version} is {rate}: it must be above 0.",
                version=self.version,
                rate=self.failing_rate,
            )

    @property
    def weights(self) -> tuple[float, ...]:
        """Weights in the order of `PARTS`."""
        return tuple(float(getattr(self, part)) for part in PARTS)


def rubric_of(rubrics: Iterable[Rubric], day: date) -> Rubric:
    """
    Return the rubric that holds on a day: the latest that has begun.

    Raises
    ------
    InputError
        If none has begun.
    """
    begun = [rubric for rubric in rubrics if rubric.effective <= day]
    if not begun:
        raise InputError("No rubric of scores holds on {day}: give one an earlier day.", day=day)
    return max(begun, key=lambda rubric: rubric.effective)

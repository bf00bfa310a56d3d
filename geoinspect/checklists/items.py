"""Items of a checklist: what is looked at, how it is observed, and what a breach costs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from geoinspect.errors import InputError


class Kind(StrEnum):
    """How an item is observed."""

    YES_NO = "yes_no"
    COUNT_500M = "count_500m"
    COUNT_5MIN = "count_5min"
    PHOTO = "photo"

    @property
    def is_counted(self) -> bool:
        """Whether the observation is a number of breaches."""
        return self in (Kind.COUNT_500M, Kind.COUNT_5MIN)


class ItemClass(StrEnum):
    """Whether a breach is one of things, which somebody mends, or of people's conduct."""

    HARDWARE = "hardware"
    CONDUCT = "conduct"


@dataclass(frozen=True)
class Item:
    """
    One item of a checklist.

    Attributes
    ----------
    item_id
        Id, the same in all versions in which the item means the same.
    text_zh, text_en
        What must be so, as a sentence.
    severity
        1 minor to 3 grave; that of the violations it leads to.
    kind, item_class
        How it is observed, and what kind of breach it is.
    full_score
        Points without any breach, above 0.
    deduction
        Points lost by each breach beyond `allowance`, in (0, full_score].
    allowance
        Breaches that cost nothing.

    Raises
    ------
    InputError
        If a number is out of its range.

    Examples
    --------
    >>> kind = Kind.COUNT_500M
    >>> item = Item("C020", "路面无明显垃圾", "No litter", 1, kind, ItemClass.HARDWARE, 10, 2, 1)
    >>> [item.score(n) for n in (0, 1, 2, 9)]
    [10.0, 10.0, 8.0, 0.0]
    """

    item_id: str
    text_zh: str
    text_en: str
    severity: int
    kind: Kind
    item_class: ItemClass
    full_score: float
    deduction: float
    allowance: int

    def __post_init__(self) -> None:
        wrong = {
            "severity": self.severity not in (1, 2, 3),
            "full_score": not 0 < self.full_score < float("inf"),
            "deduction": not 0 < self.deduction <= self.full_score,
            "allowance": self.allowance < 0,
        }
        for name, is_wrong in wrong.items():
            if is_wrong:
                raise InputError(
                    "Item {item_id}: {name} cannot be {value}. The severity is 1 to 3, the full "
                    "score above 0, the deduction above 0 and at most the full score, the "
                    "allowance 0 or more.",
                    item_id=self.item_id,
                    name=name,
                    value=getattr(self, name),
                )

    def score(self, n_breaches: int) -> float:
        """
        Return the points that are left, in [0, full_score].

        Parameters
        ----------
        n_breaches
            Breaches that were counted; of an item that is not counted 0 if all is well, else 1.
        """
        if n_breaches < 0:
            raise ValueError("a number of breaches is not negative")
        lost = self.deduction * max(0, n_breaches - self.allowance)
        return max(0.0, float(self.full_score - lost))

    def is_failed(self, n_breaches: int) -> bool:
        """Tell whether the observation is a violation: whether it costs anything."""
        return self.score(n_breaches) < self.full_score

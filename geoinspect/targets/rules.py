"""How targets of each category are found where nobody listed any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoinspect.targets.wording import (
    Task,
    Translate,
    find_a_shop,
    find_an_internet_cafe,
    ride_a_bus,
    take_a_taxi,
    walk_a_street,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_SMALL = ("unclassified", "residential", "living_street")


@dataclass(frozen=True)
class Rule:
    """
    How targets of a category are drawn and told.

    Attributes
    ----------
    name_zh, name_en
        Name of the category.
    way_classes
        Streets that are drawn from; see `network.WAY_CLASSES`.
    instruction
        Writes the instruction of a task.
    is_whole
        Whether the whole segment is the target, and not one place on it.
    has_side
        Whether one side of the street is drawn.
    doors
        From how many doors one is drawn.
    has_hour
        Whether an hour is drawn.
    """

    name_zh: str
    name_en: str
    way_classes: tuple[str, ...]
    instruction: Callable[[Task, Translate], str]
    is_whole: bool = False
    has_side: bool = False
    doors: int = 1
    has_hour: bool = False


#: Rules by category id: the five categories whose places nobody reports.
RULES = {
    "back_street": Rule("背街小巷", "back street", _SMALL, walk_a_street, is_whole=True),
    "small_shop": Rule(
        *("沿街商铺", "street-front shop", (*_SMALL, "tertiary"), find_a_shop),
        has_side=True,
        doors=3,
    ),
    "internet_cafe": Rule("网吧", "internet café", (*_SMALL, "tertiary"), find_an_internet_cafe),
    "bus": Rule("公交车", "bus", ("tertiary", "secondary", "primary"), ride_a_bus, has_hour=True),
    "taxi": Rule(
        "出租车", "taxi", ("tertiary", "secondary", "primary"), take_a_taxi, has_hour=True
    ),
}

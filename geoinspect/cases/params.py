"""All knobs of cases together: the table `[cases]` of a city's settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from geoinspect.cases.deadlines import DeadlineParams
from geoinspect.cases.notices import USUAL_ISSUER, check_issuer
from geoinspect.cases.rechecks import RecheckParams
from geoinspect.cases.signs import SignParams


@dataclass(frozen=True)
class CaseParams:
    """
    How an office runs its cases, the table `[cases]` of `geoinspect.toml`.

    Attributes
    ----------
    issuer
        Code before the year and the number of notices.
    deadlines
        Working days by class of defects, and when a case goes to a higher level.
    rechecks
        Share of closed cases that is visited again, and what is a relapse.
    signs
        From where on something may be a sham closure.

    Raises
    ------
    InputError
        If the issuer could not stand in a number.

    Examples
    --------
    >>> CaseParams().deadlines.hardware, CaseParams().rechecks.share
    ((15, 10, 7), 0.15)
    """

    issuer: str = USUAL_ISSUER
    deadlines: DeadlineParams = field(default_factory=DeadlineParams)
    rechecks: RecheckParams = field(default_factory=RecheckParams)
    signs: SignParams = field(default_factory=SignParams)

    def __post_init__(self) -> None:
        check_issuer(self.issuer)

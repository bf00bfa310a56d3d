"""What is told about cases, and how a step is ordered."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003  pydantic reads the annotations
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from geoinspect.api.problems import Which  # noqa: TC001
from geoinspect.cases import Act, Defect, Party, State  # noqa: TC001

#: Something that says something; databases keep no NUL.
Text = Annotated[str, Field(max_length=4_000, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
_MaybeText = Annotated[str, Field(max_length=1_000, pattern=r"^[^\x00]*$")]


class _Schema(BaseModel):
    """A field that is not declared is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CaseQuery(_Schema):
    """Which cases to list."""

    which: Which = Field(
        default="all",
        description="`mine`: those that wait for whoever asks; `relapsed`: those that came back "
        "at their place soon after a case of the same item was closed.",
    )
    state: State | None = None
    limit: int = Field(default=100, ge=1, le=1_000)
    offset: int = Field(default=0, ge=0, le=10_000_000)


class CaseSummary(_Schema):
    """A case; a violation without one counts as found."""

    case_id: str = Field(description="Id of the violation.")
    state: State
    defect: Defect | None = Field(description="Null before the notice.")
    severity: int = Field(description="1 minor to 3 grave.")
    category: str
    item: str
    description: str
    source: str
    point_id: str | None
    point_name: str
    address: str
    unit_id: str | None = Field(description="The unit that it is held against.")
    unit_name: str
    found_at: datetime
    deadline: date | None = Field(description="Last day of the unit.")
    overdue: bool
    working_days_left: int | None = Field(description="Below 0 once the deadline is over.")
    returns: int = Field(description="How often it came back.")


class CaseList(_Schema):
    """Cases in sight, sorted by id."""

    numberMatched: int
    numberReturned: int
    cases: list[CaseSummary]


class CasePhoto(_Schema):
    """A photo of a case."""

    sha256: str
    use: Literal["finding", "reply", "reinspection"]
    kind: str = Field(description="Format, read from the content.")
    taken_at: datetime | None = Field(description="By the photo's own data.")
    href: str


class CaseMove(_Schema):
    """A step that was taken."""

    number: int
    act: Act
    state: State = Field(description="State after it.")
    at: datetime
    by: str = Field(description="Account, or the name on a sheet.")
    party: Party
    reason: str
    text: str = Field(description="Of a reply: what was done.")
    passed: bool | None = Field(description="Of a re-inspection: whether it is put right.")
    photos: list[CasePhoto]


class CaseNotice(_Schema):
    """The rectification notice."""

    number: str
    issued_at: datetime
    issued_by: str
    deadline: date
    working_days: int
    basis: str


class CaseDetails(CaseSummary):
    """A case with all that was done."""

    notice: CaseNotice | None
    moves: list[CaseMove] = Field(description="Oldest first.")
    photos: list[CasePhoto] = Field(description="Of the finding.")
    steps: list[Act] = Field(description="What whoever asks may do now.")


class NoticeOrder(_Schema):
    """A notice to be issued."""

    defect: Defect | None = Field(
        default=None,
        description="A thing, or how people act: decides the working days; null for that of the "
        "checklist item by which it was found.",
    )
    issuer: str | None = Field(
        default=None,
        pattern=r"^[^\W\d_][\w\-]{0,29}$",
        description="Before the year; null for that of the settings.",
    )
    basis: _MaybeText = Field(default="", description="Rule that the item rests on.")


class Approval(_Schema):
    """What the leader of a unit says about a reply."""

    approved: bool
    reason: _MaybeText = Field(default="", description="Needed to send it back.")


class Decision(_Schema):
    """What the office makes of a re-inspection."""

    closed: bool = Field(description="Closed, or returned with a new deadline.")
    reason: _MaybeText = Field(default="", description="Needed to return it.")


class Reason(_Schema):
    """Why."""

    reason: Text

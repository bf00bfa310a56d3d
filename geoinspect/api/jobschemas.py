"""What the service understands and answers about jobs and plans, field by field."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003  pydantic reads the annotations
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from geoinspect.store.jobs import JobState  # noqa: TC001  pydantic reads the annotation

Secret = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{1,256}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, Field(max_length=2_000)]
# what a database or a file name cannot hold is refused at the door
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")]


class _Schema(BaseModel):
    """A field that is not declared is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RowAside(_Schema):
    """A row of a file that was not imported."""

    row: int = Field(description="Number of the row in the file.")
    id: str
    code: str
    reason: str


class JobProblem(_Schema):
    """Why a job failed."""

    error: str = Field(description="Kind of the error.")
    detail: str = Field(description="One sentence with the way out; empty for a fault.")
    rows: list[RowAside] = Field(
        default=[], description="The first rows of a file of which none could be imported."
    )


class JobStatus(_Schema):
    """Where a job stands."""

    job_id: str
    kind: str
    state: JobState
    version: int = Field(description="Raised with every change.")
    step: str = Field(description="What is being done, in the language of the city.")
    made_at: datetime
    cancel_wanted: bool
    result: dict[str, Any] | None = Field(description="What came out; null before the end.")
    problem: JobProblem | None = Field(description="Why it failed; null if it did not.")


class JobList(_Schema):
    """The jobs of whoever asks, oldest first."""

    jobs: list[JobStatus]


class NoArguments(_Schema):
    """Nothing to decide."""


class Publication(_Schema):
    """A publication to come that nobody can foresee."""

    source: Name
    number: Name


class CommitOrder(_Schema):
    """What a supervisor decides about a day."""

    secret: Secret = Field(description="Secret of the office in hexadecimal, 32 digits or more.")
    teams: int | None = Field(
        default=None, ge=1, le=500, description="Null for the usual teams of the city."
    )
    shift: Annotated[str, Field(max_length=20)] = Field(default="", examples=["09:00-15:00"])
    service: Annotated[str, Field(max_length=20)] = Field(default="12min")
    targets: dict[str, Annotated[int, Field(ge=0, le=1_000)]] = Field(
        default={}, description="Targets that nobody listed, by category."
    )
    targets_only: bool = False
    witness_sha256: Sha256 | None = None
    public: Publication | None = None
    reason: Text = Field(default="", description="Needed if the day has a commit already.")


class RevealOrder(_Schema):
    """One person's secret."""

    secret: Secret


class Revealed(_Schema):
    """How many secrets of an attempt are known."""

    date: date
    attempt: int
    known: int
    needed: int


class DrawOrder(_Schema):
    """What a draw needs besides what is in the ledger."""

    secrets: list[Secret] = Field(default=[], max_length=10)
    public_value: Text = ""
    reason: Text = Field(default="", description="Needed if the day is drawn already.")


class Late(_Schema):
    """The team is late."""

    kind: Literal["late"]
    late_s: Annotated[int, Field(gt=0, le=86_400)]


class LongerStop(_Schema):
    """A visit takes longer."""

    kind: Literal["stop"]
    point_id: Name
    takes_s: Annotated[int, Field(gt=0, le=86_400)]


class Breakdown(_Schema):
    """The team's day ends."""

    kind: Literal["breakdown"]


class ClosedStreet(_Schema):
    """A street of this name is closed."""

    kind: Literal["closed"]
    street: Name


class ClosedPlace(_Schema):
    """The street nearest to a place is closed."""

    kind: Literal["closed-near"]
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]


class AmendOrder(_Schema):
    """What happened to a team."""

    team_id: Name
    at: datetime = Field(description="From when, with its offset from UTC.")
    event: Annotated[
        Late | LongerStop | Breakdown | ClosedStreet | ClosedPlace, Field(discriminator="kind")
    ]


class AmendmentList(_Schema):
    """The amendments of a plan, in their order."""

    date: date
    n: int
    amendments: list[dict[str, Any]]


class AttemptRow(_Schema):
    """One commit of a day and what became of it."""

    date: date
    attempt: int
    commitment: str
    reason: str
    committed_at: datetime
    drawn_at: datetime | None
    binding: bool


class AttemptList(_Schema):
    """The ledger of draws, by day."""

    attempts: list[AttemptRow]


class Alive(_Schema):
    """The program runs."""

    status: Literal["alive"]


class Readiness(_Schema):
    """The service can do its work."""

    status: Literal["ready"]

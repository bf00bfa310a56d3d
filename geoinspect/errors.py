"""
All errors geoinspect raises on purpose.

GeoinspectError
├── InputError (also ValueError)       the data handed in is wrong
│   └── MissingColumnError
├── NetworkError                       the road network cannot answer
├── LotteryError                       no honest draw is possible
├── VerificationError                  a published plan does not hold
├── NotFoundError                      the thing asked for is not there
├── StoreError                         database or disk is full, busy or damaged
│   └── StoreGoneError                 it cannot be reached just now
├── UnauthenticatedError               nobody is signed in, or the proof is wrong
├── ForbiddenError                     who is signed in may not do this
├── WorkflowError                      the case does not stand where this step begins
│   └── IllegalTransitionError
└── MissingDependencyError (also ImportError)

GeoinspectWarning (UserWarning)
└── UnknownCalendarWarning             only the weekends of a year are known

An error carries an English sentence with named fields and the values of the
fields. The sentence is also the key of its translation, so that the language is
chosen where a person reads it (command line, service), never where it is raised.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Told(Exception):
    """
    What is told to a person: root of all deliberate errors and warnings.

    Parameters
    ----------
    sentence
        One English sentence, with `{fields}` in `str.format` syntax. It names the
        thing, the value and, if there is one, the way out.
    **data
        Values of the fields; kept as `data` so that callers can return them. A value that
        is itself such an error is told in the same language.
    """

    def __init__(self, sentence: str, **data: object) -> None:
        super().__init__(sentence, data)
        self.sentence = sentence
        self.data = data

    def __reduce__(self) -> tuple[Any, ...]:
        """Say how to make it again in another process."""
        return partial(type(self), self.sentence, **self.data), ()

    def __str__(self) -> str:
        return self.render(lambda sentence: sentence)

    def render(self, translate: Callable[[str], str]) -> str:
        """Return the sentence in the language of `translate`, with the values filled in."""
        told = {
            name: value.render(translate) if isinstance(value, Told) else value
            for name, value in self.data.items()
        }
        return translate(self.sentence).format(**told)


class GeoinspectError(Told):
    """Root of all deliberate errors."""


class InputError(GeoinspectError, ValueError):
    """The data handed in is wrong."""


class MissingColumnError(InputError):
    """A table lacks a column that cannot be done without."""


class NetworkError(GeoinspectError):
    """The road network is missing, damaged or cannot answer."""


class LotteryError(GeoinspectError):
    """No draw with the promised chances is possible."""


class VerificationError(GeoinspectError):
    """A published plan does not hold; `data["place"]` names where."""


class NotFoundError(GeoinspectError):
    """The thing asked for is not there."""


class StoreError(GeoinspectError):
    """Database or disk cannot be reached, is busy, full or damaged; nothing was changed."""


class StoreGoneError(StoreError):
    """The database cannot be reached just now; it may come back."""


class UnauthenticatedError(GeoinspectError):
    """Nobody is signed in, or what was shown as proof is wrong or used up."""


class ForbiddenError(GeoinspectError):
    """Whoever is signed in may not do this."""


class GivenPasswordError(ForbiddenError):
    """Whoever is signed in has to choose a password of their own first."""


class WorkflowError(GeoinspectError):
    """The thing asked for does not stand where this step begins."""


class IllegalTransitionError(WorkflowError):
    """A move that the table of states does not have, or that somebody else must make."""


class MissingDependencyError(GeoinspectError, ImportError):
    """An optional package is not installed."""


class GeoinspectWarning(Told, UserWarning):
    """Root of all deliberate warnings."""


class UnknownCalendarWarning(GeoinspectWarning):
    """The holidays of a year are not known: only its weekends count."""

"""Passwords: which are good enough, and how they are kept."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from itertools import pairwise
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from geoinspect.errors import InputError

if TYPE_CHECKING:
    from geoinspect.people.account import Account

SHORTEST, LONGEST = 10, 128

#: Kinds of characters a password must mix: small, capital, digit, other.
_KINDS = 3

_FEWEST_DIFFERENT = 6

#: Argon2id with the second recommended parameters of RFC 9106, section 4.
_HASHER = PasswordHasher()

#: Each hash takes 64 MiB and all processors: an office that signs in at eight takes its turns,
#: and nobody fills the memory by guessing.
_TURNS = BoundedSemaphore(max(2, os.cpu_count() or 1))


def hash_password(password: str) -> str:
    """Return what is kept of a password: its Argon2id hash with salt and parameters."""
    return _HASHER.hash(password)


def fits_password(kept: str | None, password: str) -> bool:
    """
    Tell whether a password is the one whose hash is kept.

    An account that does not exist, or has no password, takes as long as a wrong password.
    """
    try:
        with _TURNS:
            _HASHER.verify(kept or _nobody(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def check_password(password: str, user_id: str) -> None:
    """
    Refuse a password that is easy to guess.

    Raises
    ------
    InputError
        If it is too short or long, mixes too few kinds of characters, repeats or counts
        up, or contains the name of its account.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(
            "The password has {n} characters: use {shortest} to {longest}.",
            n=len(password),
            shortest=SHORTEST,
            longest=LONGEST,
        )
    if _kinds(password) < _KINDS:
        raise InputError(
            "The password is too simple: mix three of small letters, capitals, digits and signs."
        )
    if len(set(password)) < _FEWEST_DIFFERENT or _counts_up(password):
        raise InputError("The password repeats itself or counts up: take one nobody can guess.")
    if user_id.lower() in password.lower():
        raise InputError("The password contains the name of the account: take another one.")


def with_password(account: Account, password: str, *, given: bool) -> Account:
    """
    Return an account with another password, its failures to sign in forgotten.

    Parameters
    ----------
    account, password
        Whose, and which.
    given
        Whether somebody else chose it.

    Raises
    ------
    InputError
        If it is easy to guess; see `check_password`.
    """
    check_password(password, account.user_id)
    hashed = hash_password(password)
    return replace(account, password_hash=hashed, failures=0, password_given=given)


@cache
def _nobody() -> str:
    """Hash of a password that nobody has."""
    return _HASHER.hash("nobody's password")


def _kinds(password: str) -> int:
    """Count the kinds of characters that a password mixes."""
    tests = (str.islower, str.isupper, str.isdigit, lambda sign: not sign.isalnum())
    letters = any(sign.isalpha() and sign.lower() == sign.upper() for sign in password)
    # signs of a script without capitals are as good as small letters
    return sum(any(map(test, password)) for test in tests) + letters


def _counts_up(password: str) -> bool:
    """Tell whether most characters follow the one before, as in abcdefgh or 12345678."""
    steps = [abs(ord(b) - ord(a)) <= 1 for a, b in pairwise(password)]
    return sum(steps) > len(steps) * 2 / 3

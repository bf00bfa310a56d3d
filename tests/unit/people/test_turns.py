"""Passwords are checked a few at a time, however many people sign in at once."""

from __future__ import annotations

import os
from threading import Barrier, Lock

from geoinspect.people import passwords

from ...threads import at_once


class _Hasher:
    """Counts how many are at it, and lets as many meet as may be at it together."""

    def __init__(self, most: int) -> None:
        self._lock, self._meet = Lock(), Barrier(most)
        self.now, self.most = 0, 0

    def verify(self, _kept: str, _password: str) -> bool:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self._meet.wait()
        with self._lock:
            self.now -= 1
        return True


def test_no_more_passwords_are_checked_at_once_than_there_are_turns(monkeypatch) -> None:
    turns = max(2, os.cpu_count() or 1)
    hasher = _Hasher(turns)
    monkeypatch.setattr(passwords, "_HASHER", hasher)
    told = at_once(lambda: passwords.fits_password("kept", "word"), 4 * turns)
    assert told == [True] * 4 * turns
    assert hasher.most == turns

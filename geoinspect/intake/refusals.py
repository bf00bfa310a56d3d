"""Refusals of whole files that more than one reader needs."""

from __future__ import annotations

from geoinspect.errors import InputError


def password_protected(source_file: str) -> InputError:
    """Return the refusal of a workbook that needs a password."""
    return InputError(
        "{file} is protected by a password: open it, remove the password and save it again.",
        file=source_file,
    )


def damaged(source_file: str, kind: str) -> InputError:
    """Return the refusal of a file whose inside does not fit its kind."""
    return InputError(
        "{file} looks like {kind} but cannot be opened, it is probably damaged: "
        "open it in the program that made it and save it again.",
        file=source_file,
        kind=kind,
    )

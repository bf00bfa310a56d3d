"""How every group of commands looks."""

from __future__ import annotations

import typer

CONTEXT = {"help_option_names": ["-h", "--help"]}


def command_group(text: str) -> typer.Typer:
    """Return an empty group of commands that is described by `text`."""
    return typer.Typer(
        help=text,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=CONTEXT,
    )

"""The command line."""

from geoinspect.cli.main import main

__all__ = ["main"]

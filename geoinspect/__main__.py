"""Run the command line with `python -m geoinspect`, or as `geoinspect`."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    # loaded here: processes beside this one load this file, and not the command line
    from geoinspect.processes import seldom_look_for_garbage

    seldom_look_for_garbage()
    from geoinspect.cli.main import main as run

    run()


if __name__ == "__main__":
    main()

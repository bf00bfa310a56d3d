"""Run the command line with `python -m geoinspect`, or as `geoinspect`."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    # loaded here: processes beside this one load this file, and not the command line
    from geoinspect.processes import keep_all_until_the_end, seldom_look_for_garbage

    seldom_look_for_garbage()
    from geoinspect.cli.main import main as run

    try:
        run()
    finally:
        keep_all_until_the_end()


if __name__ == "__main__":
    main()

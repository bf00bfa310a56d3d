"""Run the command line with `python -m geoinspect`."""

from geoinspect.cli import main

main()

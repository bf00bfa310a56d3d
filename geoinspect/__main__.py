"""Run the command line with `python -m geoinspect`."""

from geoinspect.cli import main

if __name__ == "__main__":  # processes of `serve --workers` load this file, too
    main()

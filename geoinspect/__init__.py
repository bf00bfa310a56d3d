"""geoinspect: random, verifiable inspection routes and honest maps for a city."""

__version__ = "0.1.0"

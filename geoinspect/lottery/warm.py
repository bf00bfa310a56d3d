"""
Compile the lottery's inner loops ahead of the first plan: `python -m geoinspect.lottery.warm`.

Numba compiles a function when it is first called and keeps the result on disk. That takes
some ten seconds, which an installation can spend better than a supervisor.
"""

from __future__ import annotations

import numpy as np

from geoinspect.lottery.calibration import calibrate
from geoinspect.lottery.candidates import all_subsets, draw_candidates, draw_candidates_through
from geoinspect.lottery.pricing import price_routes
from geoinspect.lottery.randomness import derive_key, stream
from geoinspect.lottery.routes import Zone


def warm() -> int:
    """Call every compiled function once on a small zone; return how many routes came out."""
    n = 6
    places = np.arange(n + 1)
    times = np.abs(places[:, np.newaxis] - places) * 60_000
    zone = Zone(times, np.full(n, 600_000), 3_600_000, np.full(n, 0.4))
    state = stream(derive_key("warm"))
    routes = draw_candidates(zone, state, count=20, tilt=1.0)
    routes = routes.joined(draw_candidates_through(zone, state, np.arange(n), tilt=1.0))
    routes = routes.joined(price_routes(zone, state, np.ones(n), count=5))
    routes = routes.joined(all_subsets(zone))
    calibrate(routes, zone.probability, theta=0.1)
    return len(routes)


if __name__ == "__main__":
    warm()

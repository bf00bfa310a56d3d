"""The local plane is metric near its centre and gives coordinates back."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import Geod

from geoinspect.geometry import LocalProjection


def test_distances_on_the_plane_are_those_on_the_ellipsoid() -> None:
    plane = LocalProjection(118.8, 32.06)
    ends = np.array([[118.8, 32.06], [118.9, 32.12]])
    xy = plane.to_xy(ends)
    _, _, metres = Geod(ellps="WGS84").inv(*ends[0], *ends[1])
    assert np.linalg.norm(xy[1] - xy[0]) == pytest.approx(metres, rel=1e-5)


def test_the_centre_is_the_origin() -> None:
    assert LocalProjection(118.8, 32.06).to_xy(np.array([[118.8, 32.06]])) == pytest.approx(
        0, abs=1e-6
    )


def test_a_plane_around_points_does_not_move_with_a_few_metres() -> None:
    points = np.array([[118.70001, 32.0], [118.9, 32.1]])
    moved = points + np.array([[0, 0], [1e-4, 1e-4]])
    assert LocalProjection.around(points).crs == LocalProjection.around(moved).crs

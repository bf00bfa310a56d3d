"""Violations along the streets of the tiny town."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoinspect.demo import tinytown
from geoinspect.streetsurfaces import Streets, street_surface


@pytest.fixture(scope="module")
def streets(tinytown_network):
    return Streets.of(tinytown_network)


@pytest.fixture(scope="module")
def lonlat():
    return shapely.get_coordinates(tinytown.points().geometry.to_numpy())


def test_each_street_is_there_once_whatever_its_directions(streets):
    network = streets.network
    both = network.reverse_edge >= 0
    total = network.length_m[~both].sum() + network.length_m[both].sum() / 2
    assert streets.pieces.length_m.sum() == pytest.approx(total)
    assert 0 < len(streets.edge) < network.n_edges


def test_density_along_streets_integrates_to_the_violations(streets, lonlat):
    surface = street_surface(streets, lonlat)
    length_km = streets.pieces.node_length_m / 1000
    assert surface.n_off_street + surface.violations.events_per_km @ length_km == pytest.approx(
        len(lonlat), rel=1e-5
    )
    assert np.isnan(surface.rate).all()


def test_where_every_fourth_inspection_finds_something_the_rate_is_a_quarter(streets, lonlat):
    surface = street_surface(streets, np.repeat(lonlat, 6, axis=0), np.repeat(lonlat, 24, axis=0))
    assert surface.covered.any()
    assert surface.rate[surface.covered] == pytest.approx(0.25)
    assert np.isnan(surface.rate[~surface.covered]).all()


def test_events_far_from_any_street_are_counted_as_left_out(streets):
    surface = street_surface(streets, np.array([[100.0, 20.0]]), np.empty((0, 2)))
    assert surface.n_off_street == 1
    assert surface.violations.n_events == 0
    assert not surface.covered.any()


def test_lines_of_the_pieces_add_up_to_their_street(streets):
    everything = np.ones(len(streets.pieces.street), bool)
    lines = streets.lines(everything)
    length = [shapely.LineString(line).length for line in lines]
    by_street = np.bincount(streets.pieces.street, weights=length)
    whole = [shapely.LineString(streets.network.edge_lonlat(e)).length for e in streets.edge]
    assert by_street == pytest.approx(np.array(whole), rel=1e-6)

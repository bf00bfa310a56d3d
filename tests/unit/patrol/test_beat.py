"""Which streets are meant, and how often they are walked."""

from __future__ import annotations

import pytest

from geoinspect.errors import InputError
from geoinspect.patrol import chosen_streets
from geoinspect.targets import street_segments


def _names(network, streets):
    return sorted(network.names[index] for index in network.name_index[streets.edge])


def test_streets_are_chosen_by_name(town):
    network = town()
    streets = chosen_streets(network, street_segments(network), names=["South", "Far"])
    assert _names(network, streets) == ["Far", "South", "South"]


def test_streets_are_chosen_by_the_category_of_targets_or_its_plural(town):
    network = town("A=B South", "B=C East tertiary", "D=C North living_street")
    for category in ("back_street", "back_streets"):
        streets = chosen_streets(network, street_segments(network), category=category)
        assert _names(network, streets) == ["North", "South"]


def test_all_streets_are_meant_where_nothing_is_chosen(town):
    network = town()
    assert len(chosen_streets(network, street_segments(network))) == 6


@pytest.mark.parametrize("highway", ["motorway", "trunk"])
def test_roads_that_nobody_walks_are_no_choice(town, highway):
    network = town("A=B South", f"B=C East {highway}")
    with pytest.raises(InputError, match="called East here: motorways and trunk roads"):
        chosen_streets(network, street_segments(network), names=["South", "East"])


def test_an_unknown_category_is_named_with_the_known_ones(town):
    network = town()
    with pytest.raises(InputError, match="category alleys: name one of back_street, "):
        chosen_streets(network, street_segments(network), category="alleys")


def test_a_choice_without_streets_is_refused(town):
    network = town("A=B South primary")
    with pytest.raises(InputError, match="There is no street to walk"):
        chosen_streets(network, street_segments(network), category="back_street")


def test_each_side_of_a_wide_street_is_walked_if_asked_for(beat):
    wide = beat("A=B South primary", "B=C East secondary")
    segment, hand = wide.passes(both_sides=True)
    names = [wide.network.names[wide.network.name_index[wide.streets.edge[k]]] for k in segment]
    assert sorted(zip(names, hand, strict=True)) == [
        ("East", ""),
        ("South", "left"),
        ("South", "right"),
    ]
    assert wide.passes(both_sides=False)[1] == ["", ""]


def test_a_carriageway_of_its_own_is_one_side_already(beat):
    double = beat("A>B South primary", "B>C East primary", "C>D North primary", "D>A West primary")
    assert double.passes(both_sides=True)[1] == [""] * 4


@pytest.mark.parametrize("knob", ["inspect_kph", "walk_kph"])
@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_speed_that_is_none_is_refused(params, knob, speed):
    with pytest.raises(InputError, match="name a speed above 0"):
        params(**{knob: speed})


def test_an_outing_without_teams_is_refused(params):
    with pytest.raises(InputError, match="0 days are too few"):
        params(n_days=0)

"""Which two edges are the two directions of one street."""

from __future__ import annotations


def _twins_by_name(network):
    """Count the edges with a reverse edge, by street."""
    counts = dict.fromkeys(network.names[1:], 0)
    for edge, other in enumerate(network.reverse_edge):
        counts[network.names[network.name_index[edge]]] += int(other >= 0)
    return counts


def test_the_directions_of_a_street_find_each_other(town):
    assert _twins_by_name(town) == {"South": 2, "East": 0, "North": 2, "West": 0, "Loop": 0}
    for edge, other in enumerate(town.reverse_edge):
        if other >= 0:
            assert town.reverse_edge[other] == edge
            assert town.edge_lonlat(other).tolist() == town.edge_lonlat(edge)[::-1].tolist()


def test_parallel_streets_are_not_mistaken_for_each_other(build):
    town = build("A=B 1 South", "A=x=B 2 Bypass")
    assert _twins_by_name(town) == {"South": 2, "Bypass": 2}
    assert all(
        town.name_index[edge] == town.name_index[other]
        for edge, other in enumerate(town.reverse_edge)
    )


def test_one_way_streets_of_opposite_direction_are_two_streets(build):
    assert _twins_by_name(build("A>B 1 South", "B>x>A 1 Bypass")) == {"South": 0, "Bypass": 0}


def test_a_street_mapped_twice_is_paired_first_with_first(build):
    town = build("A=B 1 South", "A=B 2 Copy")
    assert _twins_by_name(town) == {"South": 2, "Copy": 2}
    assert sorted(town.reverse_edge) == [0, 1, 2, 3]


def test_of_a_street_mapped_twice_and_once_back_the_first_has_a_reverse(build):
    for streets in (("A=B 1 South", "A>B 2 Copy"), ("A>B 2 Copy", "A=B 1 South")):
        town = build(*streets)
        there, copy, back = town.reverse_edge
        assert (there, copy, back) == (2, -1, 0)


def test_a_two_way_loop_has_two_directions(build):
    assert _twins_by_name(build("A=B 1 South", "B=C=y=B 2 Loop")) == {"South": 2, "Loop": 2}


def test_a_loop_along_itself_is_not_its_own_reverse(build):
    assert _twins_by_name(build("A=B 1 South", "B>C>B 2 Spur")) == {"South": 2, "Spur": 0}

"""Packed events: whatever they are, the page gets back what was packed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoinspect.density import Grid, KernelParams
from geoinspect.errors import InputError
from geoinspect.maps.events import (
    STEPS_PER_CELL,
    pack_counts,
    pack_events,
    unpack_counts,
    unpack_events,
)

EXTENT = (118.70, 32.00, 118.80, 32.10)
GRID = Grid.covering(EXTENT, KernelParams())
N_DAYS = 1000  # more than fit a byte
COLUMNS = ["lon", "lat", "day", "category", "district", "severity"]

codes = st.integers(0, 255)
rows = st.tuples(
    st.floats(EXTENT[0], EXTENT[2]),
    st.floats(EXTENT[1], EXTENT[3]),
    st.integers(0, N_DAYS - 1),
    codes,
    codes,
    codes,
)
tables = st.lists(rows, max_size=60).map(lambda each: pd.DataFrame(each, columns=COLUMNS))


def sorted_rows(table: pd.DataFrame) -> list[list[int]]:
    return sorted(table.astype(np.int64).to_numpy().tolist())


@settings(max_examples=60, deadline=None)
@given(tables)
def test_events_come_back_in_the_order_of_days_with_their_codes_and_cells(events):
    packed = pack_events(events, GRID, N_DAYS)
    assert len(packed) == 8 + 4 * (N_DAYS + 1) + 7 * len(events)
    back = unpack_events(packed)
    assert back["day"].is_monotonic_increasing
    expected = events.assign(cell=GRID.index(events[["lon", "lat"]].to_numpy(np.float64)))
    back["cell"] = back["y"] // STEPS_PER_CELL * GRID.n_columns + back["x"] // STEPS_PER_CELL
    names = ["cell", "day", "category", "district", "severity"]
    assert sorted_rows(back[names]) == sorted_rows(expected[names])


@settings(max_examples=60, deadline=None)
@given(st.floats(EXTENT[0], EXTENT[2]), st.floats(EXTENT[1], EXTENT[3]))
def test_a_step_holds_its_event_to_ten_metres(lon, lat):
    event = pd.DataFrame([(lon, lat, 0, 0, 0, 0)], columns=COLUMNS)
    back = unpack_events(pack_events(event, GRID, 1)).iloc[0]
    step = GRID.cell / STEPS_PER_CELL
    x, y = GRID.west + (back["x"] + 0.5) * step, GRID.north - (back["y"] + 0.5) * step
    radius = 6_378_137.0
    east = radius * np.radians(lon)
    north = radius * np.log(np.tan(np.pi / 4 + np.radians(lat) / 2))
    assert max(abs(east - x), abs(north - y)) <= step / 2 + 1e-6


@settings(max_examples=60, deadline=None)
@given(tables, st.integers(1, 300))
def test_counts_come_back_by_cell_day_and_category(events, times):
    events = (
        pd.concat([events] * times) if times < 4 else pd.concat([events] + [events[:1]] * times)
    )
    back = unpack_counts(pack_counts(events, GRID, N_DAYS))
    cell = GRID.index(events[["lon", "lat"]].to_numpy(np.float64))
    grouped = events.assign(cell=cell).groupby(["cell", "day", "category"]).size()
    expected = grouped.rename("count").reset_index()
    assert sorted_rows(back) == sorted_rows(expected)
    assert back["count"].sum() == len(events)


def test_a_million_events_on_few_places_take_less_than_their_number_in_bytes():
    rng = np.random.default_rng(5)
    n = 200_000
    events = pd.DataFrame(
        {
            "lon": rng.choice(np.linspace(118.71, 118.79, 60), n),
            "lat": rng.choice(np.linspace(32.01, 32.09, 20), n),
            "day": rng.integers(0, 30, n),
            "category": rng.integers(0, 2, n),
            "district": 0,
            "severity": 0,
        }
    )
    packed = pack_counts(events, GRID, 30)
    assert len(packed) < n
    assert unpack_counts(packed)["count"].sum() == n


def test_an_event_beyond_the_grid_is_refused_with_its_row():
    events = pd.DataFrame(
        [(118.75, 32.05, 0, 0, 0, 0), (119.9, 32.05, 0, 0, 0, 0)], columns=COLUMNS
    )
    for pack in (pack_events, pack_counts):
        with pytest.raises(InputError, match=r"Event 1 at lon 119\.9, lat 32\.05 lies outside"):
            pack(events, GRID, 1)


def test_a_map_too_wide_for_its_steps_is_refused():
    wide = Grid.covering((100.0, 32.0, 107.0, 32.01), KernelParams())
    events = pd.DataFrame([(101.0, 32.005, 0, 0, 0, 0)], columns=COLUMNS)
    with pytest.raises(InputError, match="more than 6553: use larger cells"):
        pack_events(events, wide, 1)
    assert unpack_counts(pack_counts(events, wide, 1))["count"].tolist() == [1]

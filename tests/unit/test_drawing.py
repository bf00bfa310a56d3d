"""Two people, one publication: a draw that needs all of them, and nobody can choose."""

from __future__ import annotations

import copy
import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from geoinspect.drawing import draw_committed
from geoinspect.errors import InputError, NetworkError, VerificationError
from geoinspect.lottery.record import to_bytes
from geoinspect.lottery.verify import verify
from geoinspect.planning import PublicSource, commit_plan

if TYPE_CHECKING:
    from geoinspect.network import RoadNetwork
    from geoinspect.planning import City, PlanParams

Record = dict[str, Any]
OFFICE, WITNESS = "5eed" * 8, "beef" * 8
WITNESS_SHA256 = hashlib.sha256(WITNESS.encode()).hexdigest()


@pytest.fixture(scope="module")
def committed(tinytown_city: City, tinytown_params: PlanParams) -> Record:
    return commit_plan(
        tinytown_city, tinytown_params, OFFICE, witness_sha256=WITNESS_SHA256.upper()
    )


def test_a_committed_record_holds_no_secret_and_no_route(committed: Record) -> None:
    content = to_bytes(committed).decode()
    assert OFFICE not in content
    assert committed["routes"] == committed["draw"]["draws"] == []
    assert committed["draw"]["secrets_sha256"][1] == WITNESS_SHA256


def test_both_secrets_draw_a_plan_that_verifies(
    committed: Record, tinytown_network: RoadNetwork
) -> None:
    plan = draw_committed(committed, tinytown_network, [OFFICE, WITNESS])
    found = verify(to_bytes(plan), published_commitment=committed["draw"]["commitment"])
    assert found.n_teams == 2


def test_drawing_leaves_the_committed_record_as_it_was(
    committed: Record, tinytown_network: RoadNetwork
) -> None:
    before = to_bytes(committed)
    draw_committed(committed, tinytown_network, [OFFICE, WITNESS])
    assert to_bytes(committed) == before


def test_the_witness_changes_the_draw_but_not_the_books(
    tinytown_city: City, tinytown_params: PlanParams, tinytown_network: RoadNetwork
) -> None:
    seeds, books = set(), []
    for number in range(4):
        secret = f"{number:032x}"
        sha256 = hashlib.sha256(secret.encode()).hexdigest()
        plan = commit_plan(tinytown_city, tinytown_params, OFFICE, witness_sha256=sha256)
        seeds.add(draw_committed(plan, tinytown_network, [OFFICE, secret])["draw"]["seed"])
        books.append(plan["books"])
    assert len(seeds) == 4
    assert all(book == books[0] for book in books)


def test_a_public_value_enters_the_draw(
    tinytown_city: City, tinytown_params: PlanParams, tinytown_network: RoadNetwork
) -> None:
    source = PublicSource("双色球", "2026135")
    plan = commit_plan(tinytown_city, tinytown_params, OFFICE, public=source)
    assert plan["draw"]["public"] == {"source": "双色球", "number": "2026135"}
    drawn = [
        draw_committed(plan, tinytown_network, [OFFICE], public_value=value)
        for value in ("01 02 03", "04 05 06")
    ]
    assert drawn[0]["draw"]["seed"] != drawn[1]["draw"]["seed"]
    verify(to_bytes(drawn[0]))
    with pytest.raises(InputError, match="A public value belongs to a draw exactly if"):
        draw_committed(plan, tinytown_network, [OFFICE])


@pytest.mark.parametrize(
    ("secrets", "sentence"),
    [
        ([OFFICE], "2 secrets were committed to, 1 given"),
        ([OFFICE, "00"], "Secret number 2 is not the one committed to"),
        ([WITNESS, OFFICE], "Secret number 1 is not the one committed to"),
    ],
)
def test_wrong_secrets_draw_nothing(
    committed: Record, tinytown_network: RoadNetwork, secrets: list[str], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        draw_committed(committed, tinytown_network, secrets)


def test_a_value_nobody_agreed_on_draws_nothing(
    committed: Record, tinytown_network: RoadNetwork
) -> None:
    with pytest.raises(InputError, match="exactly if its source was committed to"):
        draw_committed(committed, tinytown_network, [OFFICE, WITNESS], public_value="7")


def test_a_record_changed_after_the_commitment_draws_nothing(
    committed: Record, tinytown_network: RoadNetwork
) -> None:
    changed = copy.deepcopy(committed)
    changed["points"][0]["inclusion_probability"] = 0.9
    with pytest.raises(VerificationError, match="TT01"):
        draw_committed(changed, tinytown_network, [OFFICE, WITNESS])


def test_another_network_draws_nothing(committed: Record, tinytown_network: RoadNetwork) -> None:
    from dataclasses import replace

    slower = replace(tinytown_network, duration_ms=tinytown_network.duration_ms + 1)
    with pytest.raises(NetworkError, match="another road network"):
        draw_committed(committed, slower, [OFFICE, WITNESS])


def test_a_hash_that_is_none_is_refused(tinytown_city: City, tinytown_params: PlanParams) -> None:
    with pytest.raises(InputError, match="'1234' is no SHA-256 hash"):
        commit_plan(tinytown_city, tinytown_params, OFFICE, witness_sha256="1234")

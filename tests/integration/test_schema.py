"""The service keeps what its OpenAPI document promises, whatever is sent, whoever asks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
import schemathesis.specs.openapi.checks as openapi_checks
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.failures import Failure, FailureGroup

from geoinspect.api.app import create_app
from geoinspect.cityfolder import CityFolder
from geoinspect.demo import tinytown
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.bearers import csrf_token
from geoinspect.responsibility import assign

if TYPE_CHECKING:
    from fastapi import FastAPI

NOW = datetime(2026, 11, 23, 0, 45, tzinfo=UTC)
HERE = "http://127.0.0.1:8000"
ACCOUNTS = [
    Account("supervisor", "s", Role.SUPERVISOR),
    Account("leader", "l", Role.LEADER),
    Account("unit", "u", Role.UNIT, offices=frozenset({"U3"})),
    Account("inspector", "i", Role.INSPECTOR, inspector_id="I1"),
    Account("administrator", "a", Role.ADMINISTRATOR),
    Account("security", "k", Role.SECURITY),
    Account("auditor", "r", Role.AUDITOR),
]
# asks everything, and so would count as covered what nothing looks at
pytestmark = pytest.mark.no_cover

#: No schema can say that a token ends within a year, or that a bbox has its west in the west.
NOT_PROMISED = openapi_checks.positive_data_acceptance
#: Requests for each operation and person.
EXAMPLES = 5


@pytest.fixture(scope="module")
def app(tmp_path_factory, tinytown_plan, tinytown_network) -> FastAPI:
    folder = CityFolder.create(tmp_path_factory.mktemp("city") / "city", name="小镇")
    tinytown_network.save(folder.network_path)
    store = folder.store()
    store.merge_points(tinytown.points())
    store.replace_districts(tinytown.districts())
    store.replace_units(tinytown.units())
    store.merge_violations(tinytown.violations())
    store.merge_inspections(tinytown.inspections())
    store.replace_assignments(assign(store.points(), store.districts(), store.units()))
    store.add_plan(tinytown_plan, at=NOW)
    for account in ACCOUNTS:
        store.people.add(account)
    store.close()
    # a client that sends nonsense in a hurry is none of the refusals that are meant here
    roomy = folder.settings.model_copy(update={"requests_per_minute": 1_000_000})
    return create_app(CityFolder(folder.path, roomy), clock=lambda: NOW)


@pytest.fixture(scope="module")
def operations(app) -> list[Any]:
    """All operations of the document, read once for all who ask."""
    host = {"Host": HERE.removeprefix("http://")}
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, headers=host)
    return [result.ok() for result in schema.get_all_operations()]


def _headers(app: FastAPI, who: str | None) -> dict[str, str]:
    """A session of its own for each request: one that signs out ends no other."""
    if who is None:
        return {}
    store = app.state.folder.store()
    session = store.signing.open_session(who, now=NOW)
    store.close()
    return {"Cookie": f"geoinspect_session={session}", "X-CSRF-Token": csrf_token(session)}


def _faults(app: FastAPI, operation: Any, who: str | None) -> list[str]:
    """Send what the document allows and what it does not; say what is wrong with the answers."""

    @seed(20261123)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=_cases(operation))
    def check(case: Any) -> None:
        case.call_and_validate(
            base_url=HERE, headers=_headers(app, who), excluded_checks=[NOT_PROMISED]
        )

    try:
        check()
    except (FailureGroup, Failure) as error:
        found = error.exceptions if isinstance(error, FailureGroup) else [error]
        return [f"{operation.label} as {who}: {each}" for each in found]
    return []


def _cases(operation: Any) -> Any:
    """Requests that fit the document, and those that break it."""
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    return st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))


@pytest.mark.parametrize("who", [*(account.user_id for account in ACCOUNTS), None], ids=str)
def test_every_answer_is_one_that_the_document_promises(app, operations, who) -> None:
    assert len(operations) > 50
    faults = [fault for operation in operations for fault in _faults(app, operation, who)]
    assert faults == []

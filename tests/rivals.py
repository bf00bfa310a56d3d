"""Two supervisors who plan the same day at the same moment, each with an own secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.testclient import TestClient

from geoinspect.api.app import create_app
from geoinspect.audit import verify_chain
from geoinspect.jobs import Worker
from geoinspect.ledger import Act, binding_numbers
from geoinspect.lottery.draw import sha256_hex
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.people.bearers import csrf_token

from .killing import DAY, NOW
from .threads import at_once

if TYPE_CHECKING:
    from geoinspect.cityfolder import CityFolder

    from .killing import Cities
    from .postgres import Cluster

_SECRETS = {"chen": "5eed" * 8, "zhao": "beef" * 8}


def plan_twice_at_once(cities: Cities, server: Cluster | None) -> int:
    """Let two supervisors commit to and draw one day at once; return the binding draws."""
    city = cities.ready_for("backup", server)
    store = city.store()
    for who in _SECRETS:
        store.people.add(Account(who, who, Role.SUPERVISOR))
    clients = {who: _signed_in(city, who) for who in _SECRETS}
    orders: dict[str, dict[str, Any]] = {
        who: {"secret": secret, "teams": 2, "shift": "09:00-10:00"}
        for who, secret in _SECRETS.items()
    }
    _both(clients, "commits", orders, city)
    [commit] = [entry for entry in store.ledger.entries() if entry.act is Act.COMMIT]
    # the secret of whoever was first draws; both ask for it
    hashes = store.ledger.reveals(commit).hashes
    [secret] = [one for one in _SECRETS.values() if sha256_hex(one) in hashes]
    _both(clients, "draws", {who: {"secrets": [secret]} for who in _SECRETS}, city)
    states = [job.state.value for who in _SECRETS for job in store.jobs.made_by(who)]
    assert sorted(states) == ["done", "done", "failed", "failed"], states
    rows = store.audit.rows()
    assert verify_chain(rows) is None
    assert [row.action for row in rows].count("plan.draw") == 1
    binding = binding_numbers(store.ledger.entries())
    cities.forget(city)
    return len(binding)


def _signed_in(city: CityFolder, who: str) -> TestClient:
    session = city.store().signing.open_session(who, now=NOW)
    client = TestClient(create_app(city, clock=lambda: NOW), base_url="http://127.0.0.1:8000")
    client.cookies.set("geoinspect_session", session)
    client.headers["X-CSRF-Token"] = csrf_token(session)
    return client


def _both(
    clients: dict[str, TestClient], step: str, orders: dict[str, dict[str, Any]], city: CityFolder
) -> None:
    """Send both orders at once, and let two workers do them at once."""
    waiting, path = list(clients), f"/plans/{DAY}/{step}"
    for client in clients.values():
        # an application is not made for threads before it has seen a path
        assert client.get(path).status_code == 405

    def send() -> int:
        who = waiting.pop()
        return clients[who].post(path, json=orders[who]).status_code

    assert at_once(send, 2) == [202, 202]
    at_once(lambda: Worker(city).run_pending(), 2)

"""A post that is sent again with its key is answered as before, and done once."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from geoinspect.api.app import create_app
from geoinspect.cityfolder import CityFolder

HERE = "http://127.0.0.1:8000"
KEY = "9f1c-0001"


@pytest.fixture
def client(tmp_path):
    folder = CityFolder.create(tmp_path / "city", name="空城", language="en")
    return TestClient(create_app(folder), base_url=HERE)


def _post(client, path="/assignments", key=KEY, **sent):
    return client.post(path, headers={} if key is None else {"Idempotency-Key": key}, **sent)


def _jobs(client) -> list[str]:
    return [job["job_id"] for job in client.get("/jobs").json()["jobs"]]


def test_a_post_sent_twice_is_one_job_and_one_answer(client) -> None:
    first, again = _post(client), _post(client)
    assert first.status_code == again.status_code == 202
    assert again.content == first.content
    assert again.headers["Location"] == first.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(_jobs(client)) == 1


def test_without_a_key_or_with_another_it_is_done_again(client) -> None:
    for key in (None, None, KEY, "9f1c-0002"):
        assert _post(client, key=key).status_code == 202
    assert len(set(_jobs(client))) == 4


def test_a_key_is_of_one_path_and_of_one_content(client) -> None:
    files = [{"file": (name, b"id,name\n1,a\n")} for name in ("a.csv", "b.csv")]
    paths = ("/imports/points", "/imports/units")
    done = [_post(client, path, files=files[0]) for path in paths]
    assert [answer.status_code for answer in done] == [202, 202]
    misused = _post(client, paths[0], files=files[1])
    assert misused.status_code == 422
    assert "another post" in misused.json()["detail"]
    assert len(_jobs(client)) == 2


def test_the_boundary_between_the_parts_of_a_form_is_no_other_content(client) -> None:
    file = {"file": ("a.csv", b"id,name\n1,a\n")}
    first, again = (_post(client, "/imports/points", files=file) for _ in range(2))
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.content == first.content


def test_a_post_that_came_to_nothing_frees_its_key(client) -> None:
    refused = _post(client, "/imports/points", files={"file": ("a.csv", b"x")}, params={"no": "1"})
    wrong = _post(client, "/plans/2026-11-23/draws", json={})
    assert refused.status_code == 202 or refused.status_code >= 400
    assert wrong.status_code >= 400
    again = _post(client, "/plans/2026-11-23/draws", json={"reason": "another body"})
    # judged by itself, and not as a misuse of the key
    assert again.status_code == wrong.status_code
    assert again.json()["error"] == wrong.json()["error"]


@pytest.mark.parametrize("key", ["short", "x" * 201])
def test_a_key_that_can_be_guessed_or_has_no_end_is_refused(client, key) -> None:
    assert _post(client, key=key).status_code == 422
    assert _jobs(client) == []

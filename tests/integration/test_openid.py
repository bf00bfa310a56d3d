"""Signing in at an OpenID provider, against one that the test runs itself."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from geoinspect.api.app import create_app
from geoinspect.cityfolder import CityFolder
from geoinspect.people import Role
from geoinspect.people.account import Account
from geoinspect.settings import OpenIDParams

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
HERE = "http://127.0.0.1:8000"
BACK = f"{HERE}/sign-in/openid/back"
KEY = RSAKey.generate_key(2048, {"kid": "k1"}, private=True)
STRANGE_KEY = RSAKey.generate_key(2048, {"kid": "k1"}, private=True)


class LittleProvider:
    """Metadata, keys and tokens on loopback; people sign in by asking it for a code."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[str, str]] = {}
        self.claims: dict[str, Any] = {}
        self.key = KEY
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(provider.document(self.path))

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                form = parse_qs(self.rfile.read(length).decode())
                self._answer(provider.token({name: each[0] for name, each in form.items()}))

            def _answer(self, document: dict[str, Any]) -> None:
                body = json.dumps(document).encode()
                self.send_response(400 if "error" in document else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        if not self._thread.is_alive():
            return
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()

    def document(self, path: str) -> dict[str, Any]:
        if path == "/keys":
            return KeySet([KEY]).as_dict(private=False)
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def agree(self, url: str) -> dict[str, str]:
        """Do what the person does at the provider; return what the browser comes back with."""
        asked = {name: each[0] for name, each in parse_qs(urlsplit(url).query).items()}
        assert asked["redirect_uri"] == BACK
        assert asked["code_challenge_method"] == "S256"
        assert asked["response_type"] == "code"
        self.codes["code-1"] = asked
        return {"state": asked["state"], "code": "code-1"}

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or challenge != asked["code_challenge"]:
            return {"error": "invalid_grant"}
        now = int(NOW.timestamp())
        claims = {
            "iss": self.issuer, "aud": "geoinspect", "sub": "wang-7", "iat": now,
            "exp": now + 300, "nonce": asked["nonce"], **self.claims,
        }  # fmt: skip
        kept = {name: value for name, value in claims.items() if value is not None}
        signed = jwt.encode({"alg": "RS256", "kid": "k1"}, kept, self.key)
        return {"access_token": "a", "token_type": "Bearer", "id_token": signed}


@pytest.fixture
def provider() -> Iterator[LittleProvider]:
    provider = LittleProvider()
    yield provider
    provider.close()


@pytest.fixture
def folder(tmp_path) -> CityFolder:
    folder = CityFolder.create(tmp_path / "city", name="小镇", language="en")
    store = folder.store()
    store.people.add(Account("wang", "王五", Role.LEADER, subject="wang-7"))
    store.people.add(Account("gone", "赵六", Role.LEADER, subject="gone-1", disabled=True))
    store.close()
    return folder


def _client(folder: CityFolder, issuer: str) -> TestClient:
    params = OpenIDParams(issuer=issuer, client_id="geoinspect", redirect_uri=BACK)
    settings = folder.settings.model_copy(update={"openid": params})
    app = create_app(CityFolder(folder.path, settings), clock=lambda: NOW)
    return TestClient(app, base_url=HERE, follow_redirects=False)


@pytest.fixture
def client(folder, provider) -> TestClient:
    return _client(folder, provider.issuer)


def _leave(client: TestClient) -> str:
    answer = client.get("/sign-in/openid")
    assert answer.status_code == 303
    return answer.headers["location"]


def test_whom_the_provider_vouches_for_is_signed_in_to_their_account(
    client, provider, folder
) -> None:
    answer = client.get("/sign-in/openid/back", params=provider.agree(_leave(client)))
    assert answer.status_code == 200
    assert "url=/app" in answer.text
    assert client.get("/session").json()["user_id"] == "wang"
    last = folder.store().audit.last("session.login")
    assert (last.actor, last.facts()) == ("wang", {"by": "openid"})


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another service"},
        {"aud": ["geoinspect", "another service"]},
        {"azp": "another service"},
        {"iss": "http://127.0.0.1:1"},
        {"exp": int(NOW.timestamp()) - 300},
        {"exp": None},
        {"sub": None},
        {"sub": "somebody else"},
        {"sub": "gone-1"},
    ],
    ids=str,
)
def test_an_id_token_that_does_not_fit_signs_nobody_in(client, provider, folder, claims) -> None:
    provider.claims = claims
    answer = client.get("/sign-in/openid/back", params=provider.agree(_leave(client)))
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/session").status_code == 401
    assert folder.store().audit.last("session.failure").facts() == {"by": "openid"}


def test_an_id_token_that_somebody_else_signed_is_refused(client, provider) -> None:
    provider.key = STRANGE_KEY
    back = provider.agree(_leave(client))
    assert client.get("/sign-in/openid/back", params=back).status_code == 401


def test_a_code_that_was_used_is_refused(client, provider) -> None:
    back = provider.agree(_leave(client))
    client.get("/sign-in/openid/back", params=back)
    assert client.get("/sign-in/openid/back", params=back).status_code == 401


def test_a_code_of_another_browser_is_refused(client, provider, folder) -> None:
    theirs = provider.agree(_leave(client))
    other = _client(folder, provider.issuer)
    assert other.get("/sign-in/openid/back", params=theirs).status_code == 401
    _leave(other)
    assert other.get("/sign-in/openid/back", params=theirs).status_code == 401


def test_a_code_without_the_secret_behind_its_challenge_is_refused(client, provider) -> None:
    back = provider.agree(_leave(client))
    provider.codes["code-1"]["code_challenge"] = "another"
    assert client.get("/sign-in/openid/back", params=back).status_code == 401


@pytest.mark.parametrize("cookie", ["", "zz", "7b7d", "5b5d"])
def test_a_browser_that_was_not_sent_away_is_refused(client, cookie) -> None:
    client.cookies.set("geoinspect_openid", cookie)
    answer = client.get("/sign-in/openid/back", params={"state": "a", "code": "b"})
    assert answer.status_code == 401


def test_a_provider_that_is_another_than_the_one_named_is_refused(client, provider) -> None:
    provider.issuer, named = "http://127.0.0.1:1", provider.issuer
    answer = client.get("/sign-in/openid")
    assert named != provider.issuer
    assert answer.status_code == 401


def test_a_provider_that_is_away_is_told_and_logged(folder, caplog) -> None:
    answer = _client(folder, "http://127.0.0.1:1").get("/sign-in/openid")
    assert answer.status_code == 502
    assert answer.headers["content-type"] == "application/problem+json"
    assert "http://127.0.0.1:1 cannot be reached" in answer.json()["detail"]
    [line] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert line.getMessage() == f"ProviderAwayError: {answer.json()['detail']}"


def test_a_provider_that_goes_while_somebody_is_there_is_away(client, provider) -> None:
    back = provider.agree(_leave(client))
    provider.close()
    assert client.get("/sign-in/openid/back", params=back).status_code == 502


PAGE = {"Accept": "text/html"}


def test_the_page_to_sign_in_leads_to_the_provider_if_there_is_one(client, folder) -> None:
    page = client.get("/sign-in", headers=PAGE)
    assert page.status_code == 200
    assert 'href="/sign-in/openid"' in page.text
    bare = TestClient(create_app(folder, clock=lambda: NOW), base_url=HERE)
    assert "/sign-in/openid" not in bare.get("/sign-in", headers=PAGE).text


def test_a_browser_is_told_why_the_provider_was_of_no_use_and_may_use_a_password(
    client, provider, folder
) -> None:
    provider.claims = {"sub": "somebody else"}
    refused = client.get(
        "/sign-in/openid/back", params=provider.agree(_leave(client)), headers=PAGE
    )
    assert refused.status_code == 401
    away = _client(folder, "http://127.0.0.1:1").get("/sign-in/openid", headers=PAGE)
    assert away.status_code == 502
    for page, sentence in ((refused, "You have no account here"), (away, "cannot be reached")):
        assert sentence in page.text
        assert 'name="password"' in page.text


def test_a_city_without_a_provider_says_so(folder) -> None:
    client = TestClient(create_app(folder, clock=lambda: NOW), base_url=HERE)
    assert client.get("/sign-in/openid").status_code == 404

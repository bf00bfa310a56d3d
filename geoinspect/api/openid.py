"""
Signing in at an OpenID provider: authorization code flow with PKCE and nonce.

OpenID Connect Core 1.0, section 3.1, with RFC 7636. What the flow has to remember between
going and coming back is kept in a cookie of the one browser that went.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from geoinspect.errors import GeoinspectError, UnauthenticatedError

if TYPE_CHECKING:
    from datetime import datetime

    from geoinspect.settings import OpenIDParams

_TIMEOUT_S = 10
_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]

#: Seconds that the provider's clock may be off.
_LEEWAY_S = 60


class ProviderAwayError(GeoinspectError):
    """The OpenID provider cannot be reached just now."""


@dataclass(frozen=True)
class Errand:
    """
    What a browser was sent away with.

    Attributes
    ----------
    state, nonce
        Random words that the answer and the ID token must repeat.
    verifier
        Secret of PKCE, whose hash the provider was told.
    """

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Errand:
        """Make a new one."""
        return cls(*(secrets.token_urlsafe(48) for _ in range(3)))

    @classmethod
    def read(cls, text: str) -> Errand:
        """
        Read what `write` wrote.

        Raises
        ------
        UnauthenticatedError
            If the text is none.
        """
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError) as error:
            raise _failed() from error

    def write(self) -> str:
        """Write it for a cookie."""
        return json.dumps(asdict(self))


class Provider:
    """
    One OpenID provider.

    Parameters
    ----------
    params
        Where it is, and who the service is there.
    secret
        Of the service at the provider; "" for a public client.
    """

    def __init__(self, params: OpenIDParams, secret: str) -> None:
        self._params, self._secret = params, secret

    def way_there(self, errand: Errand) -> str:
        """Return the address that a browser is sent to; raises as `subject` does."""
        with self._session() as session:
            url, _ = session.create_authorization_url(
                self._metadata(session)["authorization_endpoint"],
                state=errand.state,
                nonce=errand.nonce,
                code_verifier=errand.verifier,
            )
        return str(url)

    def subject(self, errand: Errand, state: str, code: str, *, now: datetime) -> str:
        """
        Return who came back, as the provider names them.

        Parameters
        ----------
        errand
            What the browser was sent away with.
        state, code
            What it came back with.
        now
            Now.

        Raises
        ------
        UnauthenticatedError
            If anything of it does not fit.
        ProviderAwayError
            If the provider cannot be reached.
        """
        if not hmac.compare_digest(state.encode(), errand.state.encode()):
            raise _failed()
        try:
            with self._session() as session:
                metadata = self._metadata(session)
                token = session.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=errand.verifier,
                    timeout=_TIMEOUT_S,
                )
                published: Any = self._get(session, metadata["jwks_uri"])
                keys = KeySet.import_key_set(published)
            return self._checked(token["id_token"], keys, errand, now)
        except (OAuthError, JoseError, KeyError, ValueError) as error:
            if isinstance(error, requests.RequestException):
                raise self._away(error) from error
            raise _failed() from error
        except requests.RequestException as error:
            raise self._away(error) from error

    def _checked(self, id_token: str, keys: KeySet, errand: Errand, now: datetime) -> str:
        """Check signature and claims of an ID token."""
        claims = jwt.decode(id_token, keys, algorithms=_ALGORITHMS).claims
        audience, others = self._params.client_id, claims.get("aud")
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": self._params.issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": errand.nonce},
        )
        registry.validate(claims)
        if claims.get("azp", audience) != audience or (
            isinstance(others, list) and len(others) > 1 and "azp" not in claims
        ):
            raise _failed()
        return str(claims["sub"])

    def _metadata(self, session: Any) -> dict[str, Any]:
        """Read what the provider tells about itself."""
        address = self._params.issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            metadata = self._get(session, address)
        except requests.RequestException as error:
            # its answer that is no JSON is one, too
            raise self._away(error) from error
        if metadata.get("issuer") != self._params.issuer:
            # another provider's answer: OpenID Connect Discovery 1.0, section 4.3
            raise _failed()
        return metadata

    def _get(self, session: Any, address: str) -> dict[str, Any]:
        answer = session.get(address, withhold_token=True, timeout=_TIMEOUT_S)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def _session(self) -> Any:
        return OAuth2Session(
            self._params.client_id,
            self._secret or None,
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            scope="openid",
            redirect_uri=self._params.redirect_uri,
            code_challenge_method="S256",
        )

    def _away(self, error: requests.RequestException) -> ProviderAwayError:
        return ProviderAwayError(
            "The OpenID provider {issuer} cannot be reached ({problem}): sign in with a password, "
            "or try again later.",
            issuer=self._params.issuer,
            problem=type(error).__name__,
        )


def _failed() -> UnauthenticatedError:
    return UnauthenticatedError(
        "The OpenID provider does not vouch for you, or it took too long: sign in again."
    )

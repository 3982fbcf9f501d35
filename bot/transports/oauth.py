"""Tokens for an app registration (client credentials) by msal, for Graph and for XOAUTH2."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.errors import ConfigError, LoginFailed, Unavailable
from bot.transports.limits import LoginGuard
from bot.transports.statefile import StateFile
from bot.transports.tls import tls_error, untrusted

if TYPE_CHECKING:
    import httpx

PUBLIC_AUTHORITIES = ("https://login.microsoftonline.com", "https://login.microsoftonline.us",
                      "https://login.partner.microsoftonline.cn")  # fmt: skip
TRANSIENT = ("temporarily_unavailable", "server_error")  # OAuth's words for a fault of its own: no refusal
EARLY = 300.0  # seconds before its end that a token is renewed, so that none dies on the way


@dataclass(frozen=True)
class OauthSettings:
    """An app registration; secrets are values. Exactly one of ``client_secret`` and ``certificate`` is given.

    ``certificate`` is PEM text with private key and certificate; ``authority`` without the tenant; ``scope`` "" = the
    usual one of the transport.
    """

    tenant_id: str
    client_id: str
    client_secret: str = ""
    certificate: str = ""
    certificate_password: str = ""
    authority: str = PUBLIC_AUTHORITIES[0]
    scope: str = ""


class AppTokens:
    """Gives the app's access token, renewed in time. One attempt a call; refusals are counted by a LoginGuard."""

    def __init__(
        self,
        settings: OauthSettings,
        scope: str,
        trust: ssl.SSLContext,
        state: StateFile,
        timeout: float = 60,
        proxy: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._scope = settings.scope or scope
        self._trust = trust
        self._timeout = timeout
        self._proxy = proxy
        self._guard = LoginGuard(
            state, "oauth", f"{settings.client_id}\n{settings.client_secret or settings.certificate}", clock
        )
        self._clock = clock
        self._token = ""
        self._good_until = 0.0
        self._app: Any = None
        self._http: httpx.Client | None = None

    def token(self) -> str:
        """The token. Raises LoginFailed (refused), Unavailable (no answer) or ConfigError (certificate unusable)."""
        if self._token and self._clock() < self._good_until:
            return self._token
        self._guard.check()
        answer = self._acquire()
        if "access_token" in answer:
            self._guard.accepted()
            self._token = str(answer["access_token"])
            self._good_until = self._clock() + max(float(answer.get("expires_in") or 0) - EARLY, 0)
            return self._token
        error = str(answer.get("error", ""))
        if error in TRANSIENT:
            raise self._fault()
        self._guard.refused()
        raise _refusal(error, str(answer.get("error_description", "")))

    def forget(self) -> None:
        """The server did not take the token: the next call gets a new one."""
        self._token = ""
        if self._app is not None:
            self._app.remove_tokens_for_client()

    def close(self) -> None:
        """Close the connection to the authority."""
        if self._http is not None:
            self._http.close()
        self._app = self._http = None

    def _fault(self) -> Unavailable:
        import httpx

        host = httpx.URL(self._settings.authority).host
        return Unavailable(f"The log-in service {host} has a fault of its own.", "The bot tries again.", "fault")

    def _acquire(self) -> dict[str, Any]:
        import httpx
        import msal

        host = httpx.URL(self._settings.authority).host
        try:
            if self._app is None:
                self._app = self._client()
            answer: dict[str, Any] = self._app.acquire_token_for_client(scopes=[self._scope])
            return answer
        except httpx.HTTPError as error:
            broken = tls_error(error)
            if broken is not None:
                raise untrusted(host, broken) from error
            raise Unavailable(
                f"The log-in service {host} does not answer.", "Check the network, proxy and firewall.", "no-answer"
            ) from error
        except msal.exceptions.MsalError as error:
            raise self._fault() from error
        except (ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
            self._app = None  # msal stumbles over an answer that is no OAuth, and would again over what it noted of it
            raise Unavailable(
                f"The log-in service {host} gave no usable answer.",
                "Check tenant_id and authority; the bot tries again.",
                "bad-answer",
            ) from error

    def _client(self) -> Any:
        import httpx
        import msal

        settings = self._settings
        authority = settings.authority.rstrip("/")
        if self._http is None:
            # trust_env off: environment variables such as REQUESTS_CA_BUNDLE must not change whom we trust
            self._http = httpx.Client(verify=self._trust, timeout=self._timeout, proxy=self._proxy, trust_env=False)
        return msal.ConfidentialClientApplication(
            settings.client_id,
            client_credential=_credential(settings),
            authority=f"{authority}/{settings.tenant_id}",
            instance_discovery=None if authority in PUBLIC_AUTHORITIES else False,
            http_client=_ForMsal(self._http),
        )


class _ForMsal:
    """httpx as msal uses it. msal hands over the assertion that it signed as bytes, of which httpx would make the text
    "b'...'"; no log-in service takes that."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def get(self, url: str, **how: Any) -> httpx.Response:
        """As it is."""
        return self._http.get(url, **how)

    def post(self, url: str, data: Any = None, **how: Any) -> httpx.Response:
        """With text in the form."""
        if isinstance(data, dict):
            data = {name: value.decode("ascii") if isinstance(value, bytes) else value for name, value in data.items()}
        return self._http.post(url, data=data, **how)

    def close(self) -> None:
        """The connection is closed by its owner."""


def _credential(settings: OauthSettings) -> Any:
    if not settings.certificate:
        return settings.client_secret
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    try:
        pem = settings.certificate.encode("ascii")
        thumbprint = x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA1()).hex()  # noqa: S303 - Entra's name
        password = settings.certificate_password.encode() or None
        key = serialization.load_pem_private_key(pem, password)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("Entra takes RSA keys only")
        plain = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    except (ValueError, TypeError) as error:
        raise ConfigError(
            "The app's certificate file cannot be used.",
            "It must be a .pem with an RSA private key and its certificate; check certificate_password_env too.",
            "oauth-certificate",
        ) from error
    return {"thumbprint": thumbprint, "private_key": plain.decode("ascii")}


def certificate_days_left(settings: OauthSettings) -> int | None:
    """Whole days until the app's own certificate expires; None when there is none or it cannot be read."""
    from cryptography import x509

    try:
        until = x509.load_pem_x509_certificate(settings.certificate.encode("ascii")).not_valid_after_utc
    except ValueError:
        return None
    return int((until.timestamp() - time.time()) // 86_400)


_HINTS = (
    ("AADSTS7000215", "The client secret is wrong: copy its Value (not its Secret ID) anew."),
    ("AADSTS7000222", "The client secret has expired: make a new one in the app registration."),
    ("AADSTS700016", "The tenant does not know this client_id: check client_id and tenant_id."),
    ("AADSTS90002", "There is no such tenant: check tenant_id."),
    ("AADSTS700027", "The certificate is not (or no longer) the one in the app registration: upload it again."),
    ("AADSTS50034", "The account does not exist in this tenant."),
    ("AADSTS65001", "An administrator must grant consent to the app's permissions."),
)


def _refusal(error: str, description: str) -> LoginFailed:
    for mark, hint in _HINTS:
        if mark in description:
            return LoginFailed("The log-in service refused the app registration.", hint, "oauth-refused")
    return LoginFailed(
        "The log-in service refused the app registration.",
        f"It says {error[:60] or 'nothing more'}. Check tenant_id, client_id and the secret or certificate.",
        "oauth-refused",
    )

"""Requests to Microsoft Graph: one connection, one request at a time, and what each answer means.

Nothing is repeated here but one read after a 401 with a new token. A send is tried once; what its answer proves is
said by the error that is raised.
"""

from __future__ import annotations

import base64
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.errors import LoginFailed, MaybeSent, NotSent, Refused, Unavailable
from bot.transports.headers import MAX_BYTES
from bot.transports.limits import Throttled, Waiting, retry_after
from bot.transports.oauth import AppTokens
from bot.transports.tls import tls_error, untrusted

if TYPE_CHECKING:
    import httpx

IMMUTABLE = 'IdType="ImmutableId"'


class Gone(Unavailable):
    """404: what was asked for is not (or no longer) there."""


class Odd(Unavailable):
    """400 and its kin for something other than a mail of ours: the server does not do what we ask."""


class Lost(Unavailable):
    """410: the server no longer knows our delta link."""


class GraphClient:
    """Speaks to one mailbox. ``endpoint`` holds the version ("https://graph.microsoft.com/v1.0")."""

    def __init__(
        self,
        endpoint: str,
        mailbox: str,
        tokens: AppTokens,
        trust: ssl.SSLContext,
        timeout: float = 60,
        proxy: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.base = f"{self.endpoint}/users/{quote(mailbox, safe='@')}"
        self.clock_difference: float | None = None  # the server's clock minus ours, in seconds
        self._tokens = tokens
        self._trust = trust
        self._timeout = timeout
        self._proxy = proxy
        self._clock = clock
        self._waiting = Waiting()
        self._lock = Lock()  # Exchange Online takes four at once for a mailbox; we are content with one
        self._http: httpx.Client | None = None

    # ------------------------------------------------------------------------------------------------ reading

    def get(self, url: str, params: dict[str, str] | None = None, prefer: tuple[str, ...] = ()) -> dict[str, Any]:
        """A JSON answer. ``url`` begins with "/" (below the mailbox) or is a whole link that the server gave."""
        with _odd():
            return _json(self._read("GET", url, params=params, prefer=prefer))

    def write(self, method: str, url: str, json: Any = None) -> dict[str, Any]:
        """A call that changes the mailbox and sends nothing, so that repeating it another time is harmless."""
        with _odd():
            response = self._read(method, url, json=json)
            return _json(response) if response.content else {}

    def draft(self, mime: bytes) -> dict[str, Any]:
        """Make a draft of a whole mail. Raises Refused when the server does not take this mail."""
        content = base64.b64encode(mime)
        return _json(self._read("POST", "/messages", content=content, content_type="text/plain"))

    def stream(self, url: str) -> bytes:
        """The body of a GET, cut at the size limit of reading; a body that breaks off is Unavailable."""
        body = self._streamed(url)
        if body is None:
            self._tokens.forget()
            body = self._streamed(url)
        if body is None:
            raise LoginFailed(*_rights(401, ""))
        return body

    def _streamed(self, url: str) -> bytes | None:
        """None = 401."""
        with self._errors_of_reading(), self._lock:
            response = self._client().send(self._request("GET", url), stream=True)
            try:
                if response.status_code == 401:
                    return None
                if response.status_code >= 300:
                    response.read()
                    self._refuse(response)
                return _body(response)
            finally:
                response.close()

    def _read(self, method: str, url: str, **how: Any) -> httpx.Response:
        response = self._once(method, url, **how)
        if response.status_code == 401:
            self._tokens.forget()
            response = self._once(method, url, **how)
        if response.status_code >= 300:
            self._refuse(response)
        return response

    def _once(self, method: str, url: str, **how: Any) -> httpx.Response:
        with self._errors_of_reading(), self._lock:
            response = self._client().send(self._request(method, url, **how))
        self._note_clock(response)
        return response

    @contextmanager
    def _errors_of_reading(self) -> Iterator[None]:
        import httpx

        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._no_answer(error) from error

    # ------------------------------------------------------------------------------------------------ sending

    def send(self, url: str) -> None:
        """POST that lets a mail leave. Returning means accepted; each error says what is certain (see ports.Sender)."""
        import httpx

        request = self._request("POST", url, content=b"")
        try:
            with self._lock:
                response = self._client().send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise self._no_answer(error) from error
        except httpx.HTTPError as error:
            raise MaybeSent(
                "The connection to Microsoft Graph broke while a mail was being sent.",
                "The bot looks for it in Sent Items and does not send it again by itself.",
                "send-broken",
            ) from error
        self._note_clock(response)
        if 200 <= response.status_code < 300:
            return  # also with Retry-After: that is about the next request
        self._judge_send(response)

    def _judge_send(self, response: httpx.Response) -> None:
        status, code = response.status_code, error_code(response)
        if status == 401:
            self._tokens.forget()
            raise NotSent("Microsoft Graph no longer took the access token.", "The bot gets a new one.", "token-ended")
        if status in (404, 410):
            raise MaybeSent(
                "The draft is no longer there, so nobody knows whether it was sent.",
                "Look into Sent Items and Deleted Items of the mailbox.",
                "draft-gone",
            )
        if _full(status, code):
            self._refuse(response)
        if status >= 500 or status == 408:  # 503 and 504 have been seen after the mail was accepted
            raise MaybeSent(
                f"Microsoft Graph answered {status} to a send, which leaves open whether it was accepted.",
                "The bot looks for it in Sent Items and does not send it again by itself.",
                "send-unclear",
            )
        if status in (409, 412) or status < 400:
            raise NotSent(
                f"Microsoft Graph did not send the mail ({status} {code}).", "The bot tries again.", "not-sent"
            )
        self._refuse(response)

    # ------------------------------------------------------------------------------------------------- inside

    def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            self._http.close()
            self._http = None
        self._tokens.close()

    def _client(self) -> httpx.Client:
        import httpx

        if self._http is None:
            self._http = httpx.Client(
                verify=self._trust,
                timeout=self._timeout,
                proxy=self._proxy,
                trust_env=False,
                follow_redirects=False,  # a redirect would take the token to another host
            )
        return self._http

    def _request(
        self,
        method: str,
        url: str,
        *,
        params: dict[str, str] | None = None,
        prefer: tuple[str, ...] = (),
        json: Any = None,
        content: bytes | None = None,
        content_type: str = "application/json",
    ) -> httpx.Request:
        import httpx

        self._waiting.check()
        whole = httpx.URL(self.base + url if url.startswith("/") else url)
        home = httpx.URL(self.endpoint)
        if (whole.scheme, whole.host, whole.port) != (home.scheme, home.host, home.port):
            raise Unavailable("Microsoft Graph gave a link to another server.", "The bot does not follow it.", "link")
        headers = {"Authorization": f"Bearer {self._tokens.token()}", "Prefer": ", ".join((IMMUTABLE, *prefer))}
        if content:
            headers["Content-Type"] = content_type
        return self._client().build_request(method, whole, params=params, json=json, content=content, headers=headers)

    def _note_clock(self, response: httpx.Response) -> None:
        try:
            self.clock_difference = parsedate_to_datetime(response.headers["Date"]).timestamp() - self._clock()
        except (KeyError, ValueError, TypeError):
            self.clock_difference = None

    def _no_answer(self, error: Exception) -> Unavailable:
        import httpx

        host = httpx.URL(self.endpoint).host
        broken = tls_error(error)
        if broken is not None:
            return untrusted(host, broken)
        return Unavailable(f"{host} does not answer.", "Check the network, the proxy and the firewall.", "no-answer")

    def _refuse(self, response: httpx.Response) -> None:
        """Raise what an answer above 299 means; nothing was accepted."""
        status, code = response.status_code, error_code(response)
        if status == 429 or (status == 503 and "Retry-After" in response.headers):
            seconds = retry_after(response.headers.get("Retry-After"), self._clock())
            self._waiting.ask(seconds)
            raise Throttled("Microsoft Graph asked the bot to slow down.", seconds)
        if status == 410 or code.lower() in ("syncstatenotfound", "syncstateinvalid", "resyncrequired"):
            raise Lost("Microsoft Graph no longer knows where reading stopped.", "The bot reads the list anew.", "lost")
        if status in (401, 403):
            self._tokens.forget()
            raise LoginFailed(*_rights(status, code))
        if status == 404 and code in ("ErrorInvalidUser", "MailboxNotEnabledForRESTAPI", "Request_ResourceNotFound"):
            raise LoginFailed(
                "Exchange Online has no mailbox of that address.", "Check mailbox.address in bot.toml.", "no-mailbox"
            )
        if status == 404 or code in ("ErrorInvalidIdMalformed", "ErrorInvalidIdEmpty"):
            raise Gone("Microsoft Graph does not find it.", "Check mailbox.address in bot.toml.", "gone")
        if _full(status, code):
            raise Unavailable(
                "The mailbox is full.", "Make room in the shared mailbox; the bot goes on.", "mailbox-full"
            )
        if status == 413 or code == "ErrorMessageSizeExceeded":
            raise Refused(
                "The mail is too large for Exchange Online.",
                "Shrink its pictures or enclosures, or lower max_mime_bytes so that the bot says so earlier.",
                "too-large",
            )
        if status in (400, 405, 414, 415, 422):
            raise Refused(
                f"Microsoft Graph refused it ({status} {code}).", "A person must look at this mail.", "refused"
            )
        raise Unavailable(f"Microsoft Graph has a fault of its own ({status} {code}).", "The bot tries again.", "fault")


@contextmanager
def _odd() -> Iterator[None]:
    try:
        yield
    except Refused as error:
        raise Odd(error.message, "The bot tries again; if it stays so, look at the mailbox.", "odd-answer") from error


def error_code(response: httpx.Response) -> str:
    """The code in Graph's error object, cleaned for a sentence, or ""."""
    try:
        code = response.json()["error"]["code"]
    except (ValueError, KeyError, TypeError):
        return ""
    return "".join(sign for sign in str(code) if sign.isalnum() or sign in "._-")[:60]


def _full(status: int, code: str) -> bool:
    """Whether the mailbox has no room: said before a mail is taken, on a send too."""
    return status == 507 or code in ("ErrorQuotaExceeded", "QuotaLimitReached")


def _rights(status: int, code: str) -> tuple[str, str, str]:
    if code == "ErrorSendAsDenied":
        return (
            "The app may not send in the name of the sender.",
            "Ask the Exchange administrator: the sender in bulletin.toml must be the shared mailbox itself, or the "
            "app's scope must include the mailbox that is the sender.",
            "send-as-denied",
        )
    if code in ("ErrorAccessDenied", "AccessDenied", "ApplicationAccessPolicyDenied"):
        return (
            "The app has no rights in this mailbox.",
            'Ask the Exchange administrator: "Please give the app the roles Application Mail.ReadWrite and Application '
            'Mail.Send for this mailbox (New-ManagementRoleAssignment -App ... -CustomResourceScope ...)." New rights '
            "take up to two hours. See docs/mailboxes.md.",
            "no-rights",
        )
    if status == 403:
        return (
            "Microsoft Graph refused the app's permissions.",
            'Ask the administrator: "Please grant admin consent to Mail.ReadWrite and Mail.Send (application)."',
            "no-consent",
        )
    return (
        "Microsoft Graph does not take the app's token.",
        "Check the scope and the app registration.",
        "token-refused",
    )


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError as error:
        raise Unavailable("Microsoft Graph gave half an answer.", "The bot tries again.", "half-answer") from error
    if not isinstance(answer, dict):
        raise Unavailable("Microsoft Graph gave an odd answer.", "The bot tries again.", "odd-answer")
    return answer


def rows(page: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries of a list that the server gave; what is no entry is left out."""
    found = page.get("value")
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _body(response: httpx.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes(65_536):
        body += chunk
        if len(body) >= MAX_BYTES:
            return bytes(body[:MAX_BYTES])
    return bytes(body)

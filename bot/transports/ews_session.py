"""One account in Exchange: the log-in and what each of its errors means for us."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.errors import LoginFailed, MaybeSent, NotSent, Refused, TransportError, Unavailable
from bot.transports import tls
from bot.transports.limits import LoginGuard, Throttled, Waiting, retry_after
from bot.transports.oauth import AppTokens
from bot.transports.statefile import StateFile

if TYPE_CHECKING:
    from bot.transports.ews import EwsSettings

log = logging.getLogger(__name__)

ONLINE = (".office365.com", ".office365.us", ".partner.outlook.cn", "outlook.office.com")
_GONE = ("ErrorItemNotFound", "ErrorInvalidIdMalformed", "ErrorInvalidId", "ErrorInvalidIdEmpty", "ErrorItemCorrupt")
_NO_RIGHTS = ("ErrorAccessDenied", "ErrorImpersonateUserDenied", "ErrorImpersonationDenied", "ErrorImpersonationFailed",
              "ErrorNonExistentMailbox", "ErrorSendAsDenied", "ErrorInvalidUserPrincipalName",
              "ErrorMailboxMoveInProgress")  # fmt: skip
_REFUSED = ("ErrorInvalidRecipients", "ErrorMessageSizeExceeded", "ErrorMissingRecipients", "ErrorSchemaValidation",
            "ErrorInvalidSmtpAddress", "ErrorMimeContentInvalid", "ErrorMimeContentInvalidBase64String",
            "ErrorUnsupportedMimeConversion", "ErrorMimeContentConversionFailed", "ErrorCorruptData")  # fmt: skip
_NOT_SENT = ("ErrorStaleObject", "ErrorIrresolvableConflict", "ErrorChangeKeyRequired",
             "ErrorInvalidSchemaVersionForMailboxVersion", "ErrorInvalidServerVersion")  # fmt: skip
_FULL = ("ErrorQuotaExceeded", "ErrorSubmissionQuotaExceeded")
_BUSY = ("ErrorServerBusy", "ErrorExceededConnectionCount")


class Gone(Unavailable):
    """The item is not (or no longer) there."""


class NoFolder(Unavailable):
    """The folder is not (or no longer) there."""


class EwsSession:
    """Makes the account when it is first needed; ``reading`` and ``sending`` turn the library's errors into ours."""

    def __init__(self, settings: EwsSettings, state: StateFile, clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self.trust = tls.context(settings.ca_file)
        self.host = urlsplit(settings.endpoint).hostname or settings.server
        self._clock = clock
        self._waiting = Waiting()
        secret = f"{settings.username}\n{settings.password}"
        self._guard = None if settings.oauth else LoginGuard(state, "ews", secret, clock)
        self._tokens = self._app_tokens(state, clock)
        self._account: Any = None
        self._token_ended = False  # the last answer was that the token has ended

    def _app_tokens(self, state: StateFile, clock: Callable[[], float]) -> AppTokens | None:
        oauth = self.settings.oauth
        if oauth is None:
            return None
        return AppTokens(oauth, f"https://{self.host}/.default", self.trust, state, self.settings.timeout_seconds,
                         clock=clock)  # fmt: skip

    @property
    def account(self) -> Any:
        """The library's Account. Use it inside ``reading`` or ``sending``."""
        if self._account is None:
            from bot.transports import ews_library

            self._account = ews_library.account(self.settings, self.trust, self._tokens)
        return self._account

    def reset(self) -> None:
        """Forget the account and its connection; the next use makes them anew."""
        if self._account is not None:
            self._account.protocol.close()
        self._account = None

    @contextmanager
    def reading(self, what: str, *, one_mail: bool = False) -> Iterator[None]:
        """Calls that may be repeated another time. ``what`` begins the sentence: "The inbox could not be read".

        Only where the call is about ``one_mail`` can its error be Refused; elsewhere that is an odd answer.
        """
        self._before()
        try:
            yield
        except _library_errors() as error:
            told = self.meaning(error, what)
            if isinstance(told, Refused) and not one_mail:
                told = Unavailable(told.message, "The bot tries again.", "odd-answer")
            raise told from error
        self._token_ended = False
        if self._guard:
            self._guard.accepted()

    @contextmanager
    def sending(self) -> Iterator[None]:
        """The one call that lets a mail leave: every error says what is certain (ports.Sender)."""
        self._before()
        try:
            yield
        except _library_errors() as error:
            raise self._meaning_of_send(error) from error

    def _before(self) -> None:
        self._waiting.check()
        if self._guard:
            self._guard.check()

    # ------------------------------------------------------------------------------------------------- errors

    def meaning(self, error: Exception, what: str) -> TransportError:
        """What an error of the library means when nothing can have been sent."""
        name = _name_of(error)
        if name == "UnauthorizedError":
            return self._unauthorized()
        if name in _GONE:
            return Gone(f"{what}: the item is no longer there.", "Nothing needs to be done.", "gone")
        if name in ("ErrorFolderNotFound", "ErrorToFolderNotFound", "ErrorParentFolderNotFound"):
            return NoFolder(f"{what}: the folder is not there.", "The bot makes it anew.", "no-folder")
        if name in _NO_RIGHTS:
            return self._no_rights(name)
        if name in _BUSY:
            return self._busy(getattr(error, "back_off", None))
        if name in _REFUSED:
            return Refused(f"{what}: Exchange refused it ({name}).", "A person must look at this mail.", "refused")
        if name in _FULL:
            return Unavailable(f"{what}: the mailbox is full or over its limit.", "Make room in it.", "mailbox-full")
        if name == "HttpAnswer":
            return self._http(error, what)
        return self._no_answer(error, what)

    def _meaning_of_send(self, error: Exception) -> TransportError:
        name = _name_of(error)
        if name in _NOT_SENT:
            return NotSent(f"Exchange did not send the mail ({name}).", "The bot tries again.", "not-sent")
        if name in (*_NO_RIGHTS, *_REFUSED, *_BUSY, *_FULL, "UnauthorizedError"):
            return self.meaning(error, "The mail was not sent")  # the protocol said no before it took the mail
        if name == "HttpAnswer" and getattr(error, "status", 0) in (301, 302, 403, 404, 407, 413, 429):
            return self._http(error, "The mail was not sent")
        if never_connected(error) or tls.tls_error(error):
            return self._no_answer(error, "The mail was not sent")
        if name in _GONE:
            return MaybeSent(
                "The draft is no longer there, so nobody knows whether it was sent.",
                "Look into Sent Items and Deleted Items of the mailbox.",
                "draft-gone",
            )
        return MaybeSent(
            "Exchange gave no clear answer while a mail was being sent.",
            "The bot looks for it in Sent Items and does not send it again by itself.",
            "send-unclear",
        )

    def _unauthorized(self) -> TransportError:
        if self._guard:
            self._guard.refused()
        self.reset()
        if self._online():
            return _online_refuses()
        if self._tokens:
            return self._token_refused(self._tokens)
        return LoginFailed(
            "Exchange refused the bot's user name or password.",
            'Check username ("DOMAIN\\user"), the password and auth (ntlm or basic) in bot.toml, and that the account '
            "is not locked or expired. The bot tries three times, then only every half hour.",
            "login-refused",
        )

    def _token_refused(self, tokens: AppTokens) -> TransportError:
        """Tokens end; one that is refused twice in a row is not the fault of its age."""
        tokens.forget()
        if not self._token_ended:
            self._token_ended = True
            return Unavailable("Exchange no longer took the access token.", "The bot gets a new one.", "token-ended")
        return LoginFailed(
            "Exchange does not take the app's token.",
            "Check scope and the app registration; the app needs full_access_as_app (Office 365 Exchange Online).",
            "token-refused",
        )

    def _online(self) -> bool:
        return bool(self.host) and str(self.host).endswith(ONLINE)

    def _no_rights(self, name: str) -> TransportError:
        if name == "ErrorMailboxMoveInProgress":
            return Unavailable("The mailbox is being moved to another server.", "The bot tries again.", "moving")
        if self._online():
            return _online_refuses()
        box, user = self.settings.mailbox, self.settings.username or "the app"
        if name == "ErrorSendAsDenied":
            ask = f"Please give {user} the right Send As on {box} (Add-ADPermission ... -ExtendedRights 'Send As')."
            return LoginFailed("Exchange does not let the bot send as the mailbox.", f'Ask: "{ask}"', "send-as-denied")
        if name == "ErrorNonExistentMailbox":
            return LoginFailed(f"Exchange has no mailbox {box}.", "Check mailbox.address in bot.toml.", "no-mailbox")
        ask = f"Please give {user} Full Access to {box} (Add-MailboxPermission ... -AccessRights FullAccess)."
        if self.settings.access == "impersonation":
            ask = f"Please give {user} the role ApplicationImpersonation for {box}."
        return LoginFailed("The bot has no rights in the mailbox.", f'Ask the administrator: "{ask}"', "no-rights")

    def _busy(self, seconds: float | None) -> Throttled:
        wait = retry_after(None if seconds is None else str(seconds), self._clock())
        self._waiting.ask(wait)
        return Throttled("Exchange asked the bot to wait.", wait)

    def _http(self, error: Exception, what: str) -> TransportError:
        status = int(getattr(error, "status", 0))
        wait = getattr(error, "retry_after", None)
        if status == 403:
            return _online_refuses() if self._online() else self._no_rights("ErrorAccessDenied")
        if status == 429 or wait:
            return self._busy(retry_after(wait, self._clock()))
        if status == 413:
            return Refused(f"{what}: the mail is too large for Exchange.", "Shrink its enclosures.", "too-large")
        if status in (301, 302, 404):
            return Unavailable(
                f"{what}: at the configured address there is no EWS ({status}).",
                'The endpoint usually is "https://mail.council.example/EWS/Exchange.asmx".',
                "no-ews",
            )
        return Unavailable(f"{what}: Exchange answers with HTTP {status}.", "The bot tries again.", "fault")

    def _no_answer(self, error: Exception, what: str) -> Unavailable:
        log.info("%s: %s", what, type(error).__name__)
        self.reset()
        broken = tls.tls_error(error)
        if broken is not None:
            return tls.untrusted(str(self.host), broken)
        if never_connected(error):
            return Unavailable(f"{self.host} does not answer.", "Check the network and the firewall.", "no-answer")
        return Unavailable(f"{what}: Exchange gave no usable answer.", "The bot tries again.", "odd-answer")


def _name_of(error: Exception) -> str:
    """The name of an error as the server gave it: the library calls some others "busy" when it has tried enough."""
    before = error.__context__
    if type(error).__name__ == "ErrorServerBusy" and before is not None:
        return type(before).__name__
    return type(error).__name__


def _online_refuses() -> LoginFailed:
    return LoginFailed(
        "Exchange Online refuses EWS.",
        'EWS has been off by default there since October 2026 and ends in April 2027: use kind = "graph". See '
        "docs/mailboxes.md.",
        "ews-switched-off",
    )


def never_connected(error: BaseException) -> bool:
    """Whether the connection was never made, so that nothing can have arrived: refused, no such host, no route."""
    import requests
    from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        cause = getattr(one.args[0], "reason", None) if one.args else None
        if isinstance(one, requests.exceptions.ConnectTimeout) or isinstance(
            cause, NewConnectionError | NameResolutionError | ConnectTimeoutError
        ):
            return True
        one = one.__cause__ or one.__context__
    return False


def _library_errors() -> tuple[type[Exception], ...]:
    """What may come out of the library, from its own errors to its surprises at an odd answer."""
    import requests
    from exchangelib.errors import DoesNotExist, EWSError, MultipleObjectsReturned
    from lxml.etree import LxmlError
    from urllib3.exceptions import HTTPError

    return (EWSError, DoesNotExist, MultipleObjectsReturned, requests.RequestException, HTTPError, LxmlError, OSError,
            ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError)  # fmt: skip

"""What we change in exchangelib. Import this module only when EWS is used: it loads the whole library.

The library is built to be patient: it sends a request again when a server is busy, and it keeps one connection policy
for each server in a cache of the process. A send must never be repeated below us, so every answer that is no answer in
the protocol becomes an error at once (:class:`OneTry`). Listing and reading are ours too: the library reads answers
byte by byte (58 s for 68 MB) and gives up on a whole folder when one item is of a kind that it does not know.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import requests.adapters
import requests.auth
from exchangelib import BASIC, NTLM, UTC, Account, Configuration, Credentials, Folder, Message, transport
from exchangelib.account import DELEGATE, IMPERSONATION
from exchangelib.errors import (
    ErrorCorruptData,
    ErrorFolderExists,
    ErrorFolderNotFound,
    ErrorItemCorrupt,
    TransportError,
    UnauthorizedError,
)
from exchangelib.extended_properties import ExtendedProperty
from exchangelib.fields import FieldPath
from exchangelib.folders import SHALLOW, SingleFolderQuerySet
from exchangelib.items import ID_ONLY
from exchangelib.properties import ItemId
from exchangelib.protocol import BaseProtocol, FailFast, Protocol
from exchangelib.services import CreateFolder, GetItem, SyncFolderItems
from exchangelib.services.common import EWSService
from exchangelib.services.sync_folder_hierarchy import SyncFolder
from exchangelib.util import MNS, TNS, is_xml
from exchangelib.version import Build, Version

from bot.transports.ews_parse import MimeSink, OddAnswer, header_record
from bot.transports.headers import MAX_BYTES
from bot.transports.pending import Change

BEARER = "bulletin bot bearer"  # our own name in the library's table of log-ins
CHUNK = 65_536


class HttpAnswer(TransportError):  # type: ignore[misc]
    """An HTTP answer that is no SOAP: ``status``, the Retry-After header if any, and Exchange's own reason."""

    def __init__(self, status: int, retry_after: str | None, reason: str) -> None:
        super().__init__(f"HTTP {status} {reason}".strip())
        self.status = status
        self.retry_after = retry_after
        self.reason = reason


class OneTry(FailFast):  # type: ignore[misc]  # the library has no types
    """Fails at once, and says with which HTTP status: the library's own policies call some of them "busy"."""

    def raise_response_errors(self, response: Any) -> None:
        """Nothing for SOAP (also as a 500); UnauthorizedError for 401; HttpAnswer for anything else."""
        status = response.status_code
        if status == 200 or (status == 500 and is_xml(response.content)):
            return
        if status == 401:
            raise UnauthorizedError("401")
        reason = str(response.headers.get("X-CasErrorCode", ""))
        raise HttpAnswer(status, response.headers.get("Retry-After"), reason[:80])


class BotKey(ExtendedProperty):  # type: ignore[misc]
    """Our mark on a mail: the delivery key on a draft, "filed" on what was handled. People do not see it."""

    property_set_id = "6f1d3c52-8a54-4d8e-9d0b-3f7f7a1f0c11"
    property_name = "BulletinBotKey"
    property_type = "String"


class ReplySuppression(ExtendedProperty):  # type: ignore[misc]
    """PidTagAutoResponseSuppress: Outlook's own property against automatic replies."""

    property_tag = 0x3FDF
    property_type = "Integer"


class TransportHeaders(ExtendedProperty):  # type: ignore[misc]
    """PidTagTransportMessageHeaders: the header block as it came over the wire."""

    property_tag = 0x007D
    property_type = "String"


def register() -> None:
    """Make our properties known to the library, once a process."""
    ours = {"bot_key": BotKey, "reply_suppression": ReplySuppression, "transport_headers": TransportHeaders}
    for name, kind in ours.items():
        if not hasattr(Message, name):
            Message.register(name, kind)


def folder_beside_inbox(account: Any, name: str) -> Any:
    """The folder of this name, made when it is not there; somebody else may make it at the same moment."""
    root = account.msg_folder_root
    below = SingleFolderQuerySet(account=account, folder=root).depth(SHALLOW).only("name")  # not who may do what
    found = _named(below.filter(name=name), name)
    if found is None:
        try:
            return CreateFolder(account=account).get(parent_folder=root, folders=[Folder(parent=root, name=name)])
        except ErrorFolderExists:
            found = _named(below.all(), name)
    if found is None:
        raise ErrorFolderNotFound(name)
    return found


def _named(folders: Iterable[Any], name: str) -> Any:
    """The folder of this name, or None. Looked at once more here: a server may not filter, and to Exchange names that
    differ in capitals only are one."""
    for folder in folders:
        if isinstance(folder, Exception):
            raise folder
        if str(folder.name).casefold() == name.casefold():
            return folder
    return None


class CouncilAdapter(requests.adapters.HTTPAdapter):
    """TLS by our own context; environment variables do not change whom we trust."""

    trust: ClassVar[ssl.SSLContext | None] = None

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """With our context."""
        kwargs["ssl_context"] = type(self).trust
        super().init_poolmanager(*args, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Always verified; what ``verify`` names (REQUESTS_CA_BUNDLE) does not count."""
        conn.cert_reqs = "CERT_REQUIRED"

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:
        """The same for newer versions of requests."""
        return super().get_connection_with_tls_context(request, True, proxies=proxies, cert=cert)


class Bearer(requests.auth.AuthBase):
    """An OAuth token, asked for at each request."""

    provider: ClassVar[Any] = None

    def __call__(self, request: Any) -> Any:
        request.headers["Authorization"] = f"Bearer {type(self).provider.token()}"
        return request


def account(settings: Any, trust: ssl.SSLContext, tokens: Any = None) -> Account:
    """The shared mailbox's account (see ews.EwsSettings). No network traffic yet.

    The library keeps the first policy for an endpoint and user for the life of the process, so one that is not ours
    (somebody used the library before us) is taken out of its cache.
    """
    register()
    CouncilAdapter.trust = trust
    BaseProtocol.HTTP_ADAPTER_CLS = CouncilAdapter
    BaseProtocol.TIMEOUT = settings.timeout_seconds
    BaseProtocol.USERAGENT = "bulletin-bot"
    if tokens is not None:
        Bearer.provider = tokens
        transport.AUTH_TYPE_MAP[BEARER] = Bearer
    config = _configuration(settings)
    made = _account(settings, config)
    if not isinstance(made.protocol.retry_policy, OneTry) or made.protocol.max_connections != 1:
        del Protocol[config]
        made = _account(settings, config)
    return made


def _configuration(settings: Any) -> Configuration:
    version = None
    if settings.server_build:
        major, minor = (int(part) for part in settings.server_build.split("."))
        version = Version(Build(major, minor))
    oauth = settings.auth == "oauth"
    return Configuration(
        service_endpoint=settings.endpoint or f"https://{settings.server}/EWS/Exchange.asmx",
        credentials=None if oauth else Credentials(settings.username, settings.password),
        auth_type={"ntlm": NTLM, "basic": BASIC, "oauth": BEARER}[settings.auth],
        version=version,
        max_connections=1,
        retry_policy=OneTry(),
    )


def _account(settings: Any, config: Configuration) -> Account:
    impersonated = settings.access == "impersonation" or settings.auth == "oauth"
    return Account(
        primary_smtp_address=settings.mailbox,
        config=config,
        autodiscover=False,
        access_type=IMPERSONATION if impersonated else DELEGATE,
        default_timezone=UTC,
    )


def field_paths(*names: str) -> list[FieldPath]:
    """The library's objects for some fields of a message."""
    return [FieldPath(field=Message.get_field_by_fieldname(name)) for name in names]


class ListChanges(SyncFolderItems):  # type: ignore[misc]
    """SyncFolderItems that gives ids only, whatever kinds of items lie in the folder."""

    def _elem_to_obj(self, elem: Any) -> Change:
        kind = self.change_types_map.get(elem.tag)
        found = elem.find(f".//{{{TNS}}}ItemId")
        ref = "" if found is None else found.get("Id") or ""
        received = elem.find(f".//{{{TNS}}}DateTimeReceived")
        return Change(ref, (received.text or "") if received is not None else "", kind == self.DELETE)

    def _get_element_container(self, message: Any, name: str | None = None) -> Any:
        """Before the library's own reading, which takes it for granted that an error has all parts."""
        state = message.find(f"{{{MNS}}}SyncState")
        last = message.find(f"{{{MNS}}}IncludesLastItemInRange")
        self.sync_state = None if state is None else state.text
        self.includes_last_item_in_range = last is None or last.text != "false"
        return super(SyncFolder, self)._get_element_container(message=message, name=name)

    def changes(self, folder: Any, state: str, page: int = 500) -> Iterator[Change]:
        """All changes since ``state`` ("" = the whole list); afterwards ``sync_state`` is the new one."""
        seen = state
        while True:
            found = list(
                self.call(
                    folder=folder,
                    shape=ID_ONLY,
                    additional_fields=field_paths("datetime_received"),
                    sync_state=seen or None,
                    ignore=None,
                    max_changes_returned=page,
                    sync_scope=None,
                )
            )
            for change in found:
                if isinstance(change, Exception):
                    raise change
                if change.ref:
                    yield change
            if self.includes_last_item_in_range or self.sync_state == seen:
                return
            seen = self.sync_state or ""


class ReadHeaders(GetItem):  # type: ignore[misc]
    """GetItem for what came over the wire: (id, header fields) or an exception for each mail, in order."""

    ERRORS_TO_CATCH_IN_RESPONSE = (*GetItem.ERRORS_TO_CATCH_IN_RESPONSE, ErrorItemCorrupt, ErrorCorruptData)

    def _elem_to_obj(self, elem: Any) -> tuple[str, list[tuple[bytes, bytes]]]:
        found = elem.find(f"{{{TNS}}}ItemId")
        return ("" if found is None else found.get("Id") or ""), header_record(elem)

    def of(self, refs: Iterable[str], names: tuple[str, ...]) -> list[Any]:
        """For some ids; ``names`` are the fields to ask for."""
        items = [ItemId(id=ref) for ref in refs]
        return list(self.call(items=items, additional_fields=field_paths(*names), shape=ID_ONLY))


class ReadMime(GetItem):  # type: ignore[misc]
    """GetItem for the MIME of one mail, decoded while it arrives."""

    def mime(self, ref: str, record: list[tuple[bytes, bytes]]) -> bytes:
        """The mail with the header fields of ``record`` above its body, cut at the size limit of reading.

        Raises what the library raises, and OddAnswer when the answer breaks off.
        """
        payload = self.get_payload(items=[ItemId(id=ref)], additional_fields=field_paths("mime_content"), shape=ID_ONLY)
        self.streaming = True
        sink = MimeSink(record, MAX_BYTES)
        try:
            response = self._get_response(payload=payload, api_version=self._version_hint.api_version)
            response.raw.decode_content = True
            for chunk in response.iter_content(CHUNK):
                sink.feed(chunk)
            if sink.code not in ("", "NoError"):
                raise EWSService._get_exception(code=sink.code, text=sink.code)
            return sink.mail()
        finally:
            self.stop_streaming()


__all__ = ["HttpAnswer", "ListChanges", "OddAnswer", "OneTry", "ReadHeaders", "ReadMime", "account", "field_paths"]

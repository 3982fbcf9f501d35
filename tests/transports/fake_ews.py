"""Exchange Web Services as far as a mailbox needs them: SOAP in, SOAP out, strict where the real server is.

Shapes come from Microsoft's public documentation of the operations. Ids change on a move, a moved id is dead, a send
needs the draft's own change key, the MIME is rebuilt on each read without the trace fields (which stand in the
transport headers), a sender other than the mailbox is refused, a sync state can be forgotten.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from tests.transports.httpd import Answer

MAILBOX = "rag.update@council.example.org"
USER = "COUNCIL\\svc-bulletin"
PASSWORD = "ews-test-password"
T = "http://schemas.microsoft.com/exchange/services/2006/types"
M = "http://schemas.microsoft.com/exchange/services/2006/messages"
S = "http://schemas.xmlsoap.org/soap/envelope/"
NS = {"t": T, "m": M, "s": S}
KEY_SET = "6f1d3c52-8a54-4d8e-9d0b-3f7f7a1f0c11"
DISTINGUISHED = ("root", "msgfolderroot", "inbox", "junkemail", "drafts", "sentitems", "deleteditems", "outbox")
ORDER = {  # of the parts of each request, from the documented schema
    "ConvertId": ["SourceIds"],
    "GetFolder": ["FolderShape", "FolderIds"],
    "FindFolder": ["FolderShape", "IndexedPageFolderView", "Restriction", "ParentFolderIds"],
    "CreateFolder": ["ParentFolderId", "Folders"],
    "SyncFolderItems": ["ItemShape", "SyncFolderId", "SyncState", "Ignore", "MaxChangesReturned", "SyncScope"],
    "GetItem": ["ItemShape", "ItemIds"],
    "FindItem": ["ItemShape", "IndexedPageItemView", "Restriction", "SortOrder", "ParentFolderIds"],
    "CreateItem": ["SavedItemFolderId", "Items"],
    "SendItem": ["ItemIds", "SavedItemFolderId"],
    "MoveItem": ["ToFolderId", "ItemIds"],
    "UpdateItem": ["ItemChanges"],
    "DeleteItem": ["ItemIds"],
}
_TRACE = re.compile(
    rb"(?im)^(?:received|return-path|x-[^:]*|auto-submitted|authentication-results):.*\r\n(?:[ \t].*\r\n)*"
)


@dataclass
class Stored:
    """An item in the fake mailbox."""

    id: str
    folder: str
    raw: bytes
    number: int
    key: str = "1"  # change key
    tag: str = "Message"
    read: bool = False
    draft: bool = False
    properties: dict[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        found = re.search(rb"^" + name.encode() + rb":[ \t]*(.*?)\r?$", self.raw, re.MULTILINE | re.IGNORECASE)
        return found[1].decode("utf-8", "replace") if found else ""


class Problem(Exception):
    """A response message with an error code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def soap(body: str, status: int = 200) -> Answer:
    head = (
        f'<s:Envelope xmlns:s="{S}"><s:Header><h:ServerVersionInfo MajorVersion="15" MinorVersion="2" '
        f'MajorBuildNumber="1118" MinorBuildNumber="7" Version="V2017_07_11" xmlns:h="{T}"/></s:Header>'
    )
    text = (
        f'<?xml version="1.0" encoding="utf-8"?>{head}<s:Body xmlns:m="{M}" xmlns:t="{T}">{body}</s:Body></s:Envelope>'
    )
    return Answer(status, text.encode(), {"Content-Type": "text/xml; charset=utf-8"})


def response(operation: str, inside: str, code: str = "NoError") -> Answer:
    kind = "Success" if code == "NoError" else "Error"
    text = "" if code == "NoError" else "<m:MessageText>Text that changes.</m:MessageText>"
    return soap(
        f"<m:{operation}Response><m:ResponseMessages>"
        f'<m:{operation}ResponseMessage ResponseClass="{kind}">{text}<m:ResponseCode>{code}</m:ResponseCode>{inside}'
        f"</m:{operation}ResponseMessage></m:ResponseMessages></m:{operation}Response>"
    )


def several(operation: str, parts: list[tuple[str, str]]) -> Answer:
    rows = "".join(
        f'<m:{operation}ResponseMessage ResponseClass="{"Success" if code == "NoError" else "Error"}">'
        + ("" if code == "NoError" else "<m:MessageText>Text.</m:MessageText>")
        + f"<m:ResponseCode>{code}</m:ResponseCode>{inside}</m:{operation}ResponseMessage>"
        for code, inside in parts
    )
    return soap(f"<m:{operation}Response><m:ResponseMessages>{rows}</m:ResponseMessages></m:{operation}Response>")


def fault(code: str, inside: str = "") -> Answer:
    """A SOAP fault, with which Exchange refuses a whole request."""
    errors = "http://schemas.microsoft.com/exchange/services/2006/errors"
    return soap(
        f'<s:Fault><faultcode xmlns:a="{T}">a:{code}</faultcode><faultstring>Text that changes.</faultstring><detail>'
        f'<e:ResponseCode xmlns:e="{errors}">{code}</e:ResponseCode><e:Message xmlns:e="{errors}">Text.</e:Message>'
        f"{inside}</detail></s:Fault>",
        500,
    )


def busy(milliseconds: int) -> Answer:
    """The fault with which Exchange throttles."""
    value = f'<t:Value Name="BackOffMilliseconds">{milliseconds}</t:Value>'
    return fault("ErrorServerBusy", f"<t:MessageXml>{value}</t:MessageXml>")


class FakeEws:
    """One mailbox; ``left`` holds the mails that were sent."""

    def __init__(self) -> None:
        self.folders: dict[str, tuple[str, str]] = {f"F-{name}": (name, "F-msgfolderroot") for name in DISTINGUISHED}
        self.items: dict[str, Stored] = {}
        self.left: list[bytes] = []
        self.log: dict[str, list[tuple[str, bool]]] = {}
        self.page = 2
        self.generation = 1
        self.leaves_drafts = False
        self.sent_lag = False
        self.knows_transport_headers = True
        self.ignores_folder_filters = False  # FindFolder gives all folders, whatever is asked
        self.missing_rights: set[str] = set()
        self.attempts = 0  # requests with wrong credentials
        self.conversion_fails: set[str] = set()
        self.crashes_on: set[str] = set()
        self._count = 0

    # ------------------------------------------------------------------------------------------- for tests

    def arrive(self, raw: bytes, folder: str = "inbox", tag: str = "Message") -> Stored:
        return self._store(raw, f"F-{folder}", tag=tag)

    def in_folder(self, name: str) -> list[Stored]:
        ids = {ref for ref, (title, _) in self.folders.items() if title == name}
        return [item for item in self.items.values() if item.folder in ids]

    def remove(self, item: Stored) -> None:
        del self.items[item.id]
        self._note(item.folder, item.id, False)

    # -------------------------------------------------------------------------------------------- protocol

    def operation(self, method: str, path: str, body: bytes) -> str:
        """The name of the operation; a GetItem that asks for the mail itself is told apart."""
        name = self._name(path, body)
        return "GetItem of MIME" if name == "GetItem" and b'"item:MimeContent"' in body else name

    def _name(self, path: str, body: bytes) -> str:
        found = re.search(rb"<(?:[a-z]+:)?Body[^>]*>\s*<(?:[a-z]+:)?([A-Za-z]+)", body)
        return found[1].decode() if found else path

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if headers.get("authorization") != f"Basic {expected}":
            self.attempts += "authorization" in headers
            return Answer(401, b"", {"WWW-Authenticate": 'Basic realm="mail"'})
        if path != "/EWS/Exchange.asmx":
            return Answer(404)
        root = etree.fromstring(body)
        operation = self._name(path, body)
        request = root.find(f"s:Body/m:{operation}", NS)
        if not self._fits_schema(root, operation, request):
            return fault("ErrorSchemaValidation")
        boxes = [box.text for box in request.iterfind(".//t:Mailbox/t:EmailAddress", NS)]
        if any(box and box.lower() != MAILBOX for box in boxes):
            return response(operation, "", "ErrorNonExistentMailbox")
        try:
            return getattr(self, f"_{operation}")(request)
        except Problem as problem:
            return response(operation, "", problem.code)

    def _fits_schema(self, root: etree._Element, operation: str, request: etree._Element) -> bool:
        """Exchange refuses a request whose parts are out of order, which names no version or asks for too much."""
        version = root.find("s:Header/t:RequestServerVersion", NS)
        names = [etree.QName(part).localname for part in request]
        known = ORDER.get(operation, names)
        order = [known.index(name) if name in known else -1 for name in names]
        most = int(request.findtext("m:MaxChangesReturned", "1", NS))
        return version is not None and -1 not in order and order == sorted(order) and 1 <= most <= 512

    def _ConvertId(self, request: etree._Element) -> Answer:  # noqa: N802
        return response("ConvertId", "", "ErrorInvalidIdMalformed")

    # ------------------------------------------------------------------------------------------- folders

    def _folder_ref(self, parent: etree._Element | None) -> str:
        if parent is None:
            raise Problem("ErrorFolderNotFound")
        known = parent.find(".//t:DistinguishedFolderId", NS)
        other = parent.find(".//t:FolderId", NS)
        ref = f"F-{known.get('Id')}" if known is not None else (other.get("Id") if other is not None else "")
        if ref not in self.folders:
            raise Problem("ErrorFolderNotFound")
        return ref

    def _folder_xml(self, ref: str) -> str:
        name = self.folders[ref][0]
        total = sum(item.folder == ref for item in self.items.values())
        names = ("CreateAssociated", "CreateContents", "CreateHierarchy", "Delete", "Modify", "Read")
        rights = "".join(f"<t:{name}>{str(name not in self.missing_rights).lower()}</t:{name}>" for name in names)
        return (
            f'<t:Folder><t:FolderId Id={quoteattr(ref)} ChangeKey="k"/><t:ParentFolderId Id="{self.folders[ref][1]}" '
            f'ChangeKey="k"/><t:FolderClass>IPF.Note</t:FolderClass><t:DisplayName>{escape(name)}</t:DisplayName>'
            f"<t:TotalCount>{total}</t:TotalCount><t:ChildFolderCount>0</t:ChildFolderCount><t:EffectiveRights>{rights}"
            "</t:EffectiveRights></t:Folder>"
        )

    def _GetFolder(self, request: etree._Element) -> Answer:  # noqa: N802
        ref = self._folder_ref(request.find("m:FolderIds", NS))
        return response("GetFolder", f"<m:Folders>{self._folder_xml(ref)}</m:Folders>")

    def _FindFolder(self, request: etree._Element) -> Answer:  # noqa: N802
        parent = self._folder_ref(request.find("m:ParentFolderIds", NS))
        constant = request.find(".//t:Constant", NS)
        wanted = constant.get("Value") if constant is not None else None
        if self.ignores_folder_filters:
            wanted = None
        found = [ref for ref, (name, above) in self.folders.items() if above == parent and wanted in (None, name)]
        rows = "".join(self._folder_xml(ref) for ref in found)
        return response(
            "FindFolder",
            f'<m:RootFolder TotalItemsInView="{len(found)}" IncludesLastItemInRange="true"><t:Folders>{rows}'
            "</t:Folders></m:RootFolder>",
        )

    def _CreateFolder(self, request: etree._Element) -> Answer:  # noqa: N802
        parent = self._folder_ref(request.find("m:ParentFolderId", NS))
        name = request.findtext(".//t:DisplayName", "", NS)
        if name.lower() in (title.lower() for title, above in self.folders.values() if above == parent):
            raise Problem("ErrorFolderExists")
        self._count += 1
        ref = f"F-own-{self._count}"
        self.folders[ref] = (name, parent)
        return response(
            "CreateFolder", f'<m:Folders><t:Folder><t:FolderId Id="{ref}" ChangeKey="k"/></t:Folder></m:Folders>'
        )

    # --------------------------------------------------------------------------------------------- items

    def _item_ids(self, request: etree._Element) -> list[tuple[str, str]]:
        return [(node.get("Id"), node.get("ChangeKey") or "") for node in request.iterfind(".//t:ItemId", NS)]

    def _item(self, ref: str) -> Stored:
        if not ref.startswith("I-"):
            raise Problem("ErrorInvalidIdMalformed")
        if ref not in self.items:
            raise Problem("ErrorItemNotFound")
        return self.items[ref]

    def _SyncFolderItems(self, request: etree._Element) -> Answer:  # noqa: N802
        folder = self._folder_ref(request.find("m:SyncFolderId", NS))
        state = request.findtext("m:SyncState", "", NS) or f"{self.generation}.0"
        generation, _, at = state.partition(".")
        if generation != str(self.generation):
            return response(
                "SyncFolderItems",
                "<m:SyncState/><m:IncludesLastItemInRange>true</m:IncludesLastItemInRange>",
                "ErrorInvalidSyncStateData",
            )
        log, start = self.log.get(folder, []), int(at)
        end = min(start + self.page, len(log))
        rows = "".join(self._change(folder, ref, there) for ref, there in log[start:end])
        return response(
            "SyncFolderItems",
            f"<m:SyncState>{generation}.{end}</m:SyncState><m:IncludesLastItemInRange>"
            f"{'true' if end == len(log) else 'false'}</m:IncludesLastItemInRange><m:Changes>{rows}</m:Changes>",
        )

    def _change(self, folder: str, ref: str, there: bool) -> str:
        item = self.items.get(ref)
        if not there or item is None or item.folder != folder:
            return f'<t:Delete><t:ItemId Id={quoteattr(ref)} ChangeKey="1"/></t:Delete>'
        kind = "Update" if item.read else "Create"
        return f"<t:{kind}>{self._item_xml(item, received=True)}</t:{kind}>"

    def _item_xml(self, item: Stored, inside: str = "", *, received: bool = False) -> str:
        at = f"2025-08-05T10:{item.number // 60:02}:{item.number % 60:02}Z"
        date = f"<t:DateTimeReceived>{at}</t:DateTimeReceived>" if received else ""
        ids = f"<t:ItemId Id={quoteattr(item.id)} ChangeKey={quoteattr(item.key)}/>"
        return f"<t:{item.tag}>{ids}{inside}{date}</t:{item.tag}>"

    def _GetItem(self, request: etree._Element) -> Answer:  # noqa: N802
        asked = {node.get("FieldURI") for node in request.iterfind(".//t:FieldURI", NS)}
        tags = {str(node.get("PropertyTag")).lower() for node in request.iterfind(".//t:ExtendedFieldURI", NS)}
        if tags & {"0x7d", "0x007d"} and not self.knows_transport_headers:
            raise Problem("ErrorInvalidPropertyRequest")
        parts = []
        for ref, _ in self._item_ids(request):
            try:
                item = self._item(ref)
                if "item:MimeContent" in asked and ref in self.crashes_on:
                    return Answer(500, b"Server Error")
                if "item:MimeContent" in asked and ref in self.conversion_fails:
                    raise Problem("ErrorMimeContentConversionFailed")
            except Problem as problem:
                parts.append((problem.code, "<m:Items/>"))
                continue
            parts.append(("NoError", f"<m:Items>{self._item_xml(item, self._fields(item, asked, tags))}</m:Items>"))
        return several("GetItem", parts)

    def _fields(self, item: Stored, asked: set[str | None], tags: set[str]) -> str:
        inside = ""
        if "item:MimeContent" in asked:
            rebuilt = _TRACE.sub(b"", item.raw)
            inside += f'<t:MimeContent CharacterSet="UTF-8">{base64.b64encode(rebuilt).decode()}</t:MimeContent>'
        block = item.raw.split(b"\r\n\r\n")[0].decode("utf-8", "replace")
        trace = b"Received:" in item.raw
        if "item:InternetMessageHeaders" in asked and trace:
            lines = re.sub(r"\r\n[ \t]+", " ", block).split("\r\n")
            rows = (line.partition(":") for line in lines)
            tag = "t:InternetMessageHeader"
            shown = (f"<{tag} HeaderName={quoteattr(name)}>{escape(value.strip())}</{tag}>" for name, _, value in rows)
            inside += f"<{tag}s>{''.join(shown)}</{tag}s>"
        if tags & {"0x7d", "0x007d"} and trace:
            inside += (
                '<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x7d" PropertyType="String"/>'
                f"<t:Value>{escape(block)}&#xD;\n</t:Value></t:ExtendedProperty>"
            )
        if "BulletinBotKey" in item.properties:
            inside += (
                f'<t:ExtendedProperty><t:ExtendedFieldURI PropertySetId="{KEY_SET}" PropertyName="BulletinBotKey" '
                f'PropertyType="String"/><t:Value>{escape(item.properties["BulletinBotKey"])}</t:Value></t:ExtendedProperty>'
            )
        if "message:InternetMessageId" in asked:
            inside += f"<t:InternetMessageId>{escape(item.header('Message-ID'))}</t:InternetMessageId>"
        return inside

    def _CreateItem(self, request: etree._Element) -> Answer:  # noqa: N802
        if request.get("MessageDisposition") != "SaveOnly":
            raise Problem("ErrorInvalidOperation")
        raw = base64.b64decode(request.findtext(".//t:MimeContent", "", NS))
        item = self._store(raw, self._folder_ref(request.find("m:SavedItemFolderId", NS)), draft=True)
        for node in request.iterfind(".//t:ExtendedProperty", NS):
            uri = node.find("t:ExtendedFieldURI", NS)
            item.properties[uri.get("PropertyName") or uri.get("PropertyTag")] = node.findtext("t:Value", "", NS)
        return response("CreateItem", f"<m:Items>{self._item_xml(item)}</m:Items>")

    def _SendItem(self, request: etree._Element) -> Answer:  # noqa: N802
        ((ref, key),) = self._item_ids(request)
        item = self._item(ref)
        if not key:
            raise Problem("ErrorChangeKeyRequired")
        if key != item.key:
            raise Problem("ErrorStaleObject")
        if MAILBOX not in item.header("From"):
            raise Problem("ErrorSendAsDenied")
        self.left.append(re.sub(rb"(?im)^bcc:.*\r\n", b"", item.raw))
        if not self.leaves_drafts:
            self._rehome(item, self._folder_ref(request.find("m:SavedItemFolderId", NS)))
        return response("SendItem", "")

    def _rehome(self, item: Stored, folder: str) -> None:
        self.remove(item)
        self._count += 1
        item.id, item.folder = f"I-{self._count}+aB/{'x' * 100}==", folder
        self.items[item.id] = item
        self._note(folder, item.id, True)

    def _FindItem(self, request: etree._Element) -> Answer:  # noqa: N802
        folder = self._folder_ref(request.find("m:ParentFolderIds", NS))
        found = [item for item in self.items.values() if item.folder == folder and self._fits(item, request)]
        if self.sent_lag and folder == "F-sentitems":
            found = []
        if request.find("m:SortOrder", NS) is not None:
            found = found[::-1]
        rows = "".join(self._item_xml(item, received=request.find("m:SortOrder", NS) is not None) for item in found)
        return response(
            "FindItem",
            f'<m:RootFolder IndexedPagingOffset="{len(found)}" TotalItemsInView="{len(found)}" '
            f'IncludesLastItemInRange="true"><t:Items>{rows}</t:Items></m:RootFolder>',
        )

    def _fits(self, item: Stored, request: etree._Element) -> bool:
        restriction = request.find("m:Restriction", NS)
        if restriction is None:
            return True
        constant = restriction.find(".//t:Constant", NS)
        prop = restriction.find(".//t:ExtendedFieldURI", NS)
        if prop is None:
            return constant is not None and item.header("Message-ID") == constant.get("Value")
        value = item.properties.get(prop.get("PropertyName") or "")
        return value is not None and (constant is None or constant.get("Value") == value)

    def _MoveItem(self, request: etree._Element) -> Answer:  # noqa: N802
        folder = self._folder_ref(request.find("m:ToFolderId", NS))
        parts = []
        for ref, _ in self._item_ids(request):
            try:
                item = self._item(ref)
            except Problem as problem:
                parts.append((problem.code, "<m:Items/>"))
                continue
            self._rehome(item, folder)
            parts.append(("NoError", f"<m:Items>{self._item_xml(item)}</m:Items>"))
        return several("MoveItem", parts)

    def _UpdateItem(self, request: etree._Element) -> Answer:  # noqa: N802
        ((ref, _),) = self._item_ids(request)
        item = self._item(ref)
        if item.tag != "Message":
            raise Problem("ErrorInvalidPropertySet")
        item.key = f"{item.key}1"
        item.properties["BulletinBotKey"] = request.findtext(".//t:Value", "", NS)
        return response("UpdateItem", f"<m:Items>{self._item_xml(item)}</m:Items>")

    def _DeleteItem(self, request: etree._Element) -> Answer:  # noqa: N802
        for ref, _ in self._item_ids(request):
            self.remove(self._item(ref))
        return response("DeleteItem", "")

    def _store(self, raw: bytes, folder: str, *, draft: bool = False, tag: str = "Message") -> Stored:
        self._count += 1
        item = Stored(f"I-{self._count}+aB/{'x' * 100}==", folder, raw, self._count, draft=draft, tag=tag)
        self.items[item.id] = item
        self._note(folder, item.id, True)
        return item

    def _note(self, folder: str, ref: str, there: bool) -> None:
        self.log.setdefault(folder, []).append((ref, there))

"""Microsoft Graph and its log-in service, as far as a mailbox needs them, strict where the real ones are.

Shapes come from Microsoft's public documentation: message and mailFolder resources, delta queries, MIME drafts, error
objects. Ids change on a move unless the client prefers immutable ones; X- fields of a MIME draft are dropped; a
sender other than the mailbox is refused; a delta link can be forgotten.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.transports.httpd import Answer

MAILBOX = "rag.update@council.example.org"
TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "66666666-7777-8888-9999-000000000000"
SECRET = "graph-test-secret"
WELL_KNOWN = ("inbox", "junkemail", "drafts", "sentitems", "deleteditems")
OPTIONS = {"$select", "$filter", "$top", "$skip", "$orderby"}
PROPERTIES = {"id", "displayName", "totalItemCount", "receivedDateTime", "internetMessageId", "internetMessageHeaders",
              "isDraft", "isRead", "parentFolderId"}  # fmt: skip


@dataclass
class Stored:
    """A message in the fake mailbox."""

    id: str
    folder: str
    raw: bytes
    number: int
    draft: bool = False
    read: bool = False
    headers: list[dict[str, str]] = field(default_factory=list)
    properties: list[dict[str, str]] = field(default_factory=list)

    def header(self, name: str) -> str:
        found = re.search(rb"^" + name.encode() + rb":[ \t]*(.*?)\r?$", self.raw, re.MULTILINE | re.IGNORECASE)
        return found[1].decode("utf-8", "replace") if found else ""


def error(status: int, code: str, **headers: str) -> Answer:
    body = json.dumps({"error": {"code": code, "message": "Text that changes.", "innerError": {}}}).encode()
    return Answer(status, body, {"Content-Type": "application/json", **headers})


def answer(value: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


class FakeGraph:
    """One tenant with one mailbox; ``left`` holds the mails that were sent."""

    def __init__(self) -> None:
        self.folders: dict[str, str] = {f"FLD-{name}": name for name in WELL_KNOWN}
        self.messages: dict[str, Stored] = {}
        self.left: list[bytes] = []
        self.log: dict[str, list[tuple[str, bool]]] = {}  # folder -> (id, is it there) in order of change
        self.tokens: set[str] = set()
        self.url = ""
        self.page = 2  # small pages, so that paging is used
        self.generation = 1  # of delta links
        self.drops_x_headers = True
        self.leaves_drafts = False  # a server that was seen to leave a sent draft in Drafts
        self.sent_lag = False  # Sent Items shows nothing yet
        self.token_requests = 0
        self.certificate: x509.Certificate | None = None  # the one in the app registration
        self.mint = lambda: f"token-{self.token_requests}"
        self._count = 0

    # ------------------------------------------------------------------------------------------- for tests

    def arrive(self, raw: bytes, folder: str = "inbox", headers: list[dict[str, str]] | None = None) -> str:
        return self._store(raw, f"FLD-{folder}", headers=headers or []).id

    def in_folder(self, name: str) -> list[Stored]:
        ids = {folder for folder, title in self.folders.items() if title == name}
        return [message for message in self.messages.values() if message.folder in ids]

    def remove(self, message: Stored) -> None:
        del self.messages[message.id]
        self._note(message.folder, message.id, False)

    # -------------------------------------------------------------------------------------------- protocol

    def operation(self, method: str, path: str, body: bytes) -> str:
        return f"{method} {unquote(urlsplit(path).path)}"

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        parts = urlsplit(path)
        if parts.path.endswith("/.well-known/openid-configuration"):
            base = f"{self.url}/{TENANT}"
            return answer({"issuer": f"{base}/v2.0", "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                           "token_endpoint": f"{base}/oauth2/v2.0/token"})  # fmt: skip
        if parts.path.endswith("/oauth2/v2.0/token"):
            return self._token(parse_qs(body.decode()))
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return error(401, "InvalidAuthenticationToken")
        prefix = f"/v1.0/users/{MAILBOX}"
        if not unquote(parts.path).startswith(prefix):
            return error(404, "ErrorInvalidUser")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if not self._known_options(query):
            return error(400, "BadRequest")
        return self._mailbox(method, unquote(parts.path)[len(prefix) :], query, headers, body)

    def _token(self, form: dict[str, list[str]]) -> Answer:
        self.token_requests += 1
        if form.get("grant_type") != ["client_credentials"] or form.get("client_id") != [CLIENT]:
            return answer({"error": "unauthorized_client", "error_description": "AADSTS700016: no such app"}, 400)
        by_certificate = "client_assertion" in form
        if by_certificate and not self._signed(form["client_assertion"][0]):
            return answer({"error": "invalid_client", "error_description": "AADSTS700027: not signed by the app"}, 401)
        if not by_certificate and form.get("client_secret") != [SECRET]:
            return answer({"error": "invalid_client", "error_description": "AADSTS7000215: invalid secret"}, 401)
        if not form.get("scope", [""])[0].endswith("/.default"):
            return answer({"error": "invalid_scope", "error_description": "AADSTS1002012"}, 400)
        token = self.mint()
        self.tokens.add(token)
        return answer({"token_type": "Bearer", "expires_in": 3599, "access_token": token})

    def _known_options(self, query: dict[str, str]) -> bool:
        """Graph refuses an option or a property that it does not know, and options beside a token."""
        chosen = set(query.get("$select", "id").split(","))
        if query.keys() & {"$deltatoken", "$skiptoken"}:
            return len(query) == 1
        return query.keys() <= OPTIONS and chosen <= PROPERTIES

    def _signed(self, assertion: str) -> bool:
        """Whether the app's own certificate signed this assertion for this log-in service."""
        try:
            head, claims, signature = (
                base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
                for part in assertion.split(".")
            )
            shape, says = json.loads(head), json.loads(claims)
            assert self.certificate is not None
            scheme = padding.PKCS1v15() if shape["alg"] == "RS256" else padding.PSS(padding.MGF1(hashes.SHA256()), 32)
            key = self.certificate.public_key()
            assert isinstance(key, rsa.RSAPublicKey)
            key.verify(signature, assertion.rpartition(".")[0].encode(), scheme, hashes.SHA256())
        except (ValueError, KeyError, AssertionError, InvalidSignature):
            return False
        return says["iss"] == says["sub"] == CLIENT and says["aud"] == f"{self.url}/{TENANT}/oauth2/v2.0/token"

    def _mailbox(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if found := re.fullmatch(r"/mailFolders/([^/]+)/messages/delta", path):
            return self._delta(found[1], query, headers)
        if found := re.fullmatch(r"/mailFolders/([^/]+)/messages", path):
            inside = [self._shown(m) for m in self.messages.values() if m.folder == self._folder_id(found[1])]
            return answer({"value": inside[-int(query.get("$top", "10")) :][::-1]})
        if path == "/mailFolders":
            return self._folders(method, query, body)
        if found := re.fullmatch(r"/mailFolders/([^/]+)", path):
            folder = self._folder_id(found[1])
            if folder not in self.folders:
                return error(404, "ErrorItemNotFound")
            inside = sum(message.folder == folder for message in self.messages.values())
            return answer({"id": folder, "displayName": self.folders[folder], "totalItemCount": inside})
        if path == "/messages":
            return self._draft(headers, body) if method == "POST" else self._search(query)
        if found := re.fullmatch(r"/messages/([^/]+)(/\$value|/move|/send)?", path):
            return self._message(method, found[1], found[2] or "", headers, body)
        return error(400, "BadRequest")

    def _folder_id(self, name: str) -> str:
        return f"FLD-{name.lower()}" if name.lower() in WELL_KNOWN else name

    def _folders(self, method: str, query: dict[str, str], body: bytes) -> Answer:
        if method == "POST":
            name = json.loads(body)["displayName"]
            if name.lower() in (title.lower() for title in self.folders.values()):
                return error(409, "ErrorFolderExists")
            self._count += 1
            self.folders[f"FLD-{self._count}-own"] = name
            return answer({"id": f"FLD-{self._count}-own", "displayName": name}, 201)
        rows = [{"id": folder, "displayName": name} for folder, name in self.folders.items()]
        start = int(query.get("$skip", "0"))
        page: dict[str, object] = {"value": rows[start : start + self.page]}
        if start + self.page < len(rows):
            page["@odata.nextLink"] = f"{self.url}/v1.0/users/{MAILBOX}/mailFolders?$skip={start + self.page}"
        return answer(page)

    def _delta(self, name: str, query: dict[str, str], headers: dict[str, str]) -> Answer:
        folder = self._folder_id(name)
        token = query.get("$deltatoken") or query.get("$skiptoken") or f"{self.generation}.0"
        generation, _, at = token.partition(".")
        if int(generation) != self.generation:
            return error(410, "SyncStateNotFound")
        log, start = self.log.get(folder, []), int(at)
        rows = [self._change(folder, ref, there) for ref, there in log[start : start + self.page]]
        end = min(start + self.page, len(log))
        base = f"{self.url}/v1.0/users/{MAILBOX}/mailFolders/{name}/messages/delta"
        kind, link = ("@odata.nextLink", "$skiptoken") if end < len(log) else ("@odata.deltaLink", "$deltatoken")
        return answer({"value": [row for row in rows if row], kind: f"{base}?{link}={self.generation}.{end}"})

    def _change(self, folder: str, ref: str, there: bool) -> dict[str, object] | None:
        message = self.messages.get(ref)
        if there and message and message.folder == folder:
            return self._shown(message)
        return {"id": ref, "@removed": {"reason": "deleted"}}

    def _shown(self, message: Stored) -> dict[str, object]:
        return {
            "id": message.id,
            "receivedDateTime": f"2025-08-05T10:{message.number // 60:02}:{message.number % 60:02}Z",
            "internetMessageId": message.header("Message-ID"),
            "isDraft": message.draft,
            "isRead": message.read,
            "parentFolderId": message.folder,
            "internetMessageHeaders": message.headers,
        }

    def _search(self, query: dict[str, str]) -> Answer:
        found = re.fullmatch(r"internetMessageId eq '(.*)'", query.get("$filter", ""))
        if not found:
            return error(400, "ErrorInvalidUrlQueryFilter")
        rows = [self._shown(m) for m in self.messages.values() if m.header("Message-ID") == found[1]]
        if self.sent_lag:
            rows = [row for row in rows if row["parentFolderId"] != "FLD-sentitems"]
        return answer({"value": rows})

    def _draft(self, headers: dict[str, str], body: bytes) -> Answer:
        if len(body) > 4_194_304:
            return error(413, "RequestEntityTooLarge")
        if headers.get("content-type") != "text/plain":
            return error(400, "UnableToDeserializePostBody")
        try:
            raw = base64.b64decode(body, validate=True)
        except ValueError:
            return error(400, "ErrorMimeContentInvalidBase64String")
        if self.drops_x_headers:
            raw = re.sub(rb"(?im)^(x-[^:]*|auto-submitted):.*\r\n(?:[ \t].*\r\n)*", b"", raw)
        return answer(self._shown(self._store(raw, "FLD-drafts", draft=True)), 201)

    def _message(self, method: str, ref: str, what: str, headers: dict[str, str], body: bytes) -> Answer:
        message = self.messages.get(ref)
        if not ref.startswith("MSG"):
            return error(400, "ErrorInvalidIdMalformed")
        if message is None:
            return error(404, "ErrorItemNotFound")
        if what == "/$value":
            return Answer(200, message.raw, {"Content-Type": "text/plain"})
        if what == "/move":
            return self._move(message, json.loads(body)["destinationId"], headers)
        if what == "/send":
            return self._send(message)
        if method == "DELETE":
            self.remove(message)
            return Answer(204)
        if method == "PATCH":
            message.properties += json.loads(body).get("singleValueExtendedProperties", [])
        return answer(self._shown(message))

    def _move(self, message: Stored, folder: str, headers: dict[str, str]) -> Answer:
        if self._folder_id(folder) not in self.folders:
            return error(404, "ErrorItemNotFound")
        self._note(message.folder, message.id, False)
        message.folder = self._folder_id(folder)
        if "ImmutableId" not in headers.get("prefer", ""):
            del self.messages[message.id]
            self._count += 1
            message.id = f"MSG-{self._count}"
            self.messages[message.id] = message
        self._note(message.folder, message.id, True)
        return answer(self._shown(message), 201)

    def _send(self, message: Stored) -> Answer:
        if not message.draft:
            return error(400, "ErrorInvalidOperation")
        if MAILBOX not in message.header("From"):
            return error(403, "ErrorSendAsDenied")
        self.left.append(re.sub(rb"(?im)^bcc:.*\r\n", b"", message.raw))
        if not self.leaves_drafts:
            message.draft = False
            self._note(message.folder, message.id, False)
            message.folder = "FLD-sentitems"
        return Answer(202)

    def _store(
        self, raw: bytes, folder: str, *, draft: bool = False, headers: list[dict[str, str]] | None = None
    ) -> Stored:
        self._count += 1
        message = Stored(f"MSG-{self._count}=/+{'x' * 20}".replace("/", "_"), folder, raw, self._count, draft)
        message.headers = headers or []
        self.messages[message.id] = message
        self._note(folder, message.id, True)
        return message

    def _note(self, folder: str, ref: str, there: bool) -> None:
        self.log.setdefault(folder, []).append((ref, there))

"""Who really sent a mail: one strict reading of From, and the rules of the transport that it came through.

Only the From address counts, never Reply-To, Sender or a display name. Python's own readers give the wrong address
for several known forgeries, so identity is one regular expression over the raw bytes; what does not fit it has no
identity and can command nothing.
"""

from __future__ import annotations

import re
from email.utils import getaddresses, parseaddr
from typing import Literal

from bot.core.model import Value
from bot.mail.authresults import AuthResults, authserv_id_claimed, parse_auth_results
from bot.mail.rawheaders import RawHeaders, parse_headers

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = rf"{_LOCAL}@{_LABEL}(?:\.{_LABEL})+"
_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+"
_QUOTED = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\x20-\x7e])*"'
_PHRASE = rf"(?:{_QUOTED}|{_WORD})(?:[ \t]+(?:{_QUOTED}|{_WORD}))*"
_PLAIN_COMMENT = r"\([A-Za-z0-9 ,.'&/-]*\)"  # "editor@x (Jo Smith)", the old way to give a name
_ONE_MAILBOX = re.compile(
    rf"[ \t]*(?:(?P<bare>{_ADDRESS})(?:[ \t]+{_PLAIN_COMMENT})?|(?:{_PHRASE})?[ \t]*<(?P<angle>{_ADDRESS})>)[ \t]*"
)
_PLAIN_ADDRESS = re.compile(_ADDRESS)
# RFC 5322 allows each once. (MIME-Version too, but real gateways double it and nobody is misled by that.)
_SINGLE = (
    "from",
    "sender",
    "reply-to",
    "date",
    "message-id",
    "subject",
    "in-reply-to",
    "references",
    "content-type",
    "content-transfer-encoding",
)
_LONGEST = 320


class SenderIdentity(Value):
    """Who a mail says it is from: the ``address`` in lower case, or None with the ``defects`` that say why not."""

    address: str | None
    defects: tuple[str, ...] = ()


class TrustProfile(Value):
    """How the transport lets us know a sender.

    ``authserv``: the border server ``authserv_id`` writes Authentication-Results (RFC 8601); ``exchange-online`` and
    ``exchange-onprem``: the mail was read from that Exchange organisation, whose firewall removes forged
    X-MS-Exchange-Organization headers; ``folder``: only trusted people can write into the folder; ``none``: nothing
    is known, so nobody commands. ``internal_domains`` are the organisation's own; ``auth_sources`` its servers.
    """

    kind: Literal["authserv", "exchange-online", "exchange-onprem", "folder", "none"] = "none"
    authserv_id: str = ""
    internal_domains: tuple[str, ...] = ()
    auth_sources: tuple[str, ...] = ()


class AuthResult(Value):
    """``pass``: the From address is proven; ``fail``: evidence against it; ``none``: no evidence. With reasons."""

    result: Literal["pass", "fail", "none"]
    reasons: tuple[str, ...] = ()
    address: str | None = None


def sender_of(raw: bytes) -> SenderIdentity:
    """The one address of the one From field, or none with the defects. Never raises; never repairs."""
    return _identity(parse_headers(raw))


def plain_address(text: str) -> str | None:
    """An address written by a person or in configuration, in lower case; None unless it is one plain ASCII address."""
    candidate = text.strip()
    whole = _PLAIN_ADDRESS.fullmatch(candidate) is not None and len(candidate) <= _LONGEST
    return candidate.lower() if whole and len(candidate.rpartition("@")[0]) <= 64 else None


def _identity(headers: RawHeaders) -> SenderIdentity:
    defects = list(headers.defects)
    counts = {name: len(headers.all(name)) for name in _SINGLE}
    if not counts["from"]:
        defects.append("no From field")
    defects += [f"more than one {name.title()} field" for name, count in counts.items() if count > 1]
    address: str | None = None
    for value in headers.all("from")[:1]:
        address = _one_address(value)
        if address is None:
            defects.append("the From field is not exactly one plain address")
    return SenderIdentity(address=None if defects else address, defects=tuple(defects))


def _one_address(value: bytes) -> str | None:
    """The address of a From value that is one mailbox by the strict reading and by both of Python's."""
    text = value.decode("ascii", "replace").replace("\ufffd", "\0")
    match = _ONE_MAILBOX.fullmatch(text) if len(text) <= 2_000 else None
    if match is None or "=?" in (match["bare"] or match["angle"]):
        return None  # an encoded word inside an address is one to some programs and not to others
    address = plain_address(match["bare"] or match["angle"])
    if address is None:
        return None
    others = {parseaddr(text)[1].lower(), *(found.lower() for _, found in getaddresses([text]))}
    return address if others == {address} else None


def authenticate(raw: bytes, profile: TrustProfile) -> AuthResult:
    """Was this mail really sent by its From address, by the rules of the transport? Never raises."""
    headers = parse_headers(raw)
    identity = _identity(headers)
    if identity.address is None:
        return AuthResult(result="fail", reasons=identity.defects)
    address = identity.address
    if profile.kind == "none":
        return _none(address, "no rule says how this mailbox knows a sender, so commands are off")
    if profile.kind == "folder":
        return AuthResult(result="pass", address=address, reasons=("who can write into the folder is trusted",))
    if profile.kind == "authserv":
        return _by_authserv(headers, address, profile)
    if profile.kind == "exchange-online":
        return _by_exchange_online(headers, address, profile)
    return _by_exchange_onprem(headers, address, profile)


def _fail(address: str, reason: str) -> AuthResult:
    return AuthResult(result="fail", address=address, reasons=(reason,))


def _none(address: str, reason: str) -> AuthResult:
    return AuthResult(result="none", address=address, reasons=(reason,))


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _by_authserv(headers: RawHeaders, address: str, profile: TrustProfile) -> AuthResult:
    """RFC 8601: exactly one header of our own server, above the Received line with which it took the mail in."""
    ours = profile.authserv_id.lower()
    if not ours:
        return _none(address, "no authserv-id is configured, so commands are off")
    places = [at for at, field in enumerate(headers.fields) if _claims(field.name, field.value, ours)]
    if not places:
        return _none(address, "our mail server says nothing about this sender")
    if len(places) > 1:
        return _fail(address, "two headers claim to be our mail server's verdict; one must be forged")
    border = _border(headers, ours)
    if border is None or places[0] > border:
        return _fail(address, "the verdict stands below the line with which our server took the mail in: forged")
    results = parse_auth_results(headers.fields[places[0]].value)
    if results is None:
        return _fail(address, "our mail server's verdict cannot be read")
    return _by_dmarc(results, headers, address)


def _claims(name: str, value: bytes, ours: str) -> bool:
    return name == "authentication-results" and authserv_id_claimed(value) == ours


def _border(headers: RawHeaders, ours: str) -> int | None:
    """The place of the topmost Received field that our border server wrote."""
    for at, field in enumerate(headers.fields):
        if field.name == "received":
            by = re.search(rb"(?:^|\s)by\s+([A-Za-z0-9.-]+)", _without_comments(field.value))
            if by and by.group(1).decode("ascii").lower().rstrip(".") == ours:
                return at
    return None


def _without_comments(value: bytes) -> bytes:
    """A structured value without its comments (innermost first, a few levels are plenty)."""
    for _ in range(5):
        value = re.sub(rb"\([^()]*\)", b" ", value)
    return value


def _by_dmarc(results: AuthResults, headers: RawHeaders, address: str) -> AuthResult:
    """Pass needs one DMARC result, pass, for exactly the From domain, and no signature over only part of the body."""
    dmarc = results.of("dmarc")
    if not dmarc:
        return _none(address, "our mail server gives no DMARC result for this sender")
    if len(dmarc) > 1:
        return _fail(address, "our mail server's verdict holds two DMARC results")
    if dmarc[0].result in ("none", "temperror"):
        return _none(address, f"DMARC says {dmarc[0].result} for {_domain(address)}")
    if dmarc[0].result != "pass":
        return _fail(address, f"DMARC says {dmarc[0].result} for {_domain(address)}")
    if dmarc[0].properties.get("header.from", "").rstrip(".") != _domain(address):
        return _fail(address, "DMARC passed for another domain than the one in From")
    if any(_signs_part(value) for value in headers.all("dkim-signature")):
        return _fail(address, "a signature covers only part of the text (l=), so the text is not proven")
    return AuthResult(result="pass", address=address, reasons=("DMARC passed for the From domain",))


def _signs_part(signature: bytes) -> bool:
    return any(tag.partition(b"=")[0].strip().lower() == b"l" for tag in signature.split(b";"))


def _by_exchange_online(headers: RawHeaders, address: str, profile: TrustProfile) -> AuthResult:
    """An internal sender needs AuthAs Internal; any other a DMARC pass in the topmost verdict, which names nobody."""
    as_said = _single(headers, "x-ms-exchange-organization-authas")
    if as_said is None:
        return _fail(address, "Exchange's own header appears twice")
    if _domain(address) in _lower(profile.internal_domains):
        if as_said == "internal":
            return AuthResult(result="pass", address=address, reasons=("Exchange knows the sender as internal",))
        return _fail(address, "the sender is one of ours by address, but Exchange does not know them as internal")
    verdicts = headers.all("authentication-results")
    results = parse_auth_results(verdicts[0], named=False) if verdicts else None
    if results is None:
        return _none(address, "Exchange gives no readable verdict for this sender")
    composite = results.of("compauth")
    if composite and (len(composite) > 1 or composite[0].result not in ("pass", "none")):
        return _fail(address, f"Exchange's composite authentication says {composite[0].result}")
    return _by_dmarc(results, headers, address)


def _by_exchange_onprem(headers: RawHeaders, address: str, profile: TrustProfile) -> AuthResult:
    """AuthAs must be Internal, said once, by one of the configured servers."""
    as_said = _single(headers, "x-ms-exchange-organization-authas")
    source = _single(headers, "x-ms-exchange-organization-authsource")
    if as_said is None or source is None:
        return _fail(address, "Exchange's own header appears twice")
    if not as_said:
        return _none(address, "Exchange does not say how it knows this sender")
    if as_said != "internal":
        return _none(address, f"Exchange knows the sender only as {as_said}")
    if source not in _lower(profile.auth_sources):
        return _fail(address, "the sender is called internal by a server that is not in the list of auth_sources")
    return AuthResult(result="pass", address=address, reasons=("Exchange knows the sender as internal",))


def _single(headers: RawHeaders, name: str) -> str | None:
    """The value of a field that may appear once, in lower case; "" when missing, None when it appears twice."""
    values = headers.all(name)
    if len(values) > 1:
        return None
    return values[0].strip().decode("ascii", "replace").lower() if values else ""


def _lower(names: tuple[str, ...]) -> set[str]:
    return {name.strip().lower() for name in names}

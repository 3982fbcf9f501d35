"""Links as people meant them: mail gateways' rewriters undone where they can be, unsafe schemes refused.

Undone: Microsoft Safe Links, Proofpoint urldefense v1-v3, Barracuda, Cisco, Google and Facebook redirects, Mimecast
only where it carries the address. Opaque ones (most Mimecast, Sophos short forms) stay as they are.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

_V3 = re.compile(r"/v3/__(.+?)__;([A-Za-z0-9_-]*)!", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x20\x7f]+")
_QUERY_REWRITERS = (
    ("safelinks.protection.outlook.com", "url"),
    ("safelinks.protection.office365.us", "url"),
    ("linkprotect.cudasvc.com", "a"),
    ("linklock.titanhq.com", "url"),
    ("www.google.com", "q"),
    ("www.google.co.uk", "q"),
    ("l.facebook.com", "u"),
    ("deref-gmx.net", "redirectUrl"),
    ("protection.sophos.com", "u"),
    ("secure-web.cisco.com", "url"),
)
FILE_HOSTS = re.compile(
    r"^https?://(?:[\w-]+\.sharepoint\.com|[\w-]+-my\.sharepoint\.com|1drv\.ms|onedrive\.live\.com|drive\.google\.com"
    r"|docs\.google\.com|www\.dropbox\.com|dropbox\.com|we\.tl|wetransfer\.com|app\.box\.com)(?:/|$)",
    re.IGNORECASE,
)


def unwrap(url: str) -> str:
    """The address behind a rewriter, several layers deep; the same address when there is none."""
    url = _CONTROL.sub("", url)[:4_000]
    for _ in range(4):
        inner = _unwrap_once(url)
        if not inner or inner == url or not inner.lower().startswith(("http://", "https://", "mailto:")):
            return url
        url = inner
    return url


def _unwrap_once(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        query = parse_qs(parts.query)
    except ValueError:
        return ""
    for rewriter, name in _QUERY_REWRITERS:
        if (host == rewriter or host.endswith("." + rewriter)) and query.get(name):
            if rewriter.startswith("www.google.") and parts.path != "/url":
                return ""
            return _decoded(query[name][0], rewriter)
    if host.endswith(("urldefense.com", "urldefense.proofpoint.com")):
        return _urldefense(url, parts.path, query)
    if host.endswith(("mimecastprotect.com", "mimecast.com")):
        return query.get("url", [""])[0]
    return ""


def _decoded(value: str, rewriter: str) -> str:
    if rewriter == "protection.sophos.com" and not value.startswith("http"):
        try:
            return base64.b64decode(value + "=" * (-len(value) % 4)).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return ""
    return value


def _urldefense(url: str, path: str, query: dict[str, list[str]]) -> str:
    if path.startswith("/v2/") and query.get("u"):
        return unquote(query["u"][0].replace("-", "%").replace("_", "/"))
    if path.startswith("/v1/") and query.get("u"):
        return query["u"][0]
    match = _V3.search(url)
    return _version3(match[1], match[2]) if match else ""


def _version3(address: str, coded: str) -> str:
    """v3 replaces characters by ``*`` (one) and ``**x`` (a run) and keeps them base64-coded at the end."""
    try:
        kept = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return address
    out, used, position = [], 0, 0
    runs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    while position < len(address):
        if address[position] != "*":
            out.append(address[position])
            position += 1
            continue
        length = 1
        if address[position + 1 : position + 2] == "*" and position + 2 < len(address):
            length = runs.find(address[position + 2]) + 2
            position += 2
        out.append(kept[used : used + length])
        used += length
        position += 1
    # one slash of "https:/" is lost when a proxy folds "//"
    return re.sub(r"^(https?:/)(?!/)", r"\1/", "".join(out))


@lru_cache(maxsize=2_048)
def safe_url(url: str) -> str | None:
    """The address ready to print, rewriters undone, or None when its scheme is not http, https or mailto."""
    url = unwrap(url)
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        if scheme in ("http", "https"):
            return url if parts.hostname and "@" not in parts.netloc else None
        if scheme == "mailto":
            return None if re.search(r"[?&](?:bcc|attach)", url, re.IGNORECASE) else url
    except ValueError:
        return None
    return None


def is_file_link(url: str) -> bool:
    """Does the address stand for a file that only its owner's colleagues can open (OneDrive, SharePoint ...)?"""
    return bool(FILE_HOSTS.match(url))

"""Text and addresses made safe for print: every output goes through here, so no format can choke on a character.

XML 1.0 allows no control characters but tab and line end, and no lone surrogates; Word refuses a whole file for one of
them. Bidirectional overrides can make an address read as another one, so they are dropped too.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

URL_CHARS_MAX = 2_000
TYPED_MARK = re.compile(r"^\(?(?:\d{1,2}|[a-z]|[ivx]{2,5})[.)]\s+(?=\S)")  # a number or letter typed before words

# Everything that is not plain printable text; the first search of this decides whether anything is done at all.
_ODD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_DROPPED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile("[ \t\u00a0]{2,}|\t")
_C1 = re.compile("[\x80-\x9f]")

_MAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=^_`{|}~.-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z0-9-]{2,63}")
_HOST = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})\.?)+(?::[0-9]{1,5})?")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def clean_text(text: str) -> str:
    """``text`` as XML, HTML and a screen reader can take it: line ends are ``\\n``, spaces are single."""
    if _ODD.search(text) is not None:
        text = _LINE_ENDS.sub("\n", text)
        # A pair of surrogates that came in separately is one character; what stays alone is shown as unreadable.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        text = _SURROGATE.sub("\ufffd", text)
        text = _C1.sub(_windows_character, text)  # Windows quotes and dashes in a mail that claimed to be Latin-1
        text = _DROPPED.sub("", text)
    return _SPACES.sub(" ", text) if "  " in text or "\t" in text or "\u00a0" in text else text


def _windows_character(match: re.Match[str]) -> str:
    return match.group().encode("latin-1").decode("cp1252", "ignore")


@lru_cache(maxsize=4096)
def safe_url(url: str | None) -> str | None:
    """The address as a link may carry it, or None when nobody should be sent there.

    Only http, https and mailto; no user name before the host (it is there to deceive); characters that a relationship
    target or an attribute may not hold are percent-encoded.
    """
    if not url:
        return None
    url = clean_text(url).replace("\n", "").strip()
    if not url or len(url) > URL_CHARS_MAX:
        return None
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        if scheme == "mailto":
            return _safe_mailto(parts.path, parts.query)
        if scheme not in ("http", "https") or "@" in parts.netloc:
            return None
        host = parts.netloc.encode("idna").decode("ascii") if not parts.netloc.isascii() else parts.netloc
    except (ValueError, UnicodeError):
        return None
    if _HOST.fullmatch(host) is None:
        return None
    rest = url.split(parts.netloc, 1)[1]
    return f"{scheme}://{host}{_encoded(rest)}"


def _safe_mailto(path: str, query: str) -> str | None:
    address = path.strip().replace("%40", "@")
    if _MAIL.fullmatch(address) is None:
        return None
    # One person, one target: capital letters in an address must not make two links of the same words.
    return f"mailto:{address.lower()}" + (f"?{_encoded(query)}" if query else "")


def _encoded(rest: str) -> str:
    return quote(_BARE_PERCENT.sub("%25", rest), safe="%/:?#@!$&'()*+,;=~-._")

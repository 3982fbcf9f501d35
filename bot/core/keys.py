"""Derived identity: delivery keys, Message-IDs, digests, tokens and the chain of events.

Nothing here is random and nothing reads a clock: the same thing always gets the same name, so a second attempt meets
the first one's UNIQUE row. Random bytes for tokens are passed in. All digests are sha256 in lower-case hex; every
digest of several values is taken over length-prefixed fields, so that no two different inputs run together.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Set
from datetime import date
from typing import Any
from urllib.parse import quote

from bot.core.model import Part

# ------------------------------------------------------------------------------------------------- delivery keys


def address_key(address: str) -> str:
    """The form of an address that names a person in a key: stripped and in lower case."""
    return address.strip().lower()


def _key(*steps: str | int, address: str) -> str:
    """Join the steps with slashes; a slash or an odd character inside a step is escaped, so keys cannot collide."""
    return "/".join([*(quote(str(step), safe="") for step in steps), quote(address_key(address), safe="@+")])


LATE_COPY = "late_copy"
READER_KINDS = ("bulletin", LATE_COPY)  # deliveries under such a key: they leave only while their edition lets them go


def bulletin_key(bulletin: str, period: str, version: int, reader: str) -> str:
    """The bulletin to one reader. It names no draft, so a second approval of the same version cannot send again."""
    return _key(bulletin, period, "bulletin", f"v{version}", address=reader)


def draft_key(bulletin: str, period: str, number: int, editor: str) -> str:
    """Draft ``number`` to one editor."""
    return _key(bulletin, period, "draft", number, address=editor)


def request_key(bulletin: str, period: str, theme: str, lead: str) -> str:
    """The request for one theme to one lead."""
    return _key(bulletin, period, "request", theme, address=lead)


def reminder_key(bulletin: str, period: str, ordinal: int, lead: str) -> str:
    """The ``ordinal``-th reminder to a person, however many themes it names."""
    return _key(bulletin, period, "reminder", ordinal, address=lead)


def receipt_key(bulletin: str, period: str, inbound: str, lead: str) -> str:
    """The receipt for the inbound with this digest."""
    return _key(bulletin, period, "receipt", inbound, address=lead)


def answer_key(bulletin: str, period: str, inbound: str, person: str) -> str:
    """The answer to a command or a question that came in the inbound with this digest."""
    return _key(bulletin, period, "answer", inbound, address=person)


def series_name(bulletin: str, series: str) -> str:
    """Under which name the store keeps a bulletin's figures: two bulletins may call a series alike."""
    return f"{bulletin}/{series}"


def alert_key(episode: str, operator: str) -> str:
    """An alert to the operator; ``episode`` names the trouble and its start, so one trouble alerts once."""
    return _key("alert", episode, address=operator)


def all_clear_key(episode: str, operator: str) -> str:
    """The all-clear that ends the episode."""
    return _key("all-clear", episode, address=operator)


def deputy_question_key(bulletin: str, period: str, theme: str, deputy: str) -> str:
    """The question to a deputy whose lead is away."""
    return _key(bulletin, period, "deputy-question", theme, address=deputy)


def chaser_key(bulletin: str, period: str, ordinal: int, person: str) -> str:
    """The ``ordinal``-th chaser: to a lead on the editor's CHASE, or to an editor who has not decided."""
    return _key(bulletin, period, "chaser", ordinal, address=person)


def confirmation_key(bulletin: str, period: str, inbound: str, person: str) -> str:
    """The confirmation of a decision that came in the inbound with this digest."""
    return _key(bulletin, period, "confirmation", inbound, address=person)


def outcome_key(bulletin: str, period: str, version: int, editor: str) -> str:
    """What became of the distribution of a version: sent, bounced, in doubt."""
    return _key(bulletin, period, "outcome", f"v{version}", address=editor)


def notice_key(bulletin: str, period: str, subject: str, person: str) -> str:
    """Any other single notice; ``subject`` names what it is about, for instance ``late/hate-crime/r2``."""
    return _key(bulletin, period, "notice", subject, address=person)


def digest_key(bulletin: str, period: str, day: date, person: str) -> str:
    """The digest of the receipts that were not sent one by one, by the day on which it is due."""
    return notice_key(bulletin, period, f"digest/{day}", person)


def is_digest(key: str) -> bool:
    """Whether a mail of ours with this key is such a digest."""
    return "/notice/digest%2F" in key


def reader_notice_key(bulletin: str, period: str, digest: str, person: str) -> str:
    """The notice that passes on a reader's question, whose mail has this digest."""
    return notice_key(bulletin, period, f"reader/{digest}", person)


def readers_question(key: str) -> str:
    """The digest of the reader's mail that a notice with this key passes on; "" when it is another mail of ours."""
    found = re.search(r"/notice/reader%2F([^/%]+)/", key)
    return found.group(1) if found else ""


_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


def message_id_for(key: str, domain: str) -> str:
    """The Message-ID of the delivery with this key, angle brackets included. Raises ValueError on an odd domain."""
    if not _DOMAIN.fullmatch(domain):
        raise ValueError(f"{domain!r} is not a domain for a Message-ID")
    return f"<bul.{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain.lower()}>"


# ------------------------------------------------------------------------------------------------------- digests


def digest(data: bytes) -> str:
    """sha256 of some bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def _digest_fields(label: str, fields: Iterable[str]) -> str:
    """sha256 over length-prefixed fields; ``label`` keeps digests of different kinds apart."""
    hasher = hashlib.sha256(label.encode())
    for field in fields:
        data = field.encode("utf-8", "surrogatepass")
        hasher.update(b"\n%d:" % len(data))
        hasher.update(data)
    return hasher.hexdigest()


def draft_digest(parts: Iterable[Part], bulletin_json: str) -> str:
    """One digest over every part of a draft (name, media type, bytes) in order, and the bulletin they come from."""
    fields = [bulletin_json]
    for part in parts:
        fields += [part.name, part.media_type, part.digest]
    return _digest_fields("draft", fields)


def inbound_digest(
    message_id: str, sender: str, date: str, subject: str, text: str, attachments: Iterable[str] = ()
) -> str:
    """The second identity of a mail, over decoded values: Exchange rebuilds the MIME on each read, so never raw bytes.

    ``attachments`` are sha256 digests of the decoded files; their order does not matter, nor do line ends and runs of
    white space, which servers change.
    """
    lines = (" ".join(line.split()) for line in text.splitlines())
    squeezed = "\n".join(line for line in lines if line)
    fields = [message_id.strip(), address_key(sender), " ".join(date.split()), " ".join(subject.split()), squeezed]
    return _digest_fields("inbound", [*fields, *sorted(attachments)])


def people_digest(*fields: str) -> str:
    """A digest over a list of people, a change of one, or what names one row: recognised again, not readable."""
    return _digest_fields("people", fields)


def canonical(value: Any) -> str:
    """The one JSON spelling of plain data: sorted keys, no spaces. What the event chain is taken over."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def event_hash(previous: str, canonical_event: str) -> str:
    """The next link of an edition's chain: over the link before ("" for the first) and the event's canonical form."""
    return _digest_fields("event", [previous, canonical_event])


# -------------------------------------------------------------------------------------------------------- tokens

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_ALPHABET = frozenset(ALPHABET)
TOKEN_BITS = 100
_GROUPS = range(3, 9)  # groups that are read; five are written
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
_UNSEEN = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")  # soft hyphen and zero width: mail programs insert them
_GAP = rf"[\s>]{{0,8}}[{_DASHES}][\s>]{{0,8}}"  # a token may be wrapped, also inside quoted text
_BEFORE = rf"(?<![A-Za-z0-9{_DASHES}])"
_AFTER = rf"(?![A-Za-z0-9]|[{_DASHES}][A-Za-z0-9])"
_TOKEN = re.compile(rf"{_BEFORE}[A-Za-z0-9]{{4}}(?:{_GAP}[A-Za-z0-9]{{4}}){{2,7}}{_AFTER}")
_ROUGH = re.compile(rf"{_BEFORE}[A-Za-z0-9]{{3,5}}(?:{_GAP}[A-Za-z0-9]{{3,5}}){{2,7}}{_AFTER}")
_MOST_ROUGH = 20  # near misses looked at in one mail: each costs about 1,300 hashes


def make_token(random_bytes: bytes) -> str:
    """A token of 100 bits, five groups of four, from at least 13 random bytes. Raises ValueError on fewer."""
    if len(random_bytes) * 8 < TOKEN_BITS:
        raise ValueError(f"a token needs {TOKEN_BITS} random bits, got {len(random_bytes) * 8}")
    number = int.from_bytes(random_bytes, "big") & ((1 << TOKEN_BITS) - 1)
    letters = [ALPHABET[(number >> shift) & 31] for shift in range(TOKEN_BITS - 5, -1, -5)]
    return _grouped("".join(letters))


def _grouped(letters: str) -> str:
    """Letters in groups of four, joined by hyphens."""
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _letters(text: str) -> str:
    """The letters of a token as they are read: no brackets, dashes or space, upper case, O as 0, I and L as 1."""
    return re.sub(rf"[{_DASHES}\s>\[\]]", "", _UNSEEN.sub("", text)).upper().translate(_READ_AS)


def normalise_token(text: str) -> str | None:
    """The one spelling of a token, or None where the text is none (letters outside the alphabet, wrong length)."""
    letters = _letters(text)
    whole = len(letters) % 4 == 0 and len(letters) // 4 in _GROUPS
    return _grouped(letters) if whole and all(letter in ALPHABET for letter in letters) else None


def find_tokens(text: str) -> tuple[str, ...]:
    """Every token-shaped word of a text in its one spelling, in order, each once. Ordinary words may look like one:
    only the store knows which are alive."""
    found = (normalise_token(match.group()) for match in _TOKEN.finditer(_UNSEEN.sub("", text)))
    return tuple(dict.fromkeys(token for token in found if token))


def token_hash(token: str) -> str:
    """What the store keeps of a token, whatever its spelling. Raises ValueError on text that is no token."""
    spelled = normalise_token(token)
    if spelled is None:
        raise ValueError("not a token")
    return _digest_fields("token", [spelled])


def make_code(random_bytes: bytes) -> str:
    """A one-time code of 60 bits, three groups of four, from at least 13 random bytes; ValueError on fewer."""
    return make_token(random_bytes)[:14]


def code_hash(code: str, bulletin: str, period: str, person: str, inbound: int) -> str:
    """What is kept of a code: it counts only for this person and for what this mail of theirs said."""
    return _digest_fields("code", [_letters(code), bulletin, period, address_key(person), str(inbound)])


def near_tokens(text: str, live: Set[str]) -> tuple[str, ...]:
    """The live token hashes that a token-shaped word of the text misses by one character (wrong, missing, extra, or
    two swapped). For leads only: a command with a slip is asked back."""
    hits: list[str] = []
    for match in list(_ROUGH.finditer(_UNSEEN.sub("", text)))[:_MOST_ROUGH]:
        for letters in _one_slip(_letters(match.group())):
            if len(letters) % 4 or len(letters) // 4 not in _GROUPS or not _ALPHABET.issuperset(letters):
                continue  # the same as normalise_token, and ten times as quick: there are over a thousand of these
            if (known := _digest_fields("token", [_grouped(letters)])) in live:
                hits.append(known)
    return tuple(dict.fromkeys(hits))


def _one_slip(letters: str) -> Iterator[str]:
    """Every string that one slip of a character could have turned into these letters."""
    for at in range(len(letters) + 1):
        head, tail = letters[:at], letters[at:]
        yield head + tail[1:]
        yield head + tail[1:2] + tail[:1] + tail[2:]
        for letter in ALPHABET:
            yield head + letter + tail
            yield head + letter + tail[1:]

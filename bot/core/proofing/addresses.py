"""Addresses: not in the directory, nearly in the directory, or with a part missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from rapidfuzz.distance import OSA

from bot.core.model import Finding, Severity
from bot.core.proofing.context import Passage, ProofContext, Text, found, tidy

ADDRESS = re.compile(
    r"(?<![\w.+%'’-])\w(?:[\w.+%'’-]{0,62}\w)?@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[a-z]{2,18}(?![\w@-])", re.IGNORECASE
)
_TOP = r"(?:uk|org|com|net|gov|police|nhs|example|info|eu|london|scot|wales|cymru)"
_DOMAIN = re.compile(rf"(?<![\w@./:-])(?:[a-z0-9-]{{1,63}}\.){{1,8}}{_TOP}\b(?![\w/@-]|\.\w)", re.IGNORECASE)
_ASK = re.compile(
    r"\b(?:contact|e-?mail|get in touch|write to|enquir\w+|inquir\w+|speak to|quer(?:y|ies)|let \w+ know|"
    r"repl(?:y|ies) to|send|reached)\b",
    re.IGNORECASE,
)
_SITE = re.compile(
    r"\b(?:visit|websites?|web ?pages?|sites?|browse|online|see|go to (?:the|our|this|www)|read|view\w*|www)\b",
    re.IGNORECASE,
)
_BROKEN = re.compile(
    r"(?<![\w.+%'-])(?:"
    r"@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,18}"  # @council.example.org
    r"|(?!(?:at|on|via|to|by|or|and)\b)[\w.+'-]{1,64} +@ ?(?:[a-z0-9-]{1,63}\.)+[a-z]{2,18}"  # name @council...
    r"|[\w.+'-]{1,64}@ +(?:[a-z0-9-]{1,63}\.)+[a-z]{2,18}"  # name@ council.example.org
    r"|[\w.+'-]{1,64}@@[\w.-]+"  # name@@council...
    r"|[\w.+'-]{0,64}\.\.[\w.+'-]{0,64}@[\w.-]+|[\w.+'-]{1,64}@[\w-]*\.\.[\w.-]+"  # two dots
    r"|[\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)*,[\w-]+(?:\.[\w-]+)*"  # a comma for a dot
    r"|[\w+'-]{1,64}\.@[\w.-]+"  # a dot before the @
    r"|\w{1,64}\.[\w.+'-]{1,64}@[\w-]+(?![\w.@-]|\.\w)"  # first.last@council
    r"|\w{1,64}(?:\.[\w+'-]{1,64})+@(?![\w])"  # first.last@
    r"|[\w.+'-]{1,64} ?[(\[] ?at ?[)\]] ?[\w-]+(?:\.[\w-]+)+"  # name (at) council
    rf"|[\w.+'-]{{1,64}}[\"#£](?:[a-z0-9-]{{1,63}}\.){{1,8}}{_TOP}\b"  # the key beside the @
    r")",
    re.IGNORECASE,
)
ADDRESSES_MAX = 2_000  # of one text that are compared with the directory and with each other
AGAIN_MAX = 200  # that a text has more than once, as choices for a slip
_SIGN = re.compile(r"@|[(\[] ?at ?[)\]]|\w[\"#£]\w", re.IGNORECASE)  # without one of these there is no broken address
_DOT_MISSED = re.compile(r"(?<![\w.+%'-])[\w.+'-]{1,64}@[\w-]{3,40}(?![\w@-]|\.[\w.])")


def _shown(passage: Passage) -> Iterator[tuple[str, int, int]]:
    """Addresses in the visible text, with their place."""
    for match in ADDRESS.finditer(passage.text):
        yield match.group().lower().replace("’", "'"), match.start(), match.end()


def _linked(passage: Passage) -> Iterator[tuple[str, int, int]]:
    """Addresses that stand only behind a link's words ("email Vicki"), with the place of the words."""
    at = 0
    for run in passage.runs:
        end = at + len(tidy(run.text))
        if run.url and run.url.lower().startswith("mailto:") and not ADDRESS.search(run.text):
            yield run.url[7:].split("?")[0].strip().lower(), at, end
        at = end


def nearest(address: str, among: Iterator[str] | list[str] | frozenset[str]) -> str | None:
    """The one address that this is most likely a slip of: at most two characters away (three in a long one)."""
    limit = 3 if len(address) > 30 else 2
    best, second = (limit + 1, ""), limit + 1
    for known in among:
        distance = OSA.distance(address, known, score_cutoff=limit)
        if distance < best[0]:
            best, second = (distance, known), best[0]
        elif distance < second:
            second = distance
    return best[1] if best[0] <= limit and best[0] < second else None


def _swapped(address: str, context: ProofContext) -> str | None:
    """The directory's address for the same local part elsewhere, or the same person's name turned round."""
    local, _, domain = address.partition("@")
    same = [known for known in context.addresses if known.partition("@")[0] == local]
    if len(same) == 1 and OSA.distance(domain, same[0].partition("@")[2]) <= max(3, len(domain) // 3):
        return same[0]
    turned = ".".join(reversed(local.split("."))) + "@" + domain
    return turned if turned in context.addresses else None


def _slip_in_text(address: str, counts: Counter[str], again: Sequence[str]) -> str | None:
    """Within the text itself: an address seen once, a slip away from one seen more often on the same domain."""
    local, _, domain = address.partition("@")
    if counts[address] > 1 or len(local) < 6:
        return None
    for other in again:
        other_local, _, other_domain = other.partition("@")
        if other_domain != domain:
            continue
        near = OSA.distance(local, other_local) <= 1
        if near and re.sub(r"\d", "", local) != re.sub(r"\d", "", other_local) and _long_parts(local, other_local):
            return other
    return None


def _long_parts(one: str, other: str) -> bool:
    """The parts in which two mailbox names differ are long: initials may well belong to two people."""
    a, b = re.split(r"[._-]", one), re.split(r"[._-]", other)
    if len(a) != len(b):
        return len(one) > 8
    return all(min(len(x), len(y)) >= 4 for x, y in zip(a, b, strict=True) if x != y)


def address_unknown(text: Text, context: ProofContext) -> Iterator[Finding]:
    """An address that the directory does not know: a near miss, or anything on a domain that the directory covers."""
    all_of_them = ((p, a, s, e) for p in text.passages for a, s, e in (*_shown(p), *_linked(p)))
    everywhere = list(islice(all_of_them, ADDRESSES_MAX))
    counts = Counter(address for _, address, _, _ in everywhere)
    again = [address for address, times in counts.most_common(AGAIN_MAX) if times > 1]
    known = frozenset(context.addresses)
    for passage, address, start, end in everywhere:
        if address in known:
            continue
        shown = passage.text[start:end] if "@" in passage.text[start:end] else address
        near = nearest(address, known) or _swapped(address, context) or _slip_in_text(address, counts, again)
        domain = address.rpartition("@")[2]
        if near and near in known:
            message = f"The address {shown} is not in the directory."
        elif near:
            message = f"The address {shown} is written {near} elsewhere in this text."
        elif domain in context.domains:
            message = f"The address {shown} is not in the directory."
        else:
            continue
        yield found("address-unknown", Severity.WARNING, passage, (start, end), message, near or "", shown)


def address_incomplete(text: Text, context: ProofContext) -> Iterator[Finding]:
    """An address with a part missing: no mailbox name, no domain, a space or a comma in it."""
    for passage in text.passages:
        plain_text = passage.text
        taken: list[tuple[int, int]] = [match.span() for match in ADDRESS.finditer(plain_text)]
        for pattern in (_BROKEN, _DOT_MISSED) if _SIGN.search(plain_text) else ():
            for match in pattern.finditer(plain_text):
                inside = any(a <= match.start() and match.end() <= b for a, b in taken)
                if inside or (pattern is _DOT_MISSED and match.group()[0] == "@"):
                    continue
                taken.append(match.span())
                yield _incomplete(passage, match, context)
        for match in _without_domain(passage, context):
            if not any(a <= match.start() < b for a, b in taken):
                taken.append(match.span())
                yield _incomplete(passage, match, context)
        for match in _DOMAIN.finditer(plain_text):
            if not any(a <= match.start() < b for a, b in taken) and _asks_to_write(passage, match, taken, context):
                yield _incomplete(passage, match, context)


def _without_domain(passage: Passage, context: ProofContext) -> Iterator[re.Match[str]]:
    """ "email owen.bright for more": the name before the @ of an address that the directory has, and no more."""
    for name in sorted(
        {address.partition("@")[0] for address in context.addresses if "." in address.partition("@")[0]}
    ):
        if name in passage.text.lower():
            yield from re.finditer(
                rf"(?<![\w.@/-]){re.escape(name)}(?![\w@-]|\.\w|\s*[@(\[])", passage.text, re.IGNORECASE
            )


def _incomplete(passage: Passage, match: re.Match[str], context: ProofContext) -> Finding:
    words = match.group()
    before = passage.text[: match.start()]
    addresses = frozenset(context.addresses)
    whole = next((known for known in sorted(addresses) if known.startswith(f"{words.lower()}@")), "")
    person = next((p for p in context.directory if p.name and p.name.lower() in before[-80:].lower()), None)
    right = whole or (person.address if person else nearest(words.replace(" ", "").lower(), addresses) or "")
    message = f"The address “{words}” is not complete."
    if whole:
        message = f"The contact is given as “{words}”, which has no @ and nothing after it."
    elif _DOMAIN.fullmatch(words):
        message = f"The contact is given as “{words}”, which has no mailbox name."
    elif words.startswith("@"):
        message = f"The address “{words}” has no mailbox name before the @."
    return found("address-incomplete", Severity.ERROR, passage, match.span(), message, right)


def _asks_to_write(passage: Passage, match: re.Match[str], taken: list[tuple[int, int]], context: ProofContext) -> bool:
    """A bare domain stands where an address should: "contact Helen on council.example.org"."""
    text = passage.text
    if any(run.url for run in passage.runs if match.group() in run.text):
        return False
    before = text[: match.start()]
    asks = list(_ASK.finditer(before[-120:]))
    if not asks:
        return False
    between = before[-120:][asks[-1].end() :]
    lead_in = re.search(
        r"(?:\b(?:on|at|to|via|by|using|through)|[:,(–-]|\be-?mail)\s*[(\[<]?\s*$|^\s*$", between, re.IGNORECASE
    )
    written = any(asks[-1].start() + max(0, len(before) - 120) <= a for a, _ in taken if a < match.start())
    return bool(lead_in) and not _SITE.search(between) and not written and not re.search(r"[.!?]\s", between)

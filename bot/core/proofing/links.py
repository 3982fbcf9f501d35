"""Links: promised and not there, malformed, dangerous, showing one place and going to another, or bare."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.core.model import Finding, Run, Severity
from bot.core.proofing.addresses import ADDRESS
from bot.core.proofing.context import Passage, ProofContext, Text, found, sentences, tidy

_VERB = (
    r"(?:available|view(?:ed|able)?|find|found|read|download\w*|access\w*|see(?:n)?|book\w*|"
    r"regist\w+|sign(?:ed)? up|apply|"
    r"details?|information|report|watch\w*|complete\w*|respond|online|click|follow|link|more|published|consultation|"
    r"survey|attached|shared|posted|listed|saved|obtain\w*|out|summar\w+|slides|recording|minutes)"
)
# What may follow the "here" of a promise.
_STOP = r"(?=\s*(?:[.,;:!?()\]]|$|and\b|or\b|for (?:more|further)\b|to (?:view|read|see|book|sign|register)\b))"
_PROMISE = re.compile(
    rf"\b(?:click|tap|press)(?:ing)?\s+(?:on\s+)?(?:here|this|the link|below)\b"
    rf"|\b{_VERB}\b[^.;!?\n]{{0,30}}?\bhere\b{_STOP}"
    r"|(?:^|(?<=[.!?]\s))(?:View|Read|Find out more|Book|Register|Sign up|Download) here\b"
    r"|\b(?:at|via|through|using|on|from|follow(?:ing)?|with|use|click|see|in)\s+(?:on\s+)?"
    r"(?:this|the|the following|the attached)\s+(?:\w+\s+)?(?:web)?links?\b"
    r"(?!\s+(?:between|to the (?:police|council|county)|with))"
    r"|\b(?:this|the following|the)\s+(?:\w+\s+)?(?:web)?links?\s+(?:below|above)\b|\blinks? (?:is |are )?below\b"
    r"|\b(?:following|this)\s+(?:web)?link\s*:|\bsee here\b|\bhere is (?:the|a) (?:web)?link\b"
    r"|\b(?:on|at|from) (?:this|the following) (?:web ?page|web ?site|page|site)\b(?=\s*[.:]|$)",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"[\[(<{](?:insert |add |put )?(?:web |the )?(?:links?|url|hyperlink)(?: here| to follow| tbc)?[\])>}]"
    r"|\b(?:insert|add) (?:the )?(?:link|url|hyperlink)(?: here)?\b|\blink (?:to follow|tbc)\b",
    re.IGNORECASE,
)
# Without one of these words nothing is promised: one quick look.
_MAY_PROMISE = re.compile(
    r"\b(?:here|\w*links?|url|below|click|tap|press|(?:click|tapp|press)ing|\w*pages?|\w*sites?)\b", re.IGNORECASE
)
URL = re.compile(r"(?<![\w@.])(?:https?://|www\.)[^\s<>\"“”]+", re.IGNORECASE)
HOSTED = re.compile(
    r"(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:uk|org|com|net|eu|info|london|example)(?:/[^\s<>\"“”)]*)?(?![\w@])", re.IGNORECASE
)
# "example.org/documents/plan.pdf": a page, without the scheme and the www
_WITH_PATH = re.compile(
    r"(?<![\w@./-])(?!www\.)(?:[a-z0-9-]+\.){1,8}(?:uk|org|com|net|eu|info|london|example)/[^\s<>\"“”)]+", re.IGNORECASE
)
_LIKE_URL = re.compile(
    r"https?://\S+[\w/] [\w%-]+\.(?:pdf|docx?|xlsx?|html?|aspx?)\b"  # a space in the name of a file
    r"|(?<![\w.@/-])(?:h{0,2}t{1,3}p{1,2}s{0,2}(?:[:;.,]?[/\\]{1,3}|[:;])[^\s<>\"“”)]*"  # htp://, https:/, http//
    r"|w{2,4}[.,]+[^\s<>\"“”)]+|www\.\s+[a-z0-9.-]+)",
    re.IGNORECASE,
)
_GOOD_URL = re.compile(
    r"(?:https?://(?!https?:|www\.?$|www\.[\w-]+(?:[:/?#]|$))(?:[\w-]+\.)+[a-z]{2,}(?:[:/?#].*)?|www\.(?:[\w-]+\.)+[a-z]{2,}(?:[:/?#].*)?)",
    re.I,
)
_LOCAL = re.compile(
    r"(?<!\w)(?:[A-Z]:\\[^\s]+|\\\\[\w.-]+\\[^\s]+|(?:file|ftp|javascript|smb):/{0,3}[^\s]+)", re.IGNORECASE
)


def _web(run: Run) -> bool:
    """The run leads to a web page."""
    return (
        bool(run.url) and not (run.url or "").lower().startswith("mailto:") and (run.url or "").strip() not in ("#", "")
    )


def _link_spans(passage: Passage) -> list[tuple[int, int]]:
    """Where in the passage's text a web link is: link runs, visible URLs and domains."""
    spans, at = [], 0
    for run in passage.runs:
        size = len(tidy(run.text))
        if _web(run):
            spans.append((at, at + size))
        at += size
    text = passage.text
    mail = {at for match in ADDRESS.finditer(text) for at in range(*match.span())}
    spans += [m.span() for pattern in (URL, HOSTED) for m in pattern.finditer(text) if m.start() not in mail]
    return spans


def missing_link(text: Text, context: ProofContext) -> Iterator[Finding]:
    """ "available to view here", "click here", "at this link" with no link behind the words or beside them."""
    for index, passage in enumerate(text.passages):
        if not _MAY_PROMISE.search(passage.text):
            continue
        for match in _PLACEHOLDER.finditer(passage.text):
            message = f"“{match.group()}” stands where a link should be."
            yield found("missing-link", Severity.WARNING, passage, match.span(), message)
        promises = [m for m in _PROMISE.finditer(passage.text) if not _PLACEHOLDER.search(m.group())]
        if not promises:
            continue
        links = _link_spans(passage)
        free = len(links) - len(promises)
        spans = [(start, start + len(sentence)) for start, sentence in sentences(passage.text)]
        for match in promises:
            if _beside(match, spans, links, free) or _in_next(text, index, match):
                continue
            message = f"“{match.group().strip()}” promises a link, but there is none."
            yield found("missing-link", Severity.WARNING, passage, match.span(), message)


def _beside(match: re.Match[str], spans: list[tuple[int, int]], links: list[tuple[int, int]], free: int) -> bool:
    """A link on the words or in the same sentence, or after it when there are enough for every promise."""
    start, end = spans[max(0, bisect([a for a, _ in spans], match.start()) - 1)]
    if any(start <= a < end or (a < match.end() and match.start() < b) for a, b in links):
        return True
    return free >= 0 and any(end <= a for a, _ in links)


def _in_next(text: Text, index: int, match: re.Match[str]) -> bool:
    """ "at the link below:" and the link follows in the next paragraphs of the item."""
    here = text.passages[index]
    rest = here.text[match.end() :].strip()
    below = "below" in here.text[match.start() : match.end() + 7].lower()
    if rest not in ("", ".", ":", ").") and not below:
        return False
    reach = 4 if below or rest == ":" or match.group().endswith(":") else 1
    following = text.passages[index + 1 : index + 1 + reach]
    near = (p for p in following if (p.section, p.item) == (here.section, here.item))
    return any(_only_link(p) or (reach > 1 and _link_spans(p)) for p in near)


def _only_link(passage: Passage) -> bool:
    """The passage is little else than a link."""
    covered = sum(b - a for a, b in _link_spans(passage))
    return covered > 0 and covered >= 0.7 * len(passage.text.strip())


def bad_link(text: Text, context: ProofContext) -> Iterator[Finding]:
    """A link that cannot work or does not go where it says."""
    for passage in text.passages:
        at = 0
        for run in passage.runs:
            size = len(tidy(run.text))
            if run.url is not None and (fault := link_fault(run)):
                yield found("bad-link", Severity.ERROR, passage, (at, at + size), fault)
            at += size
        for pattern in (_LIKE_URL, _LOCAL):
            for match in pattern.finditer(passage.text):
                words = match.group().rstrip(".,;:!?'’")
                if len(words) < 4 or (_GOOD_URL.fullmatch(words) and not re.search(r"\s", words)):
                    continue
                message = f"“{words}” is not a web address that readers can open."
                yield found("bad-link", Severity.ERROR, passage, match.span(), message)


def link_fault(run: Run) -> str:
    """What is wrong with a link, as a sentence; "" when nothing is."""
    url, shown = (run.url or "").strip(), tidy(run.text).strip()
    label = f"“{shown or url}”"
    if url.lower().startswith("mailto:"):
        return _mail_fault(url, shown, label)
    if re.search(r"\s|[\x00-\x1f]", url):
        return f"The link of {label} has a space in it ({url})."
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        _ = parts.port
    except ValueError:
        return f"The link of {label} is not a web address ({url})."
    if parts.scheme.lower() not in ("http", "https"):
        scheme = f"{parts.scheme}:" if parts.scheme else "no scheme"
        return f"The link of {label} is not a web or mail address ({scheme})."
    if "@" in parts.netloc:
        return f"The link of {label} hides its real site behind an @ ({url})."
    if not re.fullmatch(r"(?!www\.[\w-]+$)(?:[\w-]+\.)+[\w-]{2,}", host) or host.endswith(
        (".local", ".internal", ".lan")
    ):
        return f"The link of {label} has no public site name ({url})."
    told = HOSTED.match(shown) or URL.match(shown)
    if told and not ADDRESS.search(shown):
        named = urlsplit(told.group() if "://" in told.group() else f"//{told.group()}").hostname or ""
        if named and not _same_site(named, host):
            return f"The link shows {named} but goes to {host}."
    return ""


def _mail_fault(url: str, shown: str, label: str) -> str:
    target, _, query = url[7:].partition("?")
    if not ADDRESS.fullmatch(target.strip()):
        return f"The mail link of {label} has no proper address ({url})."
    if re.search(r"(?:^|&)b?cc=", query, re.IGNORECASE):
        return f"The mail link of {label} adds other recipients."
    written = ADDRESS.search(shown)
    if written and written.group().lower() != target.strip().lower():
        return f"The link shows {written.group()} but writes to {target}."
    return ""


def _same_site(one: str, other: str) -> bool:
    """The same host, apart from www and subdomains."""
    a, b = (host.lower().removeprefix("www.").rstrip(".") for host in (one, other))
    return a == b or a.endswith("." + b) or b.endswith("." + a)


def bare_url(text: Text, context: ProofContext) -> Iterator[Finding]:
    """A web address printed in full where words should carry the link."""
    for passage in text.passages:
        for match in (*URL.finditer(passage.text), *_WITH_PATH.finditer(passage.text)):
            url = match.group().rstrip(".,;:)")
            if not url.lower().startswith("http") and "/" not in url:
                continue  # "www.example.org" is how people read an address aloud
            message = f"The web address {url} is printed in full; words that say what it is read better."
            end = match.start() + len(url)
            yield found("bare-url", Severity.NOTE, passage, (match.start(), end), message)

"""Links that say where they lead: bare addresses become links, and no link reads "here" or as a mile of address.

A screen reader can list the links of a document; the list must make sense without the words around it, and the same
words must never lead to two places (WCAG 2.4.4). The author's words stay; what is missing is added behind them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from bot.core.model import Run
from bot.render.clean import TYPED_MARK, safe_url

LONG_ADDRESS = 50  # characters of an address that a reader still takes in at a glance

_WEB = r"(?:https?://|(?<![\w.@/-])www\.)[^\s<>\"“”]{3,1000}"
_MAILBOX = r"(?<![\w.+@/-])[A-Za-z0-9_.+'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![\w@])"
_ADDRESS = re.compile(f"({_WEB})|({_MAILBOX})", re.IGNORECASE)
_RAW = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"(?<![0-9])[-_+]+|[-_+]+(?![0-9])")  # "2025-30" stays
_FILE = re.compile(r"\.(pdf|docx?|xlsx?|pptx?|csv|odt|ods|zip)$", re.IGNORECASE)

# Words that say nothing when read on their own.
_SAYS_NOTHING = frozenset(
    (
        *("here", "click", "click here", "see here", "view here", "available here", "go", "go here", "open", "view"),
        *("this", "this link", "link", "the link", "this page", "page", "web", "web page", "website", "this website"),
        *("visit", "visit website", "more", "read more", "learn more", "find out more", "continue", "download"),
        *("info", "more info", "more information", "information", "details", "more details", "further information"),
        *("email", "e-mail", "email us", "e-mail us", "contact us", "download here", "report", "document"),
    )
)


def linked(runs: tuple[Run, ...]) -> list[Run]:
    """``runs`` with safe link targets, bare web and mail addresses made into links, and equal neighbours joined."""
    out: list[Run] = []
    for run in runs:
        url = safe_url(run.url) if run.url else None
        if run.url and url is None:
            run = run.model_copy(update={"url": None})
        if url is not None:
            out.append(run if url == run.url else run.model_copy(update={"url": url}))
        elif "@" in run.text or "://" in run.text or "www." in run.text.lower():
            out.extend(_with_addresses(run))
        else:
            out.append(run)
    return joined(out)


def _with_addresses(run: Run) -> list[Run]:
    pieces: list[Run] = []
    done = 0
    for match in _ADDRESS.finditer(run.text):
        found = _without_end_punctuation(match.group())
        target = safe_url(_as_target(found, mail=match.group(2) is not None))
        if target is None:
            continue
        if match.start() > done:
            pieces.append(run.model_copy(update={"text": run.text[done : match.start()]}))
        pieces.append(run.model_copy(update={"text": found, "url": target}))
        done = match.start() + len(found)
    if done < len(run.text):
        pieces.append(run.model_copy(update={"text": run.text[done:]}) if done else run)
    return pieces


def _as_target(found: str, *, mail: bool) -> str:
    if mail:
        return f"mailto:{found}"
    return found if "://" in found else f"https://{found}"


def _without_end_punctuation(found: str) -> str:
    found = found.rstrip(".,;:!?'’\"")
    while found.endswith((")", "]")) and found.count("(") + found.count("[") < found.count(")") + found.count("]"):
        found = found[:-1].rstrip(".,;:!?'’\"")
    return found


def joined(runs: list[Run]) -> list[Run]:
    """Runs without empty ones, neighbours of one look made one."""
    out: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        last = out[-1] if out else None
        if last and (last.bold, last.italic, last.url) == (run.bold, run.italic, run.url):
            out[-1] = last.model_copy(update={"text": last.text + run.text})
        else:
            out.append(run)
    return out


class LinkWords:
    """Gives every link of one bulletin words of its own. ``taken`` are the words of links that are there already."""

    def __init__(self, taken: dict[str, str]) -> None:
        self._targets = {_key(text): target for text, target in taken.items()}

    def readable(self, runs: list[Run]) -> tuple[Run, ...]:
        """``runs`` with the text of each link (which may span several runs) made to say where it leads."""
        out: list[Run] = []
        index = 0
        while index < len(runs):
            url = runs[index].url
            end = index + 1
            while url is not None and end < len(runs) and runs[end].url == url:
                end += 1
            out.extend(runs[index:end] if url is None else self._one(runs[index:end], url))
            index = end
        return tuple(out)

    def _one(self, group: list[Run], url: str) -> list[Run]:
        text = "".join(run.text for run in group)
        if not text.strip():
            return [Run(text=text)]
        wanted = self._unique(_says_where(text.strip(), url), url)
        if wanted == text.strip():
            return group
        lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        if wanted.startswith(text.strip()):  # the author's look stays, the place is added behind
            extra = wanted[len(text.strip()) :]
            last = group[-1]
            return [*group[:-1], last.model_copy(update={"text": last.text.rstrip() + extra + tail})]
        return [group[0].model_copy(update={"text": lead + wanted + tail})]

    def _unique(self, text: str, url: str) -> str:
        for candidate in _candidates(text, url):
            if self._targets.setdefault(_key(candidate), url) == url:
                return candidate
        return f"{text} ({url.split('://', 1)[-1]})"


def _candidates(text: str, url: str) -> Iterator[str]:
    """Words for a link, the author's own first."""
    yield text
    yield f"{text} ({_place(url)})"
    yield f"{text} ({_short(url)})"
    for number in range(2, 60):
        yield f"{text} ({_place(url)}, {number})"


def _key(text: str) -> str:
    return TYPED_MARK.sub("", " ".join(text.split()).lower())  # such a mark may become a real number, outside the link


def _says_where(text: str, url: str) -> str:
    if text.lower().startswith("mailto:"):
        return text[7:].split("?")[0] or _place(url)
    if _RAW.fullmatch(text.strip("<>()[]")) is not None:
        return _short(url)
    if not any(char.isalnum() for char in text):  # a bullet or an arrow that was made a link
        return _short(url)
    if _key(text).strip(" .>»:,;") in _SAYS_NOTHING:
        return f"{text} ({_place(url)})"
    return text


def _place(url: str) -> str:
    """The host of a web address, or the mailbox of a mail link."""
    if url.startswith("mailto:"):
        return url[7:].split("?")[0]
    return urlsplit(url).netloc.removeprefix("www.")


def _short(url: str) -> str:
    """An address as a person would say it: short ones without the scheme, long ones by the words of their last part."""
    if url.startswith("mailto:"):
        return _place(url)
    bare = url.split("://", 1)[1].removeprefix("www.").rstrip("/")
    if len(bare) <= LONG_ADDRESS:
        return bare
    last = unquote(urlsplit(url).path.rstrip("/").rsplit("/", 1)[-1])
    kind = _FILE.search(last)
    name = _BETWEEN_WORDS.sub(" ", last[: kind.start()] if kind else last).strip()
    words = name.split()
    if sum(word.isalpha() and len(word) > 2 for word in words) >= 2 and len(last) <= 120:
        return f"{name[0].upper()}{name[1:]} ({kind.group(1).upper() + ', ' if kind else ''}{_place(url)})"
    return f"{_place(url)} … {bare[-20:]}" if "/" in bare else _place(url)

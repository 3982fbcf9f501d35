"""What stands round a reply and is not part of it: banners on top, sign-off, signature, disclaimer, mobile line below.

Works on one stretch of the sender's own lines. When it is not sure it leaves a line in.
"""

from __future__ import annotations

import re
from itertools import pairwise

from bot.mail import phrases
from bot.mail.lines import Line, Mark, key

TAIL_MAX = 18  # lines that a signature may have
NEWS_WORDS = 6  # words of a sentence that may be news under a line of dashes
_DELIMITER = re.compile(r"^\s*(?:--|—|––|__|___|-- ?-|_{20,}|-{20,})\s*$")
_STRICT = re.compile(r"^\s*(?:--|—|––|__|___)\s*$")
_MOBILE = re.compile(rf"^[\W_]*(?:{phrases.MOBILE}|{phrases.MOBILE_OTHERS})\W*$", re.IGNORECASE)
_SIGN_OFF = {key(row) for row in phrases.SIGN_OFFS.split("|")}
_DASH_NAME = re.compile(r"^[-–—~]{1,2}\s?[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,3}$")
_PHONE = re.compile(
    r"(?:\+\d|\(0?\d|\b0\d|\b\d{3})[\d\s().-]{6,}\d|\b(?:tel|ext|mob|mobile|phone|fax|direct line|dial)\b",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"[\w.+-]@[\w-]{1,60}\.\w|\bwww\.|https?://|\b[A-Z]{1,2}\d[\dA-Z]? ?\d[A-Z]{2}\b|^\s*[@#]\w+|\b(?:facebook"
    r"|twitter|linkedin|instagram)\b",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"\b\d{1,2}(?:st|nd|rd|th)?\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|\b\d{1,2}(?:[.:]\d\d)?\s?[ap]m\b",
    re.IGNORECASE,
)
_INSTRUCTION = re.compile(  # words of somebody who says something: never a name or a job
    r"\b(?:not|never|don.?t|but|except|only|unless|until|wait|hold|stop|cancel|first|then|please|pls|change"
    r"|remove|delete|add"
    r"|correct|fix|amend|instead|however|also|if|when|after|before|approved?|yet|again|is|are|was|will|we|you)\b",
    re.IGNORECASE,
)
_OFFICE = re.compile(
    r"\b(?:officer|manager|head of|lead|leader|director|co-?ordinator|advis[eo]r|analyst|team|council|department"
    r"|service|unit|constable|sergeant"
    r"|inspector|partnership|assistant|administrator|secretary|chair|commissioner|consultant|worker|engineer"
    r"|specialist|swyddog|rheolwr)\b",
    re.IGNORECASE,
)
_LEADS_TO_CONTACT = re.compile(
    r":\s*$|\b(?:contact|details|speak to|get in touch|e-?mail|call|ring|information)\b", re.IGNORECASE
)
_THANKS = re.compile(r"(?:many |thanks|thank you|diolch|merci|danke)")
_PS = re.compile(r"^\W*p\.?\s?p?\.?s\b", re.IGNORECASE)
_RULE = re.compile(r"^[\s*_=~#-]{3,}$")
_PRONOUNS = re.compile(r"^\W*(?:she|he|they|hi|ef|nhw)\s*/\s*\w+", re.IGNORECASE)


def mark_surroundings(lines: list[Line], zone: list[int], author: str = "", final: bool = True) -> None:
    """Give the lines of ``zone`` (indexes into ``lines``, one stretch of own text) their reasons.

    ``author`` is the sender's display name. ``final``: the stretch ends the reply, so a signature may end it.
    """
    zone = [index for index in zone if not lines[index].reason]
    _mark_banners(lines, zone)
    zone = _open(lines, zone)
    if not final or not zone:
        return
    if not any(not lines[i].marks & Mark.SIGNATURE and _says_something(lines[i]) for i in zone):
        pass  # everything stands in the signature container: people do write there
    else:
        for index in zone:
            if lines[index].marks & Mark.SIGNATURE:
                lines[index].reason = "signature"
        zone = _open(lines, zone)
    _mark_delimited(lines, zone)
    _mark_mobile(lines, _open(lines, zone))
    _mark_disclaimer(lines, _open(lines, zone))
    _mark_sign_off(lines, _open(lines, zone), author)
    _mark_names(lines, _open(lines, zone), author)
    _mark_own_block(lines, _open(lines, zone), author)
    _mark_contact_block(lines, _open(lines, zone), author)
    _mark_disclaimer(lines, _open(lines, zone))


def _open(lines: list[Line], zone: list[int]) -> list[int]:
    return [index for index in zone if not lines[index].reason]


def _says_something(line: Line) -> bool:
    return line.kind != "picture" and bool(line.text.strip("-_—–* \t")) and not is_sign_off(line.text)


def _mark_banners(lines: list[Line], zone: list[int]) -> None:
    """Warnings that a gateway put above the text, and protective markings."""
    for position, index in enumerate(zone):
        line = lines[index]
        if (
            phrases.MARKING.match(line.text)
            and len(line.text) < 60
            and (position == 0 or position >= len(zone) - 1 or position < 4)
        ):
            line.reason = "marking"
        elif (position < 12 and line.kind != "item" and phrases.BANNER.match(line.text)) or (
            position
            and lines[zone[position - 1]].reason == "banner"
            and _continues_banner(line, lines[zone[position - 1]])
        ):
            line.reason = "banner"


def _continues_banner(line: Line, before: Line) -> bool:
    wrapped = line.soft and not line.blank_before and before.kind == "text" and line.kind == "text"
    return bool(_RULE.match(line.text)) or (wrapped and len(before.text) > 30 and not phrases.GREETING.match(line.text))


def _mark_delimited(lines: list[Line], zone: list[int]) -> None:
    for position, index in enumerate(zone):
        text = lines[index].raw.strip() or lines[index].text
        left = len(zone) - position - 1
        if left > 25 or lines[index].kind != "text" or not _DELIMITER.match(text):
            continue
        rest = zone[position + 1 :]
        size = sum(len(lines[i].text) for i in rest)
        strict = bool(_STRICT.match(text))
        if not rest or (
            len(rest) <= (25 if strict else 12)
            and size <= (2_500 if strict else 1_500)
            and _may_end(lines, rest, strict)
        ):
            for i in zone[position:]:
                lines[i].reason = "disclaimer" if phrases.DISCLAIMER.search(lines[i].text) else "signature"
            return


def _may_end(lines: list[Line], rest: list[int], strict: bool) -> bool:
    """A rule of dashes ends the text only when what follows looks like a signature, a footer or a disclaimer."""
    if strict:
        return not _is_news(lines[rest[0]]) if rest else True
    contact = any(_CONTACT.search(lines[i].text) for i in rest)
    return all(
        is_signature_line(lines[i])
        or phrases.FOOTER.match(lines[i].text)
        or (contact and len(lines[i].text.split()) <= 5 and lines[i].kind == "text")
        for i in rest
    )


def _is_news(line: Line) -> bool:
    """A whole sentence with a date in it: a signature begins with a name, a job or a motto."""
    text = line.text.rstrip()
    said = len(text.split()) >= NEWS_WORDS and text.endswith((".", "!", "?")) and bool(_DATED.search(text))
    return said and not _legal(line) and not _MOBILE.match(text)


def _mark_mobile(lines: list[Line], zone: list[int]) -> None:
    said = False
    for position, index in enumerate(zone):
        line = lines[index]
        if line.kind == "text" and len(line.text) < 200 and _MOBILE.match(line.text):
            line.reason = "mobile_line"
            if said:
                for i in zone[position + 1 :]:
                    rest = lines[i]
                    if not rest.reason:
                        rest.reason = (
                            "mobile_line" if len(rest.text) < 200 and _MOBILE.match(rest.text) else "after_signature"
                        )
                return
        said = said or _says_something(line)


def _mark_disclaimer(lines: list[Line], zone: list[int]) -> None:
    """Disclaimers and list footers at the very end."""
    end, hit = len(zone), len(zone)
    while end > 0 and len(zone) - end < 40:
        line = lines[zone[end - 1]]
        if _legal(line):
            if not _is_disclaimer(line):
                break
            hit = end - 1
        elif not _between_disclaimers(lines, zone, end):
            break
        end -= 1
    for index in zone[hit:]:
        lines[index].reason = "disclaimer"
    while hit > 1 and hit < len(zone) and _RULE.match(lines[zone[hit - 1]].text):
        hit -= 1
        lines[zone[hit]].reason = "disclaimer"


def _legal(line: Line) -> bool:
    return len(line.text) < 20_000 and bool(phrases.DISCLAIMER.search(line.text) or phrases.FOOTER.match(line.text))


def _between_disclaimers(lines: list[Line], zone: list[int], end: int) -> bool:
    """A line of stars, a logo, a short line in capitals, the wrapped rest of a disclaimer: it may stand among them."""
    line = lines[zone[end - 1]]
    if _RULE.match(line.text) or line.kind == "picture":
        return True
    if end < len(zone) and len(line.text) < 40 and "@" not in line.text and line.text.isupper():
        return True
    return line.soft and not line.blank_before and len(zone) - end < 12 and _disclaimer_above(lines, zone, end - 1)


def _is_disclaimer(line: Line) -> bool:
    return line.kind in ("text", "table") and (
        len(line.text) > 40 or bool(phrases.FOOTER.match(line.text)) or line.text.lower().startswith("disclaimer")
    )


def _disclaimer_above(lines: list[Line], zone: list[int], position: int) -> bool:
    """Is this a wrapped line of a disclaimer that begins above?"""
    for back in range(position - 1, max(-1, position - 12), -1):
        line = lines[zone[back]]
        if phrases.DISCLAIMER.search(line.text):
            return True
        if not lines[zone[back + 1]].soft or lines[zone[back + 1]].blank_before:
            return False
    return False


def is_sign_off(text: str) -> bool:
    """Is the line a sign-off such as "Kind regards," or "Many thanks, Priya"?"""
    if len(text) > 70 or not text:
        return False
    words = key(text)
    if words in _SIGN_OFF:
        return True
    if any(sign in text for sign in "/|") and all(key(part) in _SIGN_OFF for part in re.split(r"[/|]", text)):
        return True  # "Cofion cynnes / Kind regards"
    head, comma, tail = text.partition(",")
    if comma and key(head) in _SIGN_OFF and len(tail.split()) <= 4 and not _DATED.search(tail):
        return all(word[:1].isupper() or not word[:1].isalpha() for word in tail.split())
    return False


def is_signature_line(line: Line) -> bool:
    """Could this line stand under a sign-off: a name, a job, a telephone number, an address, a logo, a disclaimer?"""
    if line.kind == "picture" or line.marks & Mark.SIGNATURE:
        return True
    text = line.text
    if len(text) > 3_000:
        return False
    if line.kind in ("item", "heading") and not _CONTACT.search(text):
        return False
    if phrases.DISCLAIMER.search(text) or _RULE.match(text) or _PRONOUNS.match(text) or phrases.MARKING.match(text):
        return True
    if line.kind == "table":
        return bool(_PHONE.search(text) or _CONTACT.search(text))
    if _MOBILE.match(text) or is_sign_off(text) or (len(text) < 600 and phrases.ABOUT_SENDER.match(text)):
        return True
    words = text.split()
    if _PHONE.search(text) or _CONTACT.search(text):
        return len(words) <= 25 and not (len(words) > 9 and text.rstrip().endswith((".", "!", "?")))
    if _DATED.search(text) or len(text) > 110:
        return False
    if _INSTRUCTION.search(text):
        return False
    return len(words) <= 12 and not text.rstrip().endswith((".", "!", "?", ":")) and _titled(words)


def _titled(words: list[str]) -> bool:
    """Written like a name, a job or an office: mostly capitals, or with a word of office; never a lower-case start."""
    letters = [word for word in words if word[:1].isalpha()]
    if not letters:
        return all(len(word) <= 3 for word in words)
    capitals = sum(1 for word in letters if not word[:1].islower())
    if letters[0][:1].islower():
        return False
    return capitals * 2 >= len(letters) or bool(_OFFICE.search(" ".join(words)))


def _mark_sign_off(lines: list[Line], zone: list[int], author: str) -> None:
    """The earliest sign-off from which everything to the end is signature; a PS below it stays."""
    zone = _without_postscript(lines, zone)
    best: int | None = None
    for position in range(len(zone) - 1, max(-1, len(zone) - 1 - TAIL_MAX), -1):
        line = lines[zone[position]]
        if is_sign_off(line.text):
            best = position
        elif not is_signature_line(line):
            break
    if best is None:
        return
    said = [i for i in zone[:best] if _says_something(lines[i]) and not phrases.GREETING.match(lines[i].text)]
    if not said and len(zone) - best > 3 and not _has_contact(lines, zone[best:]):
        return  # "Thanks," on top is an opening, not an end
    if not said and best == len(zone) - 1 and _THANKS.match(key(lines[zone[best]].text)):
        return  # "Thank you very much." is all that was said
    for index in zone[best:]:
        lines[index].reason = "disclaimer" if phrases.DISCLAIMER.search(lines[index].text) else "signature"


def _has_contact(lines: list[Line], zone: list[int]) -> bool:
    return any(_PHONE.search(lines[i].text) or _CONTACT.search(lines[i].text) for i in zone)


def _without_postscript(lines: list[Line], zone: list[int]) -> list[int]:
    for position, index in enumerate(zone):
        if position and _PS.match(lines[index].text) and any(is_sign_off(lines[i].text) for i in zone[:position]):
            return zone[:position]
    return zone


def _own_names(author: str) -> set[str]:
    return {key(author), *(key(word) for word in author.split()[:1] if len(word) > 1)} - {""}


def is_signed(lines: list[Line], author: str) -> bool:
    """Does a sign-off with the sender's own name under it stand among the lines, as in the last field of a form?"""
    own = _own_names(author)
    return any(is_sign_off(above.text) and key(line.text) in own for above, line in pairwise(lines))


def _mark_names(lines: list[Line], zone: list[int], author: str) -> None:
    """The sender's own name, or a name after a dash, as the last line."""
    if not zone:
        return
    line = lines[zone[-1]]
    named = line.kind == "text" and key(line.text) in _own_names(author)
    if named or (len(zone) > 1 and _is_dashed_name(line, lines[zone[-2]], author)):
        line.reason = "signature"


def _is_dashed_name(line: Line, above: Line, author: str) -> bool:
    """ "- Sam", but not the last of a typed list of names, nor somebody else's full name."""
    raw = line.raw.strip()
    if not _DASH_NAME.match(raw) or above.text.endswith(":") or above.raw.strip().startswith(raw[0]):
        return False
    words, own = key(raw).split(), key(author).split()
    return len(words) < 2 or len(own) < 2 or bool(set(words) & set(own))


def mark_signed(lines: list[Line], zone: list[int], author: str) -> None:
    """A sign-off with the sender's own name and contact lines, when more text (a campaign, an afterthought) follows."""
    own = _own_names(author)
    for position in range(1, len(zone) - 1):
        if not is_sign_off(lines[zone[position]].text) or key(lines[zone[position + 1]].text) not in own:
            continue
        end = position + 2
        for at in range(position + 2, min(len(zone), position + TAIL_MAX)):
            line = lines[zone[at]]
            if not is_signature_line(line):
                break
            if key(line.text) in own or _only_contact(line.text) or _OFFICE.search(line.text):
                end = at + 1
        for index in zone[position:end]:
            lines[index].reason = "signature"
        return


def _mark_own_block(lines: list[Line], zone: list[int], author: str) -> None:
    """The sender's full name ("Sam Green (he/him)") and a job or contact lines under it, without any sign-off."""
    name = key(author)
    for position in range(max(1, len(zone) - TAIL_MAX), len(zone) - 1):
        text = re.sub(r"\([^()]{1,30}\)", "", re.split(r"\s[|–-]\s", lines[zone[position]].text)[0])
        if len(name.split()) < 2 or key(text) != name or _LEADS_TO_CONTACT.search(lines[zone[position - 1]].text):
            continue
        block = zone[position:]
        told = any(_OFFICE.search(lines[i].text) or _only_contact(lines[i].text) for i in block)
        if told and all(is_signature_line(lines[i]) for i in block[1:]):
            for index in block:
                lines[index].reason = "signature"
            return


def _somebody(lines: list[Line], block: list[int], author: str) -> bool:
    """Is it a person's block (the sender's name or a job is in it) and not a venue with its address?"""
    if len(key(author).split()) < 2:
        return True
    words = {word for index in block for word in key(lines[index].text).split()}
    return bool(words & set(key(author).split())) or any(_OFFICE.search(lines[index].text) for index in block)


def _mark_contact_block(lines: list[Line], zone: list[int], author: str) -> None:
    """A name and contact lines after a blank line at the very end, without any sign-off."""
    start = len(zone)
    while (
        start > 0
        and len(zone) - start < 9
        and is_signature_line(lines[zone[start - 1]])
        and lines[zone[start - 1]].kind == "text"
    ):
        start -= 1
        if lines[zone[start]].blank_before and _name_like(lines[zone[start]].text) and start > 0:
            block = zone[start:]
            contacts = sum(1 for i in block if _only_contact(lines[i].text))
            if _LEADS_TO_CONTACT.search(lines[zone[start - 1]].text):
                return  # "For more information contact:" and then a person is content
            if contacts >= 2 and len(block) >= 3 and _somebody(lines, block, author):
                for index in block:
                    lines[index].reason = "signature"
            return


def _name_like(text: str) -> bool:
    words = text.split()
    return 1 <= len(words) <= 5 and all(word[:1].isupper() for word in words) and not re.search(r"[\d:!?]", text)


def _only_contact(text: str) -> bool:
    return len(text.split()) <= 8 and bool(_PHONE.search(text) or _CONTACT.search(text))

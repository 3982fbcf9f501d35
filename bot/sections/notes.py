"""Notes to us in a lead's own words: a cover line over a passed-on mail, "this replaces my earlier reply: ...".

A note is never printed and never dropped: it is set aside as ``cover_note`` and shown in the receipt. What says
anything else stays the sender's text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from bot.mail.lines import Line, key
from bot.mail.signature import is_sign_off
from bot.sections.align import cut_line
from bot.sections.nil import is_greeting, only_says_replaces, says_nil, says_replaces

Kind = Literal["none", "cover", "mixed", "own", "nil"]
Said = Literal["all", "adds", "unsaid"]

LABEL_WORDS = 3  # "July update": over a mail that is passed on it only names it
COVER_WORDS = 28  # words of a sentence that may still only lead to what is below
LEADING_LINES = 8  # own lines from the top among which a note to us is looked for
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_NAME = re.compile(r"[A-Z][\w'’-]*(?: [A-Z][\w'’-]*){0,2}[.,]?")
_COMMAND = re.compile(r"^\W*(?:hold|approve|approved|stop|cancel|changes)\b", re.IGNORECASE)
_THING = (
    r"(?:texts?|updates?|inputs?|contributions?|sections?|words|bits?|info|information|items?|figures|copy"
    r"|pieces?|entry"
    r"|reply|response|report|news|return|e ?mails?|message|notes?|answers?|points?|details|paragraphs?|stuff)"
)
# What points to a mail below: with one of these a short line leads to it, whatever the subject says.
_POINTS = re.compile(
    r"^(?:please )?below\b|\bbelow(?: please| thanks?| for you| as requested| from .{1,40}| for the .{1,40})?$"
    rf"|\b(?:see|find|read|pasted|copied|use|forward\w*|{_THING}|ours|this|the|it|as) (?:\w+ ){{0,4}}?(?:below"
    rf"|beneath|underneath)\b"
    r"|\b(?:fyi|fya|f y i|fwd|isod|gweler|ymlaen|er gwybodaeth)\b|\bfor (?:your )?(?:info|information"
    r"|awareness|reference)$"
    r"|\bforward(?:ed|ing|s)?\b|\bon behalf\b|\bbehalf of\b|\bpass(?:ing|ed|es)? (?:\w+ ){0,3}?(?:on|along)\b"
    r"|\bsend\w* (?:\w+ ){1,2}on\b|\b(?:send|sending|sent) (?:this |it |these |you )?(?:on |in )?(?:for|from"
    r"|his|her|their|on behalf)\b"
    r"|^(?:(?:this|these|it|that|just|received|came|comes|is|are|in|one|another|and|s|hi"
    r"|all) ){0,4}from (?:\w+ ?){1,5}$"
    rf"|\b{_THING} (?:is |are |came |we got |i got |received )?(?:from|by) \w+"
    rf"|\b(?:here|this|these|that|it) ?(?:is|are|s) (?:ours?|mine|his|hers|theirs|(?:the|my|our|his|her|their"
    rf"|\w+ s) {_THING})\b"
    r"|\bheres\b|\bhere (?:is|are|s|you go|it is|they are)\b"
    rf"|^\w+(?: \w+)? s (?:\w+ )?{_THING}$|^(?:ours|mine)$"
    r"|\bsiehe\b|\bunten\b|\bweitergeleitet\w*|\bzur (?:info|kenntnis|information)\b|\bci dessous\b"
    r"|\bpour (?:info|information)\b"
    r"|\bver abajo\b|\bpara su (?:informaci[oó]n|conocimiento)\b|\bhieronder\b|\bter info\w*|\bse nedan\b"
    r"|\bse nedenfor\b"
    r"|\bponi[zż]ej\b|\bvedi sotto\b|\bper conoscenza\b|\bveja abaixo\b"
)
# What only accompanies a mail that is plainly passed on (its subject or a line of the client says so).
_ACCOMPANIES = re.compile(
    r"\bfor (?:the|this|your|next|our) (?:\w+ ){0,4}?(?:bulletin|update|rag|edition|section|newsletter|issue)\b"
    r"|\bas (?:requested|discussed|promised|agreed)\b|\bfor inclusion\b"
    r"|\bthe following\b|\bresen[dt]\w*\b|\battach(?:ed)?\b|^(?:many )?thanks to \w+(?: \w+)? for\b|\bgrateful if\b"
    r"|\b(?:this|it|these) (?:came|comes) from\b|\bgo(?:es)? in\b"
    r"|^(?:i |we )?(?:received|got) (?:this|these|it)\b"
    r"|\bplease (?:use|print|include|add|put|take|publish|insert) (?:this|these|it|them|the (?:below|following"
    r"|text)|his|her"
    r"|their|\w+ s)\b"
    r"|\b(?:can|could|would) (?:you|we|this|these|it)\b.{0,30}\b(?:use|used|go in|include|included|add|added"
    r"|print|printed|put)\b"
    r"|\b(?:ok|okay|happy|fine) to (?:use|print|include|add)\b|\bworth (?:including|adding|printing)\b"
    r"|\bone for (?:the|this|you)\b"
    r"|\b(?:sorry|apologies) (?:for|that|this|it)\b|\blet me know\b|\bany (?:questions|queries|problems)\b"
    r"|\bhope (?:this|that|you)\b"
    r"|\b(?:ring|call|contact|ask|e ?mail) (?:me|him|her|them|us|\w+) (?:if|with|about)\b"
    r"|\b(?:is|am) (?:away|on (?:annual )?leave|out of (?:the )?office|off)\b|\bar gyfer\b"
    rf"|\b(?:this|these|attached|above|following)\b.{{0,20}}\b{_THING}$"
)
_FIGURES = re.compile(r"\d[\d,.]*\s?(?:%|per cent)|£\s?\d|\d{1,2}(?:[.:]\d\d)?\s?[ap]m\b")
_ADDING_FRONT = re.compile(
    r"^(?:(?:hi|hello|sorry|apologies|please|so|and|also|can you|could you|just|all|i|we) )*"
    r"(?:add|include|one (?:more|other|further|last)|an? (?:additional|further|extra|other)|additional|another"
    r"|in addition"
    r"|further|forgot|to (?:add|go))\b"
)
_MAIL = (
    r"(?:repl(?:y|ies)|e ?mails?|mails?|messages?|submissions?|responses?|contributions?|returns?|entry|entries|update)"
)
_ADDS_TO_MAIL = re.compile(
    r"\b(?:earlier|previous|last|first|other|existing|original|yesterday s?) (?:\w+ )?"
    rf"(?:{_MAIL}|one|note|text|section|bit)\b"
    rf"|\b(?:my|our|the) {_MAIL}\b"
    r"|\b(?:i|we) (?:had |have |already )?(?:sent|wrote|gave|submitted)\b"
    r"|\bone (?:more|other|further|last) (?:item|thing|point|update)$"
    r"|^(?:(?:please|also|can you|could you|just) )*(?:add|include) (?:this|these|it|the (?:following|below))$"
    r"|\bforgot to (?:add|include|mention)\b|\badditional (?:item|update|point)s?$"
)
_SIGNED_OFF = re.compile(
    r"(?<=[.!?])\s+(?i:(?:many |with )?thanks|thank you|cheers|(?:kind |best )?regards|best wishes|diolch(?: yn fawr)?)"
    r"[\s,.!–-]+([A-Z][\w'’-]*(?: [A-Z][\w'’-]*)?)(?:,\s[A-Z][^.!?\n]{1,60})?[.!]?\s*$"
)
_NOTE_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n+|\s[–-]\s")
_MAY_SAY = re.compile(  # no sentence without one of these says anything of an earlier reply
    r"replac|ignor|disregard|discard|instead|in place of|supersed|version|use this|\badd|includ|addition|further|forgot"
    r"|to go with|\bone (?:more|other|last)",
    re.IGNORECASE,
)
_NOTE_WORDS = 16
_NOTE_END = re.compile(r"[.!?:](?=\s)|\n|\s[–—-](?=\s)")


def note_kind(texts: Sequence[str], *, passed_on: bool) -> Kind:
    """What the lines above a quoted mail are: nothing but a greeting, a cover note, a note with news in it, news, or
    "nothing this month".

    ``passed_on``: the mail is plainly a forwarded one, so that weaker words are enough.
    """
    covers = others = 0
    said = [sentence for text in texts for sentence in _SENTENCE.split(text.strip()) if sentence.strip()]
    if any(says_nil(sentence) for sentence in (*said, "\n".join(texts))):
        return "nil"
    for sentence in said:
        if is_greeting(sentence) or is_sign_off(sentence.strip(" .!")) or is_sign_off(sentence):
            continue
        if covers and _NAME.fullmatch(sentence.strip()):
            continue
        if _is_cover(sentence, passed_on):
            covers += 1
        else:
            others += 1
    if passed_on and others == 1 and not covers and _is_label(said):
        return "cover"
    if not covers:
        return "own" if others else "none"
    return "mixed" if others else "cover"


def _is_label(said: list[str]) -> bool:
    words = " ".join(sentence for sentence in said if not is_greeting(sentence))
    return len(words.split()) <= LABEL_WORDS and not re.search(r"\d", words) and not _COMMAND.match(words)


def is_cover_line(text: str) -> bool:
    """Does the line, over a mail that is passed on, only lead to it?"""
    return note_kind([text], passed_on=True) in ("none", "cover")


def _is_cover(sentence: str, passed_on: bool) -> bool:
    words = key(sentence)
    if not words or len(words.split()) > COVER_WORDS or _COMMAND.match(sentence) or says_nil(sentence):
        return not words
    if _FIGURES.search(sentence):
        return False
    return bool(_POINTS.search(words) or (passed_on and _ACCOMPANIES.search(words)))


# -------------------------------------------------------------------------------- what a reply does to an earlier one


def note_says(sentence: str) -> Said:
    """What one sentence says of an earlier reply, when it is a note to us and not news."""
    if only_says_replaces(sentence):
        return "all"
    words = key(sentence)
    adding = len(words.split()) <= _NOTE_WORDS and _ADDING_FRONT.match(words) and _ADDS_TO_MAIL.search(words)
    return "adds" if adding and says_replaces(sentence) == "adds" else "unsaid"


def sentences_say(text: str) -> Said:
    """The same of the first note among the sentences of a text."""
    head = text[:1_500]
    if not _MAY_SAY.search(head):
        return "unsaid"
    for sentence in _NOTE_SENTENCE.split(head):
        if _MAY_SAY.search(sentence) and (said := note_says(sentence)) != "unsaid":
            return said
    return "unsaid"


def part_notes(lines: list[Line]) -> list[Line]:
    """Part "This replaces my earlier reply: the new text" into the note, which is set aside, and the text."""
    out: list[Line] = []
    own = 0
    for line in lines:
        if not line.reason and line.text and line.field is None:
            own += 1
            if own <= LEADING_LINES and line.kind in ("text", "heading"):
                out.extend(_parted(line))
                continue
        out.append(line)
    return out


def _parted(line: Line) -> list[Line]:
    if not _MAY_SAY.search(line.text[:300]):
        return [line]
    for match in _NOTE_END.finditer(line.text[:300]):
        head = line.text[: match.end()]
        if not line.text[match.end() :].strip():
            break
        if note_says(head.strip(" –—-")) == "unsaid":
            continue
        first, second = cut_line(line, match.end())
        first.reason = "cover_note"
        second.field = line.field
        return [first, second]
    if line.text.rstrip().endswith(":") and note_says(line.text) != "unsaid":
        line.reason = "cover_note"
    return [line]


def part_sign_off(lines: list[Line], author: str) -> list[Line]:
    """Part "A stall opens on 11 October. Thanks, Sam" into the text and the sign-off at the end of its line."""
    names = {author, *author.split()[:1]} - {""}
    last = next((i for i in range(len(lines) - 1, -1, -1) if not lines[i].reason and lines[i].text), -1)
    if last < 0 or not names or lines[last].kind not in ("text", "item"):
        return lines
    match = _SIGNED_OFF.search(lines[last].text[-120:])
    if match is None or match[1] not in names:
        return lines
    cut = max(0, len(lines[last].text) - 120) + match.start()
    first, second = cut_line(lines[last], cut)
    first.field, second.reason = lines[last].field, "signature"
    return [*lines[:last], first, second, *lines[last + 1 :]]

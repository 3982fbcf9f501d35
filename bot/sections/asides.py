"""What a lead writes to the editor and not for print: may I have until Friday, do you want ...?, sent too early.

And the wish to take a text out again.

Whoever only asks, asks the editor: it is passed on. A question inside other text stays text, and is asked about.
"""

from __future__ import annotations

import re
from enum import StrEnum

from bot.mail.lines import key
from bot.mail.signature import is_sign_off
from bot.sections.nil import is_greeting, says_as_last_month, says_nil, says_thanks


class Aside(StrEnum):
    """What a mail that is not for print says."""

    EXTENSION = "a request for more time"
    QUESTION = "a question"
    TOO_EARLY = "sent too early"
    WITHDRAW = "take it out"
    WITHDRAW_ALL = "take the section out"


LONGEST = 500  # characters of a mail that may still be an aside as a whole
_ENDS = re.compile(r"(?<=[.!?;])\s+|\n+|\s[–—-]\s")
_DAY = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|tonight|next week|(?:the )?(?:end|start|beginning|close) of"
    r"|this (?:afternoon|evening|week)|later|shortly|asap|\d{1,2}(?:st|nd|rd|th)?\b|noon|midday|lunch\w*|eod|cop"
    r"|monday"
)
_FRONT = (
    r"^(?:(?:hi|hello|sorry|apologies|please|so|and|but|just|also|quick question|as|because|morning|afternoon"
    r"|all|i m afraid"
    r"|afraid) )*"
)
_ASKS = (
    r"(?:can|could|may|might|would|will (?:it|that|you|there)|is|are|do|does|if|any|possible|ok|okay) (?:(?:can|could"
    r"|may|any|chance|possible|ok|okay|all right|there|it|be|that|please|to|of|for|i|we|me|us|you|if|at all) )*?"
)
_OURS = (
    r"(?:it|this|mine|ours|something|you|(?:my|our|the|hate crime) (?:bit|section|update|text|reply|contribution"
    r"|words"
    r"|items?|figures|return|submission|copy)|figures)"
)
_WAY = r"(?:over|across|in|to|you|through|by|on|at|before|until|early|first|thing|the|late|next|this|for|end|of|today)"
_EXTENSION = re.compile(
    rf"{_FRONT}(?:{_ASKS}(?:have |get |be given |allow |give "
    rf"|grant )?(?:\w+ ){{0,2}}?(?:an? )?(?:\w+ )?(?:extension|more time|longer|extra (?:day|time)"
    rf"|(?:few|couple of|two|three|another|extra|more|one|1|2|3) (?:more |extra )?(?:days?|hours?))\b"
    rf"|{_ASKS}(?:have|get|wait|hold on|extend|send|submit|let you have|reply|respond|do"
    rf"|be)\b.{{0,50}}\b(?:until|till|by|on|to|at|before|for) (?:\w+ ){{0,4}}?(?:{_DAY})"
    rf"|{_ASKS}(?:send|get|have|submit|let you have) {_OURS}\b.{{0,40}}\b(?:{_DAY})"
    rf"|(?:i|we) (?:will|ll|shall|can|am going to|m going to|re going to|hope to|aim to|should be able to|should"
    rf"|plan to|may|might) (?:only |not )?"
    rf"(?:be able to )?(?:send|get|have|submit|let you have|forward) (?:{_OURS} )?(?:{_WAY} ){{0,5}}(?:{_DAY})"
    rf"|(?:(?:i|we) )?(?:will|ll) (?:send|get|let you have|submit) (?:{_OURS} )?(?:{_WAY} ){{0,5}}(?:{_DAY})"
    rf"|(?:(?:i|we) )?(?:am|are|m|re|ll be|will be|might be|may be|be)? ?(?:(?:a )?(?:bit|little) "
    rf"|running (?:a (?:bit|little) )?|going to be )+(?:late|behind)\b.{{0,60}}"
    rf"|(?:i|we) (?:need|ll need|will need|would need|d need|would like|d like"
    rf"|request) (?:\w+ ){{0,3}}?(?:more time|longer|extension|(?:extra|more|few) (?:more )?(?:days?|hours?))"
    rf"|(?:an? )?(?:extension|more time)(?: (?:please|possible|to \w+|until \w+|request|requested|needed))*$"
    rf"|(?:\w+ ){{0,3}}?(?:it|this|mine|ours|section|update|text|reply|contribution) (?:will|ll|is|to"
    rf"|going to) (?:be (?:with you|late|there)|follow|come)\b(?:.{{0,20}}\b(?:{_DAY})|$)"
    rf"|(?:to follow|more to (?:come|follow)|will (?:follow|send))(?: (?:on|by|later|shortly|soon"
    rf"|{_DAY}).{{0,20}})?$)"
)
_TO_READERS = re.compile(
    r"\b(?:help|support|advice|victims?|witness\w*|concerned|worried|volunteer\w*|spare|someone|residents?"
    r"|grants?|struggling|affected|experienced"
    r"|drinking|drugs?|abuse|join|apply|interested|your (?!end|deadline|e ?mail|template|request|message|team"
    r"|preference|form|format|side|bulletin|limit))\b"
)
_DIRECTED = re.compile(
    r"^(?:(?:hi|hello|sorry|quick question|one question|question|just|also|and|so|but|please|by the way|btw|ps"
    r"|p s) )*"
    r"(?:(?:do|did|would|will|can|could|should|are|have|were) you (?:(?:still|also|really|happy|able|like|want"
    r"|need|prefer|mind|got|get|have|know|remember"
    r"|please|all|the|just|two|both) )*?(?:want|need|prefer|like|mind|confirm|tell|let|send|resend|remind|check"
    r"|clarify|advise|explain|receive|got|get|have|know"
    r"|happy|require|include|accept|take|use|add|after|ok|okay|print|put|expecting|waiting|looking)\b"
    r"|(?:should|shall|can|could|may|must) (?:i|we)\b|(?:do|did|am|are|have) (?:i|we) (?:need|have|supposed"
    r"|meant|ok|too late|still|missed)\b"
    r"|is (?:it|this|that|there) (?:ok|okay|all right|alright|fine|still|too late|a (?:limit|deadline|template"
    r"|form|word limit)|possible|enough|what you)\b"
    r"|(?:what|when) (?:is|s) (?:the|your|our) (?:\w+ )?(?:deadline|format|word (?:limit|count)|limit|cut off"
    r"|template|latest|theme)\b"
    r"|how (?:long|many words|much|many|do (?:you|i|we)|should|would you)\b.{0,60}\b(?:you|i|we|be|section"
    r"|update|words)\b"
    r"|(?:which|what) (?:\w+ ){0,4}(?:do|would|did|should|shall) (?:you|i|we)\b|who (?:should|do|is) (?:i|we"
    r"|the editor|doing|sending)\b"
    r"|where (?:do|should|can) (?:i|we)\b|any chance (?:you|we|i|of)\b|would it (?:help|be))"
)
# Words that go with anything: whole ones, and beginnings with how many more characters they may take along.
_FILLER = re.compile(
    r"(?:hi|hello|sorry|apologies|quick question|one question|just a (?:quick )?question"
    r"|just (?:checking|wondering|asking|a thought)|please (?:advise|let me know|confirm)"
    r"|many thanks|thanks|thank you|cheers|ta)(?: |$)"
)
_FILLING = tuple(
    (re.compile(begins), more)
    for begins, more in (
        (r"before i (?:send|start|write)|let me know|(?:hope|trust) (?:that|you|this)", 40),
        (r"if so|if not|(?:still|just) waiting (?:for|on)", 60),
        (
            r"(?:i|we) (?:am|m|are|re|have been|ve been) (?:away|on leave|off|swamped|busy|waiting|short staffed"
            r"|really busy|very busy|snowed under)",
            60,
        ),
        (r"it s been (?:busy|hectic|a busy)", 30),
        (r"(?:sorry|apologies) (?:for|about|to)", 50),
    )
)
_TOO_EARLY = re.compile(
    r"^(?:(?:hi|hello|sorry|apologies|oops|ah|whoops|please|that|this|it|the last one|my (?:last|previous"
    r"|earlier) (?:e ?mail|mail|message|reply|one)|was|got"
    r"|just|and|i|have|ve|pressed|hit|clicked|a bit|far|is|went|so|the|by accident|by mistake|accidentally) )*"
    r"(?:sent|send|went|gone)(?: (?:it|this|that|mine|off|out|too|the|last|my|mail|email|e|one))*"
    r"(?: (?:too (?:early|soon)|before (?:it was|i (?:was|had)) (?:\w+ ?){1,3}|by (?:mistake|accident)|in error"
    r"|accidentally|prematurely))"
    r"(?: (?:please|sorry|so|ignore|disregard|it|this|that|more to (?:come|follow)|and|i will|ll|send|resend"
    r"|again|later|apologies))*$"
)
_IGNORE = re.compile(
    r"^(?:(?:please|so|just|can you|could you|and|sorry|apologies) )*(?:ignore|disregard|discard|delete|bin)"
    r"(?: (?:this|that|it|the (?:last|previous|earlier)|my (?:last|previous|earlier|first)|(?:last|previous) one"
    r"|e ?mail|mail|message|reply|one|for now|please"
    r"|sorry|sent (?:in error|by mistake|too early|too soon)))*(?: (?:and )?(?:more|the rest|full (?:one|version"
    r"|text)|proper one|correct one|new one)"
    r" (?:to (?:come|follow)|(?:is )?(?:coming|following)|follows|later|soon|shortly|will follow).{0,20})?$"
)
_MORE = re.compile(
    r"^(?:(?:and|there is|there s|with|a|the) )*(?:more|rest|full (?:one|version|text|update)|proper one"
    r"|correct one|new one|another) (?:is |are |will )?"
    r"(?:to (?:come|follow)|coming|following|follows|follow|on (?:its|the) way)(?: (?:soon|later|shortly"
    r"|tomorrow|today|on \w+))*$"
)
_WITHDRAW = re.compile(
    r"^(?:(?:hi|hello|sorry|please|can you|could you|would you|can we|we d like to|i d like to|i would like to"
    r"|we would like to|just|and|so|actually"
    r"|on reflection|i need you to|kindly) )*"
    r"(?:(?:remove|withdraw|delete|pull|drop|scrap|retract|take (?:out|down|off)|leave out|do not (?:print|use"
    r"|publish|include)|don t (?:print|use|publish|include)|dont (?:print|use|publish|include)|take)"
    r" (?:all (?:of )?)?(?P<whose>my|our|the|this|everything|all|what i sent|what we sent|it)(?: (?:whole|entire"
    r"|earlier|previous|last|hate crime))?"
    r"(?: (?P<what>texts?|section|updates?|contributions?|reply|replies|submissions?|entry|entries|items?"
    r"|pieces?|copy|i sent|we sent|of it))?(?: (?:out|off|down))?"
    r"(?: (?:of (?:the|this) (?:bulletin|edition|draft|month|update|issue)|altogether|completely|entirely|again"
    r"|please|this month|this time|for now|from (?:the"
    r"|this) (?:bulletin|edition|draft|month|update|issue)(?: \w+){0,3}|for (?:this|the) (?:month|edition"
    r"|bulletin)|thanks|thank you))*)$"
)


def sentences(text: str) -> list[str]:
    """The sentences of a text without greetings and sign-offs, as they stand."""
    parts = (part.strip() for part in _ENDS.split(text.strip()))
    return [p for p in parts if p and not is_greeting(p) and not is_sign_off(p) and not is_sign_off(p.rstrip(".!"))]


def aside_of(text: str) -> Aside | None:
    """What the whole text says to the editor, or None: it is text, or holds some."""
    if len(text) > LONGEST:
        return None
    said = sentences(text)
    kinds = {kind for kind in map(_kind, said) if kind != "filler"}
    if not said or not kinds or None in kinds:
        return None
    for kind in (Aside.WITHDRAW_ALL, Aside.WITHDRAW, Aside.TOO_EARLY, Aside.EXTENSION, Aside.QUESTION):
        if kind in kinds:
            return kind
    return None


def _kind(sentence: str) -> Aside | str | None:
    """What one sentence is; "filler" goes with anything, None is news."""
    if len(sentence) > LONGEST:
        return None
    words = _bare(sentence)
    if not words or _is_filler(words) or (says_thanks(sentence) and not sentence.strip().isdigit()):
        return "filler"
    if len(words.split()) > 40 or says_nil(sentence) or says_as_last_month(sentence):
        return None
    if found := _WITHDRAW.match(words):
        return _whose(found)
    if _TOO_EARLY.match(words) or _IGNORE.match(words):
        return Aside.TOO_EARLY
    if _EXTENSION.search(words):
        return Aside.EXTENSION
    if _MORE.match(words):
        return "filler"
    return Aside.QUESTION if is_question(sentence) else None


def _is_filler(words: str) -> bool:
    """Is it made of fillers from end to end? Each place is looked at once: as one pattern, what a filler takes along
    and the next filler could share out the same words in millions of ways."""
    places, seen = [0], {0}
    while places:
        at = places.pop()
        if at >= len(words):
            return True
        ends = [whole.end()] if (whole := _FILLER.match(words, at)) else []
        for begins, more in _FILLING:
            if found := begins.match(words, at):
                stops = range(found.end(), min(found.end() + more, len(words)) + 1)
                ends += [stop + 1 for stop in stops if words[stop : stop + 1] in (" ", "")]
        places += [end for end in ends if end not in seen]
        seen.update(ends)
    return False


def _bare(sentence: str) -> str:
    """The words of a sentence without "Hi Sam," in front."""
    return key(re.sub(r"^(?:hi|hello|hey|dear|morning)\b[^,.:!–?]{0,30}[,.:!–]\s*", "", sentence, flags=re.IGNORECASE))


def _whose(found: re.Match[str]) -> Aside | None:
    what = found["what"] or ""
    if what.startswith(("item", "piece", "entr")) and found["whose"] in ("the", "this"):
        return None  # one item: an answer to the receipt
    if what == "section" or (found["whose"] == "our" and not what.startswith(("item", "text"))):
        return Aside.WITHDRAW_ALL
    return Aside.WITHDRAW if what or found["whose"] in ("all", "everything", "what i sent", "what we sent") else None


def is_question(sentence: str) -> bool:
    """Does a sentence ask the editor something ("Do you want the figures by district?")?"""
    words = _bare(sentence)
    return sentence.rstrip().endswith("?") and bool(_DIRECTED.match(words)) and not _TO_READERS.search(words)


def questions_inside(text: str) -> list[str]:
    """The sentences of a longer text that read like questions or notes to the editor: kept, and asked about."""
    said = sentences(text)
    return [s for s in said if is_question(s) or _kind(s) in (Aside.TOO_EARLY,)] if len(said) <= 200 else []

"""What people say instead of a report: nothing this month, as last month, see attached, add this, replace that."""

from __future__ import annotations

import re
from typing import Literal

from bot.mail import phrases
from bot.mail.lines import key
from bot.mail.signature import is_sign_off

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+|\s[–-]\s")
_NOTHING = (
    r"(?:nothing|nowt|zilch|nil|none|no (?:updates?|news|items?|report|reports|contributions?|content|input"
    r"|submissions?|entries|entry|returns?|changes?)"
    r"|n a|n r|not applicable|dim(?: byd| newyddion| diweddariad)?)"
)
_LEAD = (
    r"(?:(?:sorry|apologies|hi|hello|just to (?:say|let you know|confirm)|i m afraid|im afraid|afraid|please"
    r" note|unfortunately|this is|a|it s|its|so|well"
    r"|another|and|we have|i have|we ve|i ve|there is|there s|theres|there are|there re|have|has|got|from us"
    r"|from me|from my side|for us|for me|we|i|do|can|confirm|that"
    r"|absolutely|really|currently|at present|this month|at the moment|for now|again|all quiet|quiet month|as"
    r" usual|please|put|us|down|as|for|my|our|section|theme|update|is|will|be|on|this occasion) )*"
)
_TAIL = (
    r"(?: (?:to (?:report|add|send|share|submit|include|contribute|update|declare|say|note|feed in|raise|mention"
    r"|flag)|new|further|else|more|significant|major|of note|specific"
    r"|(?:from|for|by|on|in|at|to|re|regarding) (?:\w+ ){0,8}?\w+|this (?:month|time|edition|week|period"
    r"|quarter)|at (?:present|this time|this stage|the moment|all)|currently"
    r"|today|yet|really|here|either|again|return|thanks|thank you|sorry|please|for now|i m afraid|im afraid"
    r"|unfortunately|since last month|i w adrodd|y mis hwn|received|needed|required))*"
)
_NIL = re.compile(rf"^{_LEAD}{_NOTHING}{_TAIL}$")
_OTHER_NIL = re.compile(
    r"^(?:nil return|a nil return|nothing doing|we re all quiet|all quiet(?: here| this month| on our side)?|no"
    r" thanks|no thank you|pass|not this (?:month|time)"
    r"|(?:please )?(?:skip|leave|miss) (?:us|me|our section)(?: out| blank| empty)?(?: this (?:month|time))?"
    r"|(?:i|we) (?:don t|dont|do not|haven t|have not|havent) (?:have|got|had)? ?(?:anything|an update|any"
    r" updates?|any news|any items)(?: \w+){0,8}"
    r"|(?:we|i) have not got anything(?: \w+){0,6}|0|x|nvm)$"
)
_BUT = re.compile(r"\b(?:but|except|other than|apart from|however|although|only|besides)\b")
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)(?: (?:edition"
    r"|issue|bulletin))?"
)
_LAST = r"(?:the )?(?:last|previous|prior) (?:month|time|edition|issue|bulletin|update|round)"
_THING = (
    r"(?:(?:the|my|our) )?(?:texts?|entry|entries|updates?|items?|sections?|reports?|submissions?|contributions?"
    r"|ones?|bits?"
    r"|pieces?|content|returns?|words|wording|copy|repl(?:y|ies)|information|info)"
)
_AS_LAST = re.compile(
    r"^(?:(?:please|pls|just|can you|could you|would you|can we|i d like to|we d like to|hi|it s|its|is|the|all"
    r"|our|my|for"
    r"|from|section|sections|update|entry|text|remains?|stays?|re ?use|use|re ?run|run|re ?print|print|repeat"
    r"|re ?peat|re ?publish|publish|carry (?:over|forward)"
    r"|roll (?:over|on|forward)|copy(?: and paste)?|stick with|go with|stay with|happy with|keep|put|include"
    r"|same|exactly|simply|nothing (?:new|has changed|to add)|no news"
    r"|we|us|me|so|again|will be|can be|to) )*"
    rf"(?:as (?:(?:per|in|with|for|it was(?: in)?) )?(?:{_LAST}|{_MONTH}|before)(?: s)?(?: {_THING})?"
    rf"|(?:the )?(?:very |exact )?same (?:{_THING} )?(?:as|like) (?:(?:in|for|per|it was|we had|i had|i sent"
    rf"|we sent) )*(?:{_LAST}|{_MONTH}|before)(?: s)?(?: {_THING})?"
    rf"|same again|no changes? (?:from|since|to|on|against) {_LAST}(?: s)?(?: {_THING})?|unchanged(?: (?:from"
    rf"|since) {_LAST})?|ditto"
    rf"|{_LAST} s?(?: ?{_THING})?|as before|as was|(?:(?:over|forward|on|across) )?from {_LAST}(?: s)?(?: {_THING})?"
    rf"|(?:re ?use|use|re ?run|re ?print|repeat) {_MONTH} s(?: {_THING})?"
    rf"|(?:what|the text|the one|the section) (?:that )?(?:was|we had|i had|i sent|we sent|you had|you printed"
    rf"|went)(?: (?:in|for|out|printed))* {_LAST})"
    r"(?: (?:please|pls|again|thanks|thank you|(?:for|from) (?:us|me|my side|our side)|this (?:month|time)"
    r"|still (?:stands|applies|holds)"
    r"|(?:is|are|will be) (?:fine|ok|okay|good|still (?:right|good|valid|correct|fine))|will do|would be fine"
    r"|across|over|forward|in|unchanged|as (?:it )?(?:is|was)|and the same))*$"
)
_ALL = re.compile(
    r"\b(?:replaces? (?:my|our|everything|all|what (?:i|we) sent|the (?:earlier|previous|last|first|one i sent"
    r"|version))|(?:please )?(?:ignore|disregard|discard) (?:my|our|the)"
    r" (?:earlier|previous|last|first|other)"
    r"|instead of (?:my|our|the) (?:earlier|previous|last|first)|supersedes?|use this (?:one|version|text"
    r"|instead)|in place of (?:my|our|the) (?:earlier|previous)"
    r"|this is the (?:correct|final|right) version|(?:corrected|revised|updated|final) version (?:below|attached"
    r"|of))",
    re.IGNORECASE,
)
# A sentence of _ALL is meant for us only when it begins like a note and speaks of mails: "The new strategy replaces the
# previous strategy" is news, and must not take out what was sent before.
_NOTE_FRONT = re.compile(
    r"^(?:(?:hi|hello|sorry|apologies|please|so|and|can you|could you|just|all) )*"
    r"(?:this|these|it|ignore|disregard|discard|use|print|take|correct(?:ed|ion)|revised|updated|final|instead|here"
    r"|attached|find|see|(?:the|my|our) (?:new |whole )?(?:text|version|attached|below|following|word|file"
    r"|document))\b"
)
_OF_MAILS = re.compile(
    r"\b(?:repl(?:y|ies)|e ?mails?|mails?|messages?|submissions?|responses?|contributions?|versions?|texts?|entry"
    r"|entries|sections?|updates?|attachments?|attached|below|files?|documents?|this (?:one|instead)"
    r"|(?:i|we) (?:had |have )?(?:sent|wrote|gave)|everything(?: (?:i|we|before|so far|above|earlier)\b.*)?$)\b"
)
_NOTE_WORDS = 16
_NOTE_ENDS = re.compile(r"(?<=[.!?;:])\s+|\n+|\s[–-]\s")  # "This replaces my earlier reply: the new text"
_THANKS_WORDS = 12
_SIGNED = re.compile(r"[,.!]\s+[A-Z][\w'-]+(?: [A-Z][\w'-]+)?[.!]*\s*$")  # "Thanks, Sam"
_THANKS = re.compile(
    r"(?:(?:yes|yep|ok|okay|great|perfect|lovely|brilliant|super|excellent|fine|good|thanks|thank|you|many"
    r"|cheers|ta|noted"
    r"|received|that|it|this|all|looks?|is|s|seems|reads|very|much|so|both|to|from|me|us|right|correct|happy"
    r"|with|i|m|im"
    r"|am|for|your|help|the|quick|reply|receipt|confirm|confirmed|agreed|approved?|sounds|well|done|diolch)(?: |$))+"
)
_ADDS = re.compile(
    r"\b(?:(?:please )?add (?:this|these|the following|it|them|one more|the below)?\s*(?:\w+ ){0,3}to (?:my|our"
    r"|the) (?:earlier|previous|last|first|other|existing)"
    r"|(?:please )?(?:also|can you also|could you also) (?:add|include)|in addition to (?:my|our|the)|further to"
    r" (?:my|our) (?:earlier|previous|last)"
    r"|one (?:more|other|further|last) (?:item|thing|point|update)|(?:an )?additional (?:item|update|point)|to"
    r" go with (?:my|our) (?:earlier|previous)|forgot to (?:add|include|mention))",
    re.IGNORECASE,
)
_COVER = re.compile(
    r"\b(?:attached|below|herewith|enclosed|here (?:is|are|s)|here you go|as requested|as promised|hope (?:this"
    r"|you)|sorry for the delay|apologies for the|our (?:update|items|section)"
    r"|my (?:update|section|contribution)|for (?:the|this month s|this) (?:bulletin|update|rag)|shout if|let me"
    r" know|any (?:questions|queries)|see my (?:answers|comments))\b",
    re.IGNORECASE,
)
_NAMES_A_FILE = re.compile(r"\b(?:attached|attachment|enclosed|herewith)\b")
_NAMES_A_FILE_WORDS = 8
_STRICT_COVER = re.compile(
    r"^(?:(?:please )?(?:find|see)\b.{0,60}\b(?:attached|below)|(?:here (?:is|are|s)|here you go|as requested|as"
    r" promised|attached (?:is|are)|please use these"
    r"|hope (?:this|you)|sorry for the delay|apologies for the)\b(?:[^:@£%]|:(?=\d)){0,90})[.!:]?$",
    re.IGNORECASE,
)


def _sentences(text: str) -> list[str]:
    """The sentences of a text as keys, without greetings, thanks and sign-offs."""
    kept = []
    for sentence in _SENTENCE.split(text.strip()):
        sentence = sentence.strip()
        if not sentence or is_greeting(sentence) or is_sign_off(sentence) or is_sign_off(sentence.rstrip(".!")):
            continue
        if only_says_replaces(sentence):
            continue
        kept.append(_unsalted(sentence))
    return [key(sentence) for sentence in kept if key(sentence)]


def _unsalted(sentence: str) -> str:
    """Without "Hi Sam," in front and ", thanks" behind."""
    sentence = re.sub(
        r"^(?:hi|hello|hey|dear|morning|good morning|good afternoon)\b[^,.:!–-]{0,30}[,.:!–-]\s*",
        "",
        sentence,
        flags=re.IGNORECASE,
    )
    return re.sub(
        r"[,.\s]+(?:many |with )?(?:thanks|thank you|ta|cheers|sorry|diolch)\b[\s\w]{0,20}[.!]*$",
        "",
        sentence,
        flags=re.IGNORECASE,
    )


def says_nil(text: str) -> bool:
    """Does the whole text say that there is nothing to report? A sentence of any other kind makes it no nil return."""
    if len(text) > 600:
        return False
    sentences = _sentences(text)
    if not sentences:
        return bool(re.fullmatch(r"\s*[-–—/]+\s*", text))
    return all(_is_nil(sentence) for sentence in sentences)


def _is_nil(sentence: str) -> bool:
    if len(sentence.split()) > 22 or _BUT.search(sentence):
        return False
    return bool(_NIL.match(sentence) or _OTHER_NIL.match(sentence))


def says_as_last_month(text: str) -> bool:
    """Does the whole text only ask to print last month's again?"""
    sentences = _sentences(text) if len(text) < 400 else []
    return (
        bool(sentences)
        and all(_AS_LAST.match(sentence) or _is_nil(sentence) for sentence in sentences)
        and any(_AS_LAST.match(sentence) for sentence in sentences)
    )


def says_replaces(text: str) -> Literal["all", "adds", "unsaid"]:
    """Whether the sender says that this replaces or adds to an earlier reply."""
    head = text[:1_500]
    if any(_is_replacing_note(sentence) for sentence in _NOTE_ENDS.split(head)):
        return "all"
    return "adds" if _ADDS.search(head) else "unsaid"


def _is_replacing_note(sentence: str) -> bool:
    words = key(_unsalted(sentence.strip()))
    return bool(
        len(words.split()) <= _NOTE_WORDS
        and _ALL.search(words)
        and _NOTE_FRONT.match(words)
        and _OF_MAILS.search(words)
    )


def only_says_replaces(text: str) -> bool:
    """Is the whole text a note to us that this replaces an earlier reply? It is never printed."""
    sentences = [sentence for sentence in _NOTE_ENDS.split(text.strip()) if sentence.strip()]
    return bool(sentences) and all(_is_replacing_note(sentence) for sentence in sentences)


def says_thanks(text: str) -> bool:
    """Is the whole text an answer to our receipt ("Thanks, looks good to me")? It is never printed."""
    said = " ".join(line for line in text.splitlines() if line.strip() and not is_greeting(line))
    words = key(_SIGNED.sub("", said))
    if not words:
        return bool(said.strip()) and not says_nil(text)  # a thumb up
    return len(words.split()) <= _THANKS_WORDS and bool(_THANKS.fullmatch(words))


def is_greeting(text: str) -> bool:
    """Is the line only a greeting ("Hi both,")?"""
    text = text.strip()
    words = text.split()
    if len(text) >= 60 or not 1 <= len(words) <= 6 or not phrases.GREETING.match(text):
        return False
    return text[-1] in ",!–-:" or len(words) <= 3


def is_cover(text: str, strict: bool = False) -> bool:
    """Is it a line that only accompanies the text ("Here are our items for July")?"""
    if len(text) > 160:
        return False
    return bool(_STRICT_COVER.match(text.strip())) if strict else bool(_COVER.search(key(text)))


def only_names_a_file(text: str) -> bool:
    """Is it a short line that only says that a file comes with it ("Figures attached.")?"""
    words = key(text)
    return len(words.split()) <= _NAMES_A_FILE_WORDS and bool(_NAMES_A_FILE.search(words))

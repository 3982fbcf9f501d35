"""The words in which people answer questions: patterns over keys (lower case, no punctuation) or over lines."""

from __future__ import annotations

import re

LONGEST_LINE = 1_000  # characters of a line that may answer anything
LONGEST_ANSWER = 8  # words of a line that may be an answer that was not understood
ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)'\]]")
_YES = (
    r"yes|y|yep|yeah|yup|correct|agreed|right|ok|okay|fine|sure|do|change it|please do|(?:yes )?(?:that"
    r"|it) ?(?:is|s) (?:right|correct"
    r"|fine|ok)|all (?:correct|right|fine|good)|ie|cywir"
)
_NO = r"no|n|nope|nah|not|na|nage"
_KEEP = (
    r"(?:no )?(?:leave|keep|print) (?:it|them|that|this|all|everything)?(?: ?as (?:it )?(?:is|it is|they are"
    r"|are))?|as (?:it )?is|as it stands"
    r"|(?:it|that|this) ?(?:is|s) (?:meant|deliberate|intended|intentional|right as it is|fine as it is"
    r"|correct as it is)"
    r"|(?:fine|right|correct|ok|okay|good) as (?:it )?is|no change|stays?|no (?:it|that) ?(?:is|s) (?:right"
    r"|correct|fine|ok)"
)
FILL = (
    r"(?:please|thanks|thank you|that|it|is|s|to|for|the|all|both|of|them|everything|questions?|number|no|answer|is|ta"
    r"|cheers)"
)
_POLITE = (
    r"(?: (?:please|thanks|thank you|ta|cheers|to (?:all|both|everything|all of (?:them|those|these))"
    r"|(?:all|both)(?: of them)?|do))*"
)
PLAIN_YES = re.compile(rf"^(?:(?:all|both|everything) )?(?:{_YES})(?: (?:{_YES}))*{_POLITE}$")
PLAIN_NO = re.compile(rf"^(?:(?:all|both) )?(?:{_NO}){_POLITE}$")
PLAIN_KEEP = re.compile(rf"^(?:please )?(?:{_KEEP}){_POLITE}$")
PART = re.compile(
    rf"(?:^|[\s,;.&]+(?:and )?)(?:q|question|no\.?|number|#)?\s*(?P<number>[1-9])\s*(?:[.):=–—-]+"
    rf"|\bis\b)?\s*(?P<word>{_YES}|{_NO}|{_KEEP})(?=$|[\s,;.!&])",
    re.IGNORECASE,
)
NUMBERED = re.compile(
    r"^\s*(?:q(?:uestion)?|no\.?|number|#|for|to|on)?\s*(?P<number>[1-9])\s*(?:[.):,=–—-]+|\s)\s*(?P<rest>\S.*)$",
    re.IGNORECASE,
)
USE = re.compile(
    r"^(?:(?:yes|no|sorry|please|oops|ah)[\s,.!–-]+)*(?:(?:please )?(?:use|take|make it|change (?:it|that"
    r"|this) to|correct (?:it|that) to|replace (?:it )?with"
    r"|it should (?:be|say|read)|should (?:be|say|read)|that should (?:be|say|read)|it(?:'s| is|’s)"
    r"|it stands for|stands for|i mean(?:t)?|the (?:right|correct) (?:one|address|date) is))\s+"
    r"[“\"‘']?(?P<value>.+?)[”\"’']?(?:,? (?:please|thanks|instead|thank you))?[.!]?$",
    re.IGNORECASE,
)
DROP = re.compile(
    r"^(?:(?:please|can you|could you|just|and|then|also|hi|ok) )*(?:drop|remove|delete|take out|cut|leave out"
    r"|scrap|lose|skip|omit|strike) (?:the )?(?P<what>.+?)"
    r"(?: (?:please|out|thanks|thank you|from (?:the|our|my) (?:section|bulletin|draft|text)))*$"
)
ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "last": -1,
    "final": -1,
}
ORDINAL = re.compile(
    rf"^(?:(?:my|our) )?(?P<word>{'|'.join(ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th))(?: (?:item|one|story|entry|piece"
    rf"|heading|bit|text|article))?$"
)
ITEM = re.compile(r"^(?:items?|story|stories|entry|entries|numbers?|no) (?P<numbers>\d{1,2}(?:(?: and | )\d{1,2})*)$")
NAMED = re.compile(
    r"^(?:item|story|entry|piece|text|bit|one|part)?(?: ?(?:on|about|called|headed|under|titled"
    r"|with the heading))? ?(?P<name>.+?)(?: (?:item|story|entry|piece))?$"
)
_WHICH = r"(?:first|second|third|other|former|latter|last|old|new|same|right|correct|original|suggested)"
_WHAT = r"(?:it|that|this|them|both|either|neither|all|everything|yours|mine)\b"
LOOKS_LIKE_ONE = re.compile(
    rf"^(?:(?:yes|no|yep|nope|yeah)\b|(?:maybe|perhaps|not sure|unsure|i think|i don t know|dont know|no idea)\b"
    rf"|(?:please )?(?:use|keep|take|leave|drop|remove|delete|change|print)(?: (?:{_WHAT}|the {_WHICH}\b"
    rf"|your suggestion\b|items?\b|\w+$)|$)|(?:it|that) should (?:be|say|read)\b|should (?:be|say|read)\b"
    rf"|(?:both|neither|either)(?:$| (?:of them|are|is|please|ok|fine|right|wrong)\b)|the {_WHICH}(?: (?:one|address"
    rf"|date|is|option|suggestion)\b|$)|as suggested$|as you (?:say|suggest)$|your suggestion\b|q(?:uestion)? ?[1-9]\b"
    rf"|[1-9] (?:yes|no|use|keep|leave|drop|should|is|not)\b|check with (?:me|him|her|them|\w+$)|whichever\b|whatever\b"
    rf"|up to you$|you (?:choose|decide)$|option \w$)"
)
NEWS_AFTER_NO = re.compile(
    r"^(?:no|yes) (?!but|and|not|it|that|the|i|we|please|leave|keep|use|sorry|thanks|thank|never|change|to|wait"
    r"|don)\w+ \w+ "
)
DATE_CODES = ("impossible-date", "weekday-mismatch", "past-event", "wrong-month", "figure-changed")
DATE = re.compile(
    r"^[\d£%,./: -]*(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day)?[\s,]*[\d]{0,4}(?:st|nd|rd"
    r"|th)?\s*(?:of\s+)?[A-Za-z]{0,9}\s*[\d,]{0,6}$"
)

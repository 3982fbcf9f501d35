"""What no list of misspelt words holds: American endings by rule, and words that are right in another place."""

from __future__ import annotations

import re

_IZE = re.compile(r"([a-z]{3,})iz(e|ed|es|ing|er|ers|ation|ations|ational)")
_REAL_IZE = frozenset(
    ["appr", "ass", "caps", "downs", "mids", "mispr", "outs", "overs", "res", "rights", "supers", "unders", "ups"]
)
_YZE = re.compile(r"(anal|catal|electrol|paral)yz(e|ed|es|ing|er|ers)")
_OUR = re.compile(
    r"(arm|behavi|cand|clam|col|demean|discol|dishon|endeav|enam|fav|ferv|flav|glam|harb|hon|hum|lab|misdemean|neighb|"
    r"od|parl|rum|sav|splend|tum|val|vap|vig)or"
    r"(s|ed|er|ers|ing|ings|able|ably|ful|fully|less|al|ally|ite|ites|hood|hoods|ly|y|)"
)
_RE = re.compile(r"(calib|cent|centimet|fib|kilomet|lit|lust|meag|millilit|millimet|somb|spect|theat)er(s|)")
_CENTRED = re.compile(r"(cent)er(ed)")
_DOUBLED = re.compile(
    r"(bevel|cancel|channel|chisel|counsel|dial|duel|equal|fuel|funnel|grovel|initial|label|level|libel|marshal|model|"
    r"panel|pedal|pencil|quarrel|refuel|remodel|rival|shovel|signal|swivel|total|travel|tunnel|unravel)"
    r"(ed|ing|ings|er|ers|or|ors)"
)
_SINGLE = {
    "aluminum": "aluminium", "artifact": "artefact", "artifacts": "artefacts", "cozy": "cosy", "distill": "distil",
    "fulfills": "fulfils", "gotten": "got", "installment": "instalment", "installments": "instalments",
    "instill": "instil", "jewelry": "jewellery", "maneuvers": "manoeuvres", "mold": "mould", "mom": "mum",
    "mustache": "moustache", "orthopedic": "orthopaedic", "pajamas": "pyjamas", "pediatrician": "paediatrician",
    "plowed": "ploughed", "pretense": "pretence", "program": "programme", "skeptical": "sceptical", "sulfur": "sulphur",
}  # fmt: skip
_ENDINGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (_YZE, r"\1ys\2"),
    (_OUR, r"\1our\2"),
    (_RE, r"\1re\2"),
    (_CENTRED, r"\1r\2"),
    (_DOUBLED, r"\1l\2"),
)


def british(word: str) -> str | None:
    """The British form of an American word in lower case ("organized": "organised"); None when it is not American."""
    if match := _IZE.fullmatch(word):
        return None if match[1] in _REAL_IZE else f"{match[1]}is{match[2]}"
    for pattern, right in _ENDINGS:
        if match := pattern.fullmatch(word):
            return match.expand(right)
    return _SINGLE.get(word)


# (the wrong word, what stands before it, what stands behind it, the right word)
_CONFUSED: tuple[tuple[str, str, str, str], ...] = (
    ("where", r"(?:they|we|you) ", r" (?:not|also|all|then|being|told|asked|given|able|unable|\w+(?:ed|en))", "were"),
    (
        "effect",
        r"(?:will|would|could|may|might|can|not|to) ",
        r" (?:all|the|those|our|their|every\w*|some|how|you)",
        "affect",
    ),
    ("affect", r"(?:a|the) ", r" (?:of|on)", "effect"),
    ("advise", r"(?:the|some|any|this|our|their|legal|further|for|of) ", r"(?! (?:the|that|you|on)\b)", "advice"),
    ("advice", r"(?:please|will|would|should|must|can) ", r"(?! and\b)", "advise"),
    ("compliment", "", r" (?:each other|one another|the (?:existing|work|offer|service|plan|scheme))", "complement"),
    ("compliments", "", r" (?:the (?:existing|work|offer|service|plan|scheme))", "complements"),
    ("there", "", " own", "their"),
    ("its", "", r" (?:a|an|been|not|going to|hoped)", "it's"),
    ("your", "", r" (?:welcome|going to|able to|invited|not)", "you're"),
    ("loose", r"(?:to|will|would|could|may|might|not|don't) ", "", "lose"),
    ("lead", r"(?:was|were|been|is|are|being) ", " by", "led"),
    (
        "then",
        r"(?:more|less|rather|fewer|higher|lower|greater|better|larger|smaller) ",
        r"(?! (?:that|again)\b)",
        "than",
    ),
    ("license", r"(?:a|an|driving|driver'?s'?|premises|alcohol|gun|firearms?|shotgun|street|marriage) ", "", "licence"),
    ("principle", r"(?:the|our|a|council|police|main) ", r" (?:aim|officer|lead|objective|reason|cause)", "principal"),
    ("principal", r"(?:in|as a matter of|on) ", r"(?=[.,;])", "principle"),
    ("stationary", r"(?:writing|office|new|printed) ", "", "stationery"),
    ("stationery", r"(?:remained|remain|was|were|is|stayed) ", "", "stationary"),
    ("practice", r"(?:to|will) ", r" (?:their|his|her|what|how)", "practise"),
    ("it's", r"(?:for|than|of) ", r" (?:own|work|members|staff|residents)", "its"),
    (
        "form",
        "",
        r" (?:the )?\d{1,2}(?:st|nd|rd|th)? (?:January|February|March|April|May|June|July|August|September)",
        "from",
    ),
    ("manger", "", r" (?:of|from|at|is|was|will|has)", "manager"),
    ("pubic", "", r" (?:health|safety|spaces?|meeting|survey|consultation|transport|order|confidence)", "public"),
    ("trail", "", r" (?:period|run|date|by jury)", "trial"),
    ("untied", "", " kingdom", "united"),
)


def _pattern(before: str, wrong: str, after: str) -> re.Pattern[str]:
    end = "" if not after or after.startswith(("(?!", "(?=")) else r"\b"
    words = rf"\b{before}({wrong})\b{after}{end}"
    return re.compile(words.replace("'", "[’']"), re.IGNORECASE)


# The wrong word, which is right elsewhere -> how it is known to be wrong (group 1 is the word), and what is right.
CONFUSED = {wrong: (_pattern(before, wrong, after), right) for wrong, before, after, right in _CONFUSED}

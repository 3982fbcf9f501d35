"""What must not be printed: people's personal data, and text under a protective marking."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.model import Finding, Severity
from bot.core.proofing.addresses import ADDRESS
from bot.core.proofing.calendar import MONTH
from bot.core.proofing.context import Passage, ProofContext, Text, found

_NI = re.compile(
    r"\b(?!BG|GB|NK|KN|TN|NT|ZZ)(?:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]|QQ)[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]\b",
    re.IGNORECASE,
)
_NHS = re.compile(r"(?<![\d£.,/-])(\d{3})([ -]?)(\d{3})\2(\d{4})(?![\d/-]|[.,]\d)")
_DATE = (
    r"(?:\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})"
    r"|(?:19|20)\d{2}-\d{1,2}-\d{1,2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH},?\s+(?:19|20)\d{{2}}"
    rf"|{MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:19|20)\d{{2}})"
)
_BIRTH = re.compile(
    rf"\b(?:d\.?\s?o\.?\s?b\.?|dates? of birth|born(?: on)?|b\.)\s*(?:is|was|:|-|–|=)?\s*(?:on\s+)?(?:the\s+)?{_DATE}",
    re.IGNORECASE,
)
_NAME_DATE = re.compile(rf"\b[A-Z][a-z]{{1,30}}(?:[ -][A-Z][a-z’'-]{{1,30}}){{1,3}}\s*[,(]\s*(?P<date>{_DATE})\s*[,)]")
_MOBILE = re.compile(
    r"(?<![\d+/.])(?:\+44[ .-]?(?:\(0\))?[ .-]?|0044[ .-]?|\(?0[ .-]?)7(?:[ .()-]{0,2}\d){9}(?!\d|[/.]\d)"
)
_OWN_LINE = re.compile(
    r"\b(?:home|private|personal|own)\s+(?:(?:tele)?phone|tel\.?|number|line|landline)(?:\s+number)?\W{0,3}(?:is|on)?\s*"
    r"\(?0\d{2,4}\)?[ -]?\d{3,4}[ -]?\d{3,4}",
    re.IGNORECASE,
)
_PASSPORT = re.compile(r"\bpassport\s+(?:number|no\.?)?\s*(?:is|:)?\s*\d{9}\b", re.IGNORECASE)
_DRIVER = re.compile(r"\b[A-Z]{1,5}9{0,4}\d[0156]\d(?:[0-2]\d|3[01])\d[A-Z][A-Z9]\d[A-Z]{2}\b")
_CARD = re.compile(r"(?<![\d-])(?:\d{4}[ -]?){3}\d{4}(?![\d-])")
_SORT = re.compile(
    r"\bsort code\W{0,3}\d{2}[ -]?\d{2}[ -]?\d{2}\b|\baccount (?:number|no\.?)\W{0,3}\d{8}\b", re.IGNORECASE
)
_HOME = re.compile(
    r"(?:\b(?:lives|living|resides|residing|(?:[Hh]ome|[Hh]is|[Hh]er|[Tt]heir|whose) address(?: is|:)?)\s+(?:at\s+)?|"
    r"(?:,|\b(?:victim|suspect|defendant|man|woman|boy|girl))\s+of\s+)(?:[Ff]lat \d+\w?,?\s+)?"
    r"\d{1,4}[a-z]?\s+(?:[A-Z][\w’']+\s+){1,3}"
    r"(?:Road|Street|Lane|Avenue|Close|Drive|Way|Court|Crescent|Gardens|Place|Terrace|Hill|Grove)\b"
)
_DIGIT_OR_AT = re.compile(r"[\d@]")  # without one there is nothing personal that is looked for here
_PRIVATE_HOSTS = re.compile(
    r"@(?:gmail|googlemail|hotmail|outlook|live|yahoo|icloud|me|aol|btinternet|virginmedia|sky|"
    r"talktalk|protonmail|ntlworld)"
    r"\.(?:com|co\.uk|net|me)$",
    re.IGNORECASE,
)


def _masked(words: str) -> str:
    """The first characters only: a finding travels by mail and must not spread what it warns of."""
    return words[:3] + "…"


def personal_data(text: Text, context: ProofContext) -> Iterator[Finding]:
    """National Insurance and NHS numbers, dates of birth, private phones and addresses, bank details."""
    for passage in text.passages:
        if _DIGIT_OR_AT.search(passage.text):
            yield from _numbers(passage)
            yield from _births(passage, context)
            yield from _private(passage, context)


def _tell(passage: Passage, span: tuple[int, int], what: str, severity: Severity) -> Finding:
    words = passage.text[span[0] : span[1]].strip()
    message = f"“{_masked(words)}” looks like {what}, which must not be printed without good reason."
    finding = found("personal-data", severity, passage, span, message, "Take it out.", exact="")
    return finding.model_copy(update={"text": finding.text.replace(words, _masked(words))})


def _numbers(passage: Passage) -> Iterator[Finding]:
    line = passage.text
    for match in _NI.finditer(line):
        yield _tell(passage, match.span(), "a National Insurance number", Severity.ERROR)
    for match in _NHS.finditer(line):
        digits = "".join(match.group(1, 3, 4))
        said = re.search(r"\bNHS\b", line[max(0, match.start() - 40) : match.start()])
        if said or (match.group(2) and digits[0] != "0" and nhs_number(digits)):
            yield _tell(passage, match.span(), "an NHS number", Severity.ERROR)
    for match in _CARD.finditer(line):
        if _luhn(re.sub(r"\D", "", match.group())):
            yield _tell(passage, match.span(), "a bank card number", Severity.ERROR)
    for pattern, what in ((_PASSPORT, "a passport number"), (_DRIVER, "the number of a driving licence")):
        for match in pattern.finditer(line):
            yield _tell(passage, match.span(), what, Severity.ERROR)
    for match in _SORT.finditer(line):
        yield _tell(passage, match.span(), "bank details", Severity.WARNING)


def nhs_number(digits: str) -> bool:
    """Ten digits whose last is the right check digit (modulus 11)."""
    check = 11 - sum(int(d) * w for d, w in zip(digits[:9], range(10, 1, -1), strict=True)) % 11
    return check != 10 and (0 if check == 11 else check) == int(digits[9])


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (2 if n % 2 else 1) for n, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _births(passage: Passage, context: ProofContext) -> Iterator[Finding]:
    line = passage.text
    taken: list[tuple[int, int]] = []
    for match in _BIRTH.finditer(line):
        taken.append(match.span())
        yield _tell(passage, match.span(), "a date of birth", Severity.ERROR)
    for match in _NAME_DATE.finditer(line):
        year = int(re.findall(r"\d+", match.group("date"))[-1])
        year = year if year > 99 else (1900 + year if year > context.year % 100 else 2000 + year)
        inside = any(a <= match.start("date") < b for a, b in taken)
        if not inside and context.year - 100 < year < context.year - 2 and not _an_event(match.group()):
            yield _tell(passage, match.span("date"), "a date of birth", Severity.WARNING)


def _an_event(words: str) -> bool:
    """The capitalised words before the date name an event or a document, not a person."""
    return bool(
        re.search(
            r"\b(?:Day|Week|Act|Strategy|Report|Plan|Board|Council|Review|Forum|Conference|Event|"
            r"Meeting|Group|Order|Guidance|"
            r"Centre|Hall|School|Police|Unit|Month|Festival|Partnership|Duty|Assessment|Committee|House|Office)\b",
            words,
        )
    )


def _private(passage: Passage, context: ProofContext) -> Iterator[Finding]:
    for match in _MOBILE.finditer(passage.text):
        yield _tell(passage, match.span(), "a mobile number", Severity.WARNING)
    for match in _OWN_LINE.finditer(passage.text):
        yield _tell(passage, match.span(), "a private telephone number", Severity.WARNING)
    for match in _HOME.finditer(passage.text):
        yield _tell(passage, match.span(), "a home address", Severity.WARNING)
    for match in ADDRESS.finditer(passage.text):
        if _PRIVATE_HOSTS.search(match.group()) and match.group().lower() not in context.addresses:
            yield _tell(passage, match.span(), "a private email address", Severity.WARNING)


_PASSED_ON = r"(?:shared|circulated|forwarded|distributed|copied|published)"
_ANY_CASE = (
    r"\bOFFICIAL\s?[-–—:]\s?SENSITIVE\b|\bOFFICIAL SENSITIVE\b",
    r"^\W*(?:strictly |private (?:and|&) )?confidential\W*(?:$|[-–—:])|\bprivate (?:and|&) confidential\b|"
    r"\bstrictly confidential\b",
    r"\bnot for (?:(?:onward|wider|further|public|general) )?"
    r"(?:circulation|distribution|sharing|publication|release|dissemination)\b",
    rf"\bthis (?:\w+ ){{0,6}}(?:must|should|may|is) not (?:to )?be {_PASSED_ON}\b|"
    rf"(?:^|[.;:–—-]\s*|confidential\W+)(?:and )?not to be {_PASSED_ON}\b",
    r"\b(?:please )?(?:do not|don[’']t) (?:circulate|forward|disseminate|distribute|copy|share) "
    r"(?:this|it|further|wider|more widely|outside|beyond|or)\b|"
    r"(?:^|[.;:–—-]\s*)(?:please )?do not (?:circulate|forward|disseminate|distribute|copy|share)\s*[.!]?\s*$",
    r"\bnot protectively marked\b",
    r"\bfor (?:internal|police|partner|official) (?:use|eyes|circulation) only\b|\b(?:internal|police) use only\b",
    r"\brestricted (?:circulation|distribution)\b|\blaw enforcement (?:sensitive|only)\b|"
    r"\bgovernment security classification\b|\bTLP:\s?(?:RED|AMBER)\b",
)
_MARKINGS = (
    *((re.compile(pattern, re.IGNORECASE), Severity.ERROR) for pattern in _ANY_CASE),
    (re.compile(r"\b(?:TOP SECRET|SECRET|RESTRICTED|CONFIDENTIAL|NOT PROTECTIVELY MARKED|PROTECT)\b"), Severity.ERROR),
    (re.compile(r"\b(?:under )?embargo(?:ed)?\b(?: until| till|:)", re.IGNORECASE), Severity.WARNING),
)
# Without one of these there is no marking: one quick look.
_MAY_MARK = re.compile(
    r"official|confidential|circulat|distribut|shar|publi|releas|disseminat|forward|cop(?:y|ied)|\bonly\b|enforcement|"
    r"classification|tlp|secret|restricted|protect|embargo",
    re.IGNORECASE,
)
_OFFICIAL = re.compile(r"^\W*OFFICIAL\W*$|\bmarked OFFICIAL\b|[\[(]OFFICIAL[\])]")


def protective_marking(text: Text, context: ProofContext) -> Iterator[Finding]:
    """A marking, or words that forbid passing the text on, in a bulletin that goes to many."""
    own = context.marking.strip().upper()
    for passage in text.passages:
        if not _MAY_MARK.search(passage.text):
            continue
        taken: list[tuple[int, int]] = []
        patterns = _MARKINGS if own == "OFFICIAL" else (*_MARKINGS, (_OFFICIAL, Severity.NOTE))
        for pattern, severity in patterns:
            for match in pattern.finditer(passage.text):
                words = match.group().strip(" .:-–[]()")
                inside = any(a < match.end() and match.start() < b for a, b in taken)
                if inside or (own and words.upper() == own):
                    continue
                taken.append(match.span())
                message = f"“{words}” is a protective marking or forbids passing this text on."
                yield found("protective-marking", severity, passage, match.span(), message, "May this be printed?")

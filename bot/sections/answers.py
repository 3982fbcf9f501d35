"""What a lead answers to a receipt's questions in words: "yes", "1 yes, 2 no", "use vicki", "drop the second item".

Only what is understood is done. What looks like an answer and is not understood is asked back; all other text is text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.core.model import Finding, Item, Mend
from bot.core.proof import finding_key
from bot.core.questions import no_takes_out, takes_suggestion, yes_keeps
from bot.mail.lines import key
from bot.mail.signature import is_sign_off
from bot.sections.answer_words import (
    ADDRESS,
    DATE,
    DATE_CODES,
    DROP,
    FILL,
    ITEM,
    LONGEST_ANSWER,
    LONGEST_LINE,
    LOOKS_LIKE_ONE,
    NAMED,
    NEWS_AFTER_NO,
    NUMBERED,
    ORDINAL,
    ORDINALS,
    PART,
    PLAIN_KEEP,
    PLAIN_NO,
    PLAIN_YES,
    URL,
    USE,
)
from bot.sections.asides import aside_of
from bot.sections.nil import is_greeting, says_as_last_month, says_nil, says_thanks
from bot.sections.wishes import wish_in

MORE_WORDS = 2  # by which an answer may be longer than the words that it replaces


@dataclass
class Heard:
    """What an answer says: what it changes, which findings it settles as they are, what was done and what was not
    understood, in words. ``lines`` are the lines that are answers (never printed)."""

    mends: list[Mend] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    lines: set[str] = field(default_factory=set)
    settled: set[int] = field(default_factory=set)
    complete: bool = False  # nothing but answers


@dataclass(frozen=True)
class Asked:
    """The questions that are open, in the order of the receipt; the items as they are printed; which mail each
    question is about (the text came with it), by number."""

    questions: tuple[Finding, ...]
    items: tuple[Item, ...]
    sources: tuple[int | None, ...] = ()

    def source(self, number: int) -> int | None:
        """The mail that the words of a question came with."""
        return self.sources[number - 1] if number <= len(self.sources) else None


def hear(lines: Sequence[str], asked: Asked, *, thread: bool, guess: bool = True) -> Heard:
    """What the lines of a mail answer. ``thread``: it replies to a receipt, so that words like answers are answers;
    ``guess``: a short line that looks like an answer and cannot be understood is one, and asked back."""
    heard = Heard()
    said = [line.strip() for line in lines if line.strip() and not _is_courtesy(line.strip())]
    plain = [line for line in said if _is_plain(key(line))]
    if thread and len(plain) == len(said) == len(asked.questions) > 1:
        for number, line in enumerate(said, 1):  # one answer a question, in their order
            _one(heard, asked, number, line)
        heard.lines.update(said)
    else:
        heard.lines.update(line for line in said if _answer(heard, asked, line, thread, guess))
    heard.complete = bool(heard.lines) and all(line in heard.lines or says_thanks(line) for line in said)
    return heard


def _is_courtesy(line: str) -> bool:
    return is_greeting(line) or is_sign_off(line) or is_sign_off(line.rstrip(".!"))


def _is_plain(words: str) -> bool:
    return any(pattern.match(words) for pattern in (PLAIN_YES, PLAIN_NO, PLAIN_KEEP))


def _answer(heard: Heard, asked: Asked, line: str, thread: bool, guess: bool) -> bool:
    """Take one line for an answer, if it is one."""
    if len(line) > LONGEST_LINE:
        return False
    words = key(line)
    if (found := DROP.match(words)) and _drop(heard, asked, found["what"]):
        return True
    if not thread and not (asked.questions and NUMBERED.match(line)):
        return False
    if _several(heard, asked, line) or _numbered(heard, asked, line):
        return True
    if asked.questions and _is_plain(words):
        for number in range(1, len(asked.questions) + 1):
            _one(heard, asked, number, line)
        return True
    if asked.questions and _unnumbered_value(heard, asked, line, guess):
        return True
    if _wish(heard, asked, line):
        return True
    if not guess or says_thanks(line) or says_nil(line) or says_as_last_month(line) or aside_of(line):
        return False
    if len(words.split()) <= LONGEST_ANSWER and LOOKS_LIKE_ONE.match(words) and not NEWS_AFTER_NO.match(words):
        heard.unclear.append(f"I could not tell what “{line}” answers.")
        return True
    return False


# ------------------------------------------------------------------------------------------- with a number


def _several(heard: Heard, asked: Asked, line: str) -> bool:
    """ "1 yes, 2 no": a line of nothing but numbered yes and no."""
    parts = list(PART.finditer(line))
    rest = PART.sub(" ", line)
    if not parts or re.sub(rf"\b{FILL}\b|[\W_]", "", rest, flags=re.IGNORECASE):
        return False
    for part in parts:
        _one(heard, asked, int(part["number"]), part["word"])
    return True


def _numbered(heard: Heard, asked: Asked, line: str) -> bool:
    """ "2 use vicki", "3: https://...": one numbered answer."""
    found = NUMBERED.match(line)
    if not found or not 1 <= int(found["number"]) <= len(asked.questions):
        return False
    number, rest = int(found["number"]), found["rest"].strip()
    if _is_plain(key(rest)):
        _one(heard, asked, number, rest)
        return True
    value = _value(rest, asked.questions[number - 1])
    return bool(value) and _use(heard, asked, number, value)


def _value(text: str, finding: Finding) -> str:
    """The words that an answer wants instead, "" when it names none."""
    if found := USE.match(text):
        return found["value"].strip()
    bare = text.strip().strip(".!")
    if finding.code.startswith("address") and ADDRESS.fullmatch(bare):
        return bare
    if finding.code in ("missing-link", "bad-link") and URL.fullmatch(bare):
        return bare
    return bare if finding.code in DATE_CODES and any(c.isdigit() for c in bare) and DATE.match(bare) else ""


def _one(heard: Heard, asked: Asked, number: int, line: str) -> None:
    """Yes or no to one question."""
    if not 1 <= number <= len(asked.questions):
        heard.unclear.append(f"There is no question {number}.")
        return
    finding, words = asked.questions[number - 1], key(line)
    keeps = bool(PLAIN_KEEP.match(words))
    no = bool(PLAIN_NO.match(words))
    if takes_suggestion(finding) and not keeps and not no:
        _change(heard, asked, number, finding.suggestion)
    elif keeps or (no and takes_suggestion(finding)) or (not no and yes_keeps(finding)):
        heard.accepted.append(finding_key(finding))
        heard.settled.add(number)
        heard.done.append(f"Question {number}: it stays as it is{_quoted(finding)}.")
    elif no and no_takes_out(finding):
        _mend(heard, asked, number, "words", finding.exact, "")
        heard.done.append(f"Question {number}: “{finding.exact}” is taken out.")
    else:
        heard.unclear.append(f"Question {number} needs more than “{line.strip()}”: {_needs(finding)}")


def _quoted(finding: Finding) -> str:
    return f" (“{finding.exact}”)" if finding.exact else ""


def _needs(finding: Finding) -> str:
    if finding.code in ("missing-link", "bad-link"):
        return "please send the web address."
    if finding.code == "unexpanded-acronym":
        return "please say what it stands for."
    return "please send the words as they should be printed."


def _use(heard: Heard, asked: Asked, number: int, value: str) -> bool:
    """Other words for the words of one question: the suggestion where the value names it, else the value itself."""
    finding = asked.questions[number - 1]
    if finding.suggestion and _names(value, finding.suggestion):
        _change(heard, asked, number, finding.suggestion)
    elif finding.code in ("missing-link", "bad-link"):
        url = URL.search(value)
        if url is None or not finding.exact:
            return False
        _mend(heard, asked, number, "link", finding.exact, url[0])
        heard.done.append(f"Question {number}: “{finding.exact}” is a link to {url[0]} now.")
    elif finding.code == "unexpanded-acronym":
        acronym = finding.exact
        new = value if acronym in value else f"{value} ({acronym})"
        _mend(heard, asked, number, "words", acronym, new, once=True)
        heard.done.append(f"Question {number}: “{new}” is printed where {acronym} stands first.")
    elif len(value.split()) > len(finding.exact.split()) + MORE_WORDS:
        return False  # a numbered line of news
    elif not finding.exact or (finding.code.startswith("address") and not ADDRESS.fullmatch(value)):
        heard.unclear.append(f"I could not tell what “{value}” stands for in question {number}.")
    else:
        _change(heard, asked, number, value)
    return True


def _names(value: str, suggestion: str) -> bool:
    """Whether some words name a suggestion: the whole of it, or the beginning of one of its words ("vicki")."""
    if key(value) == key(suggestion) or value.casefold() == suggestion.casefold():
        return True
    return (
        "@" not in value
        and len(value) >= 3
        and bool(re.search(rf"\b{re.escape(value)}", suggestion, re.IGNORECASE))
        and "@" in suggestion
    )


def _change(heard: Heard, asked: Asked, number: int, new: str) -> None:
    old = asked.questions[number - 1].exact
    _mend(heard, asked, number, "words", old, new)
    heard.done.append(f"Question {number}: “{old}” is “{new}” now.")


def _mend(heard: Heard, asked: Asked, number: int, kind: str, old: str, new: str, *, once: bool = False) -> None:
    heard.settled.add(number)
    inbound = asked.source(number)
    made = Mend(kind="link" if kind == "link" else "words", old=old, new=new, inbound=inbound, once=once)
    heard.mends.append(made)


# ---------------------------------------------------------------------------------------- without a number


def _wish(heard: Heard, asked: Asked, line: str) -> bool:
    """ "Please change poster to leaflet": other words for those that stand."""
    wish = wish_in(line, asked.items)
    if wish is None:
        return False
    if wish.mend is None:
        heard.unclear.append(wish.told)
    else:
        heard.mends.append(wish.mend)
        heard.done.append(wish.told)
    return True


def _unnumbered_value(heard: Heard, asked: Asked, line: str, guess: bool) -> bool:
    """ "use vicki", a bare address, a bare link: the one open question that it fits."""
    bare = line.strip().strip(".!")
    if not (USE.match(line) or ADDRESS.fullmatch(bare) or URL.fullmatch(bare)):
        return False
    fits = [
        n
        for n, q in enumerate(asked.questions, 1)
        if (v := _value(line, q)) and q.suggestion and _names(v, q.suggestion)
    ]
    if not fits:
        value = next((v for q in asked.questions if (v := _value(line, q))), "")
        fits = [n for n, q in enumerate(asked.questions, 1) if _of_that_kind(value, q)]
    if len(fits) != 1:
        if not guess or USE.match(line):
            return False  # a line such as "Use the new form" may be news
        heard.unclear.append(f"I could not tell which question “{line}” answers; please put its number in front.")
        return True
    return _use(heard, asked, fits[0], _value(line, asked.questions[fits[0] - 1]))


def _of_that_kind(value: str, finding: Finding) -> bool:
    if ADDRESS.fullmatch(value):
        return finding.code.startswith("address")
    return bool(URL.search(value)) and finding.code in ("missing-link", "bad-link")


def _drop(heard: Heard, asked: Asked, what: str) -> bool:
    """An item that is to be taken out, by place or by heading; False when the words name none."""
    numbers: list[int] = []
    if found := ORDINAL.match(what):
        word = found["word"]
        numbers = [ORDINALS[word] if word in ORDINALS else int(re.sub(r"\D", "", word))]
    elif found := ITEM.match(what):
        numbers = [int(number) for number in re.findall(r"\d+", found["numbers"])]
    elif found := NAMED.match(what):
        numbers = [n for n, item in enumerate(asked.items, 1) if key(item.heading) == key(found["name"])]
        if not numbers:
            return False
    for number in numbers:
        number = len(asked.items) if number == -1 else number
        if not 1 <= number <= len(asked.items):
            there = f"there {'is' if len(asked.items) == 1 else 'are'} {len(asked.items) or 'none'}"
            heard.unclear.append(f"There is no item {number} in your section; {there}. Nothing was taken out.")
            continue
        item = asked.items[number - 1]
        heard.mends.append(Mend(kind="drop", heading=item.heading, person=item.person))
        heard.done.append(f"Item {number}, “{item.heading}”, is taken out.")
    return bool(numbers)

"""The editor's words: what a reply to a draft says, as one command or one plain question back.

A command stands alone on the first line of new text. ``GRAMMAR`` is the whole language, one row a word; nothing else
commands. Only the exact word APPROVE approves, alone in its mail but for a sign-off: everything else that sounds like
it is asked back. HOLD is read generously (stopping.py), because stopping is always safe. Pure: clock and themes are
passed in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import AwareDatetime

from bot.core import arguments
from bot.core.arguments import Context, Reader, short
from bot.core.model import Value
from bot.core.signoff import only_sign_off, without_quote
from bot.core.stopping import UNSEEN, Stop, stop_in, worries


class Word(StrEnum):
    """The editor's words; CODE, a one-time code that confirms one; EDITED, no word but the draft's Word file back;
    CHOICE, no word but a number alone, which picks one of the themes that a mail of ours offers."""

    APPROVE = "APPROVE"
    HOLD = "HOLD"
    CHANGES = "CHANGES"
    EXTEND = "EXTEND"
    CHASE = "CHASE"
    SKIP = "SKIP"
    CANCEL = "CANCEL"
    STATUS = "STATUS"
    FILE = "FILE"
    CHOICE = "CHOICE"
    ACCEPT = "ACCEPT"
    ENCLOSE = "ENCLOSE"
    CORRECT = "CORRECT"
    SEND_TO = "SEND TO"
    PEOPLE = "PEOPLE"
    YES = "YES"
    NO = "NO"
    CODE = "CODE"
    EDITED = "EDITED"


class Command(Value):
    """What an editor's reply says.

    ``problem`` is one or two plain sentences for the answer; where it is not empty nothing is done, and ``word`` is
    the word that was nearly meant (None when there is none). ``note`` goes into the answer of what *is* done.
    ``argument`` is what stood behind the word, ``rest`` the text below the line. ``theme`` (key), ``numbers``,
    ``until`` and ``address`` are the argument as read. ``worried`` is set where it is not clear what was meant but it
    may be that something is wrong: what is approved does not leave before the editor has been asked. ``halting``: the
    line begins like a HOLD and may be none.
    """

    word: Word | None
    argument: str = ""
    rest: str = ""
    problem: str = ""
    note: str = ""
    theme: str | None = None
    numbers: tuple[int, ...] = ()
    until: AwareDatetime | None = None
    address: str | None = None
    worried: bool = False
    halting: bool = False


class Row(NamedTuple):
    """One word of the grammar: its pattern over the whole line (``rest`` = the argument), its help, how its argument is
    read, and whether it must stand ``alone`` in the mail."""

    word: Word
    pattern: re.Pattern[str]
    help: str
    read: Reader
    alone: bool = False


def _row(word: Word, pattern: str, help_: str, read: Reader = arguments.nothing, *, alone: bool = False) -> Row:
    return Row(word, re.compile(pattern, re.IGNORECASE | re.ASCII), help_, read, alone)


_END = r"[ \t]*[.!]*"
_FINDINGS = r"[0-9]{1,6}(?:[ ,;&]+(?:and +|to +)?#?[0-9]{1,6}|[ ]?[-–][ ]?[0-9]{1,6}){0,60}"
GRAMMAR: tuple[Row, ...] = (
    _row(Word.APPROVE, r"APPROVE", "APPROVE, alone in your mail: this draft goes out", alone=True),
    _row(Word.HOLD, rf"(?:hold|stop){_END}", "HOLD: stops what has not left"),
    _row(
        Word.CHANGES,
        rf"changes?(?: wanted| needed)?[ \t]*[:.!]*|changes?:(?P<rest>.*){_END}",
        "CHANGES, then what is to change below it: goes to the leads",
    ),
    _row(
        Word.EXTEND,
        r"(?:extend|extend deadline|extend the deadline)(?P<rest>(?:[ :]+.*)?)",
        "EXTEND 15 September: moves the deadline",
        arguments.deadline,
    ),
    _row(
        Word.CHASE,
        rf"(?:chase|remind)(?P<rest>(?:[ :]+.*?)?){_END}",
        "CHASE or CHASE Hate Crime: reminds who is not in yet",
        arguments.maybe_theme,
    ),
    _row(
        Word.SKIP,
        rf"(?:skip|leave out)(?P<rest>(?:[ :]+.*?)?){_END}",
        "SKIP Hate Crime: leaves the theme out this month",
        arguments.maybe_theme,
    ),
    _row(Word.CANCEL, r"CANCEL", "CANCEL, alone in your mail: no bulletin this month", alone=True),
    _row(Word.STATUS, rf"status(?: please)?{_END}\??", "STATUS: who is in and what is due"),
    _row(
        Word.FILE,
        rf"file[ :#]+(?:no\.? ?|number )?(?P<rest>[0-9]{{1,6}}[ :,]+.*?){_END}",
        "FILE 3 Hate Crime: files number 3 of the holding pen",
        arguments.filing,
    ),
    _row(Word.CHOICE, r"(?:no\.? ?|number )?(?P<rest>[0-9]{1,6})[ \t]*[.)!]*", "2, alone in your mail", alone=True),
    _row(
        Word.ACCEPT,
        rf"(?:accept(?: findings?)?(?:[ :#]+(?:nos?\.? ?|numbers? )?(?P<rest>{_FINDINGS}|all(?: findings| of them)?))?"
        rf"|(?:keep|ignore|leave)(?: findings?)?[ :#]+(?P<more>{_FINDINGS})(?: as (?:it is|they are))?){_END}",
        "ACCEPT 3, or 2 and 5, or ALL but the errors: these findings may stay",
        arguments.findings,
    ),
    _row(
        Word.ENCLOSE,
        rf"enclose[ :#]+(?P<rest>[0-9]{{1,6}}(?:[ ,]+(?:and )?[0-9]{{1,6}}){{0,20}}){_END}",
        "ENCLOSE 2: adds the enclosure to the mail",
        arguments.numbers_of,
    ),
    _row(
        Word.CORRECT,
        rf"(?:correct|correction){_END}",
        "CORRECT, with the edited Word file: a correction",
        arguments.needs_file,
    ),
    _row(
        Word.SEND_TO,
        r"send[ ]+to[ :]+(?P<rest>[^ ]+?)[ \t]*",
        "SEND TO name@example.org: the approved bulletin to one more reader",
        arguments.address,
        alone=True,
    ),
    _row(Word.PEOPLE, rf"people(?: please)?{_END}", "PEOPLE: leads, deputies and readers as a spreadsheet"),
    _row(Word.YES, rf"yes(?:,? please)?{_END}", "YES or NO: answers a question of mine", alone=True),
    _row(Word.NO, rf"no(?:,? thank(?:s| you))?{_END}", "NO", alone=True),
    _row(
        Word.CODE,
        r"(?:code[ :]+)?\[?(?P<rest>[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})\]?\.?",
        "the one-time code, alone in your mail",
        alone=True,
    ),
)
HELP = tuple(row.help for row in GRAMMAR if row.word not in (Word.NO, Word.CODE, Word.CHOICE))
_MAY_SAY = "You may reply APPROVE, HOLD or CHANGES, alone on the first line of your mail; STATUS explains the rest."
_LONGEST_LINE = 500


# ---------------------------------------------------------------------------------------------------- the decision


def decide(
    new_text: str,
    *,
    now: datetime,
    themes: Mapping[str, str] | None = None,
    has_attachment: bool = False,
    html_text_agree: bool = True,
    aside: str = "",
    hidden: str = "",
) -> Command:
    """What the new text of an editor's mail says. Never raises; what is unclear changes nothing and asks.

    ``new_text`` is without quoted text; ``themes`` maps key to title; ``has_attachment`` = a file of the sender's own
    came along (not a logo, not the draft sent back unchanged); ``html_text_agree`` = the mail's two texts say the same.
    ``aside`` are the lines that reading took for a signature, a phone's own line, a notice: they must really be such
    where a word stands alone. ``hidden`` is text of the mail that its sender does not see.
    """
    lines = without_quote(new_text).split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), None)
    stop = stop_in(lines)
    if stop is not None and stop.clear:
        return _hold(stop, lines)
    if first is None or (has_attachment and only_sign_off(lines)):
        return _wordless(has_attachment, aside)
    line, rest = lines[first].strip(), "\n".join(lines[first + 1 :]).strip("\n")
    context = Context(now, themes or {}, has_attachment)
    for row in GRAMMAR:
        match = row.pattern.fullmatch(line) if len(line) <= _LONGEST_LINE else None
        if match is not None and not (has_attachment and row.word is Word.CHOICE):  # beside a file: a page's number
            groups = match.groupdict()
            argument = " ".join((groups.get("rest") or groups.get("more") or "").strip(" :\t").split())
            command = _read(row, argument, rest, aside, context)
            return _undoubted(command, html_text_agree, hidden)
    unclear = _unclear(line, rest, has_attachment)
    if stop is not None or (unclear.worried and worries(f"{aside}\n{hidden}")):
        return unclear.model_copy(update={"worried": True, "halting": stop is not None})
    return unclear


def _hold(stop: Stop, lines: list[str]) -> Command:
    """HOLD, with whatever else the mail says as its note."""
    rest = "\n".join(lines[stop.at + 1 :]).strip("\n")
    said = "Your mail says both HOLD and APPROVE; I held and approved nothing."
    both = re.search(r"(?im)^[^\S\n]*approved?\b", f"{stop.note}\n{rest}", re.ASCII)
    argument = " ".join(stop.note.split())
    return Command(word=Word.HOLD, argument=argument, rest=rest, note=said if both else "")


def _read(row: Row, argument: str, rest: str, aside: str, context: Context) -> Command:
    """The command of a row, or the question that its argument or its company raises."""
    basis = Command(word=row.word, argument=argument, rest=rest)
    read = row.read(argument, context)
    if isinstance(read, str):
        return basis.model_copy(update={"problem": f"{read} Nothing was done. I read: {row.help}."})
    if row.word is Word.APPROVE and context.has_file:
        return _asked(basis, "APPROVE came with a file, so I do not know whether you approve the draft or the file.")
    below = [*rest.split("\n"), "--", *aside.split("\n")]
    if row.alone and not only_sign_off(below):
        more = rest if not only_sign_off(rest.split("\n")) else aside
        command = _asked(basis, f"{_line(basis)} was followed by more text (“{short(more)}”), so I did nothing yet.")
        return command.model_copy(update={"worried": worries(more)}) if row.word is Word.CHOICE else command
    if row.word in _READ_NO_FURTHER and not only_sign_off(rest.split("\n")):
        basis = basis.model_copy(update={"note": f"I read only the first line; what stands below {row.word} was not."})
    return basis.model_copy(update=read)


_READ_NO_FURTHER = (Word.EXTEND, Word.CHASE, Word.SKIP, Word.FILE, Word.ACCEPT, Word.ENCLOSE)


def _line(command: Command) -> str:
    """The command's word as it is typed: a number alone has none."""
    return command.argument if command.word is Word.CHOICE else str(command.word)


def _asked(command: Command, why: str) -> Command:
    """The same command, not done: send the word alone. What was meant is not sure, so nothing leaves meanwhile."""
    again = f"If you mean {command.word}, reply with that one word and nothing else; for changes start with CHANGES."
    if command.argument:
        line = " ".join(dict.fromkeys((_line(command), short(command.argument))))
        again = f"If you mean it, reply with the line “{line}” and nothing else."
    worried = command.word in (Word.APPROVE, Word.CANCEL, Word.NO)
    problem = f"{why} Nothing was approved or changed. {again}"
    return command.model_copy(update={"problem": problem, "worried": worried})


def _undoubted(command: Command, agree: bool, hidden: str) -> Command:
    """The plain and the formatted text of the mail differ, or some of it is hidden: only stopping is believed."""
    if command.problem or command.word in (Word.HOLD, Word.STATUS):
        return command
    if not agree:
        why = "The plain and the formatted text of your mail do not say the same, so I cannot be sure what you saw."
        return _asked(command, why)
    if UNSEEN.sub("", hidden).strip():
        why = f"Your mail holds text that is not shown (“{short(hidden)}”), so I cannot be sure what you saw."
        return _asked(command, why)
    return command


def _wordless(has_attachment: bool, aside: str) -> Command:
    if has_attachment:
        return Command(word=Word.EDITED)
    worried = not only_sign_off(["--", *aside.split("\n")])
    return Command(
        word=None, problem=f"I found no new text in your mail, so nothing was changed. {_MAY_SAY}", worried=worried
    )


_NEGATED = re.compile(r"\b(?:not|never|no|cannot|can['’]?t|won['’]?t|don['’]?t|isn['’]?t|n['’]t)\b", re.IGNORECASE)
_CONDITION = re.compile(
    r"\b(?:if|once|when|after|unless|until|till|before|but|except|subject|provided|with)\b", re.IGNORECASE
)
_APPROVING = re.compile(
    r"\bap+ro+v\w*|\bok(?:ay)?\b|\bgo ahead\b|\bhappy with\b|\b(?:looks?|all|sounds?) (?:good|fine)\b"
    r"|\bsign(?:ed)? off\b",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"\b(APPROVE|HOLD|CHANGES|EXTEND|CHASE|SKIP|CANCEL|STATUS|FILE|ACCEPT|ENCLOSE|CORRECT|SEND TO|PEOPLE)\b"
)


def _unclear(line: str, rest: str, has_attachment: bool) -> Command:
    """No row fits: say what was understood, in one sentence, and what may be said."""
    if has_attachment:
        note = "I took the Word file as your new version; the words beside it were read by nobody."
        approving = _APPROVING.search(line)
        if not approving:
            return Command(word=Word.EDITED, rest=f"{line}\n{rest}".strip(), note=note)
    visible = UNSEEN.sub("", line)
    said = f"You wrote “{short(visible)}”."
    understood = _understood(line, visible, rest)
    friendly = only_sign_off([visible, *rest.split("\n")]) or (
        bool(_APPROVING.search(visible)) and only_sign_off(rest.split("\n"))
    )
    worried = worries(f"{visible}\n{rest}") or not friendly
    return Command(word=None, rest=rest, problem=f"{said} {understood} {_MAY_SAY}", worried=worried)


def _understood(line: str, visible: str, rest: str) -> str:
    """The sentence that says how an unclear line was read. Nothing here does anything."""
    if visible != line and any(row.pattern.fullmatch(visible.strip()) for row in GRAMMAR):
        return "It holds invisible characters, so I did not take it as a command; please type the word."
    if _APPROVING.search(visible):
        if _NEGATED.search(visible):
            return "I read that as not approving, so nothing was approved."
        if _CONDITION.search(visible):
            return "That sounds like an approval with a condition, so nothing was approved."
        return "That sounds like an approval, but only the single word APPROVE approves, so nothing was approved."
    word = _WORDS.search(f"{visible}\n{rest}".upper() if len(visible) < 40 else rest)
    if word is not None:
        return f"I saw the word {word.group(1)}, but not as I can read it on the first line, so nothing was done."
    return "I could not read that as one of the words I know, so nothing was changed."

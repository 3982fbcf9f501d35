"""What stands behind an editor's word, read: each reader gives the command's fields, or one sentence that says what is
wrong. Pure: clock and themes are passed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import NamedTuple

from bot.core.dates import read_deadline


class Context(NamedTuple):
    """What reading an argument needs: the time, the themes (key -> title), and whether an edited file came along."""

    now: datetime
    themes: Mapping[str, str]
    has_file: bool


Reader = Callable[[str, Context], "dict[str, object] | str"]


def nothing(argument: str, context: Context) -> dict[str, object] | str:
    """A word that takes none: whatever stood there was matched already."""
    return {}


def deadline(argument: str, context: Context) -> dict[str, object] | str:
    """A day and an hour, as the new deadline."""
    until = read_deadline(argument, context.now)
    return until if isinstance(until, str) else {"until": until}


def _plain_words(text: str) -> str:
    """A theme's name for comparing: lower case, "and" for "&", letters and digits only."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold().replace("&", " and ").replace("-", " ")))


def find_theme(text: str, themes: Mapping[str, str]) -> str | None:
    """The key of the one theme that the text names: by key, by title, or by the beginning of one title."""
    wanted = _plain_words(text)
    names = {key: {_plain_words(key), _plain_words(title)} for key, title in themes.items()}
    exact = [key for key, spellings in names.items() if wanted in spellings]
    begun = [key for key, spellings in names.items() if any(f"{name} ".startswith(f"{wanted} ") for name in spellings)]
    hits = exact or begun
    return hits[0] if wanted and len(hits) == 1 else None


def theme_of(argument: str, context: Context) -> dict[str, object] | str:
    """One theme, by key, title or the beginning of one."""
    key = find_theme(argument, context.themes)
    if key is not None:
        return {"theme": key}
    titles = {_plain_words(title): title for title in context.themes.values()}
    near = get_close_matches(_plain_words(argument), list(titles), n=1)
    meant = f" Did you mean “{titles[near[0]]}”?" if near else ""
    known = ", ".join(context.themes.values())
    return f"“{short(argument)}” is no theme.{meant} The themes are: {known}."


def maybe_theme(argument: str, context: Context) -> dict[str, object] | str:
    """One theme, or none at all."""
    return theme_of(argument, context) if argument else {}


def filing(argument: str, context: Context) -> dict[str, object] | str:
    """A number of the holding pen and a theme."""
    number, _, theme = argument.partition(" ")
    read = theme_of(theme.strip(), context)
    return read if isinstance(read, str) else {**read, "numbers": (int(number),)}


def numbers_of(argument: str, context: Context) -> dict[str, object] | str:
    """Numbers, each once, in the order in which they were written."""
    return {"numbers": tuple(dict.fromkeys(int(number) for number in re.findall(r"[0-9]+", argument)))}


def findings(argument: str, context: Context) -> dict[str, object] | str:
    """Numbers of findings; "all" gives none. A range could hold an error that nobody looked at, so it is none."""
    if not argument:
        return "ACCEPT needs the numbers of the findings that may stay; the draft itself is approved by APPROVE alone."
    if argument[:3].casefold() == "all":
        return {}
    if re.search(r"[-–t]", argument):
        return "ACCEPT takes each number by itself, such as ACCEPT 3, 4 and 5."
    return numbers_of(argument, context)


def address(argument: str, context: Context) -> dict[str, object] | str:
    """One plain address."""
    plain = argument.strip("<>").removeprefix("mailto:")
    if re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{1,63}", plain):
        return {"address": plain.lower()}
    return f"“{short(argument)}” is not one plain address."


def needs_file(argument: str, context: Context) -> dict[str, object] | str:
    """Nothing, but the edited file must have come along."""
    return {} if context.has_file else "CORRECT needs the edited Word file in the same mail, and there is none."


def short(text: str, most: int = 80) -> str:
    """Some text on one line for quoting back, cut with an ellipsis, without control characters."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text[:400]).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"

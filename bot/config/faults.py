"""What is wrong in the configuration, as values that say where, what is allowed and what was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from bot.core.model import Value

_SECRET_KEY = re.compile(r"password|secret|token|passphrase|api_?key", re.IGNORECASE)
_NAMES_A_PLACE = re.compile(r"(_env|_file)\Z")
_SHOWN = 60


def nearest(word: str, choices: Iterable[str], cutoff: float = 0.6) -> str:
    """The choice most like ``word`` without regard to case, or "" when none is near."""
    by_folded = {choice.casefold(): choice for choice in choices}
    found = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=cutoff)
    return by_folded[found[0]] if found else ""


def names_a_secret(key: str) -> bool:
    """Whether a key is one under which people write a secret, so that its value is never shown."""
    last = key.rpartition(".")[2]
    return bool(_SECRET_KEY.search(last)) and not _NAMES_A_PLACE.search(last)


def shown(key: str, value: object) -> str:
    """A value as it may be printed: short, on one line, and never a secret."""
    if names_a_secret(key):
        return "(not shown)"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    text = re.sub(r"(://[^:@/\s]*):[^@/\s]*@", r"\1:(not shown)@", text)
    text = re.sub(r"[\x00-\x1f\x7f]", lambda found: repr(found[0])[1:-1], text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 4] + ' ..."'


class Fault(Value):
    """One fault: in which file and line, under which key, with which value, and what would be right."""

    file: str
    line: int | None = None
    key: str = ""
    value: str = ""  # as shown() gives it
    message: str  # goes on after "key = value": "is not a working day"
    allowed: str = ""
    nearest: str = ""
    bulletin: str = ""  # the bulletin it stops; "" stops all

    def sentence(self) -> str:
        """The fault as one line for a person."""
        where = self.file + (f", line {self.line}" if self.line else "")
        what = f"{self.key} = {self.value}" if self.key and self.value else self.key or self.value
        text = f"{where}: {what} {self.message}".replace(":  ", ": ").rstrip(".") + "."
        if self.allowed:
            text += f" Allowed: {self.allowed.rstrip('.')}."
        if self.nearest:
            text += f' Did you mean "{self.nearest}"?'
        return text

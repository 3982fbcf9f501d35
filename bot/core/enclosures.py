"""Files that leads sent and that the editor may enclose: which they are, under which numbers, and how large. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.model import AttachmentUse, Submission, Value

BYTES_MAX = 3_000_000  # all enclosures of one edition together


class Enclosure(Value):
    """One file that may be enclosed. ``number`` is what ENCLOSE names; ``problem`` says why it may not be."""

    number: int
    inbound: int
    name: str
    theme: str
    size: int = 0
    problem: str = ""

    @property
    def key(self) -> str:
        """What the edition remembers of it."""
        return f"{self.inbound}/{self.name}"

    def in_words(self) -> str:
        """ "1. poster.pdf (Hate Crime, 240 kB)"."""
        size = f", {size_in_words(self.size)}" if self.size else ""
        return f"{self.number}. {self.name} ({self.theme}{size})"


def size_in_words(size: int) -> str:
    """ "240 kB", "1.4 MB"."""
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} kB"


def may_be_enclosed(use: AttachmentUse) -> bool:
    """Whether a lead's attachment is a PDF or a picture (not a logo)."""
    name = use.name.lower()
    return use.use == "picture" or (use.use == "set_aside" and name.endswith(".pdf"))


def offered(submissions: Iterable[Submission], titles: dict[str, str]) -> tuple[Enclosure, ...]:
    """The files that may be enclosed, in the order in which they came; the numbers never change. Sizes are unknown."""
    named: dict[tuple[int, str], str] = {}
    for submission in sorted(submissions, key=lambda one: (one.at, one.inbound)):
        for use in submission.attachments:
            if may_be_enclosed(use):
                named.setdefault((submission.inbound, use.name), titles.get(submission.theme, submission.theme))
    return tuple(
        Enclosure(number=number, inbound=inbound, name=name, theme=theme)
        for number, ((inbound, name), theme) in enumerate(named.items(), 1)
    )

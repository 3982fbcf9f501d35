"""The text of an editor's mail as ``decide`` needs it: what they wrote, what looks like a signature, what is hidden.

For a lead it is right to set a signature aside and to print the rest. For a decision nothing may be lost on the way: a
condition under the "--", in the phone's own line, in white letters or in the plain-text copy only is still a condition.
What is quoted or passed on is somebody else's text and decides nothing; nor does a file or an attached mail.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.mail.boundaries import find_boundaries, split_shared
from bot.mail.html import html_lines
from bot.mail.lines import Line, Mark, key, within_reason
from bot.mail.parse import Body, Message
from bot.mail.quoting import mark_quotes
from bot.mail.text import text_lines
from bot.sections.unseen import unseen_text


class EditorText(NamedTuple):
    """``new``: the editor's own lines. ``aside``: the lines that look like a signature, a phone's own line, a notice.
    ``hidden``: text outside any quotation that a mail program does not show. ``agree``: the plain-text copy says
    nothing that the formatted text does not."""

    new: str
    aside: str
    hidden: str
    agree: bool


def editor_text(message: Message | None) -> EditorText:
    """Take the mail apart for a decision. Never raises on content; no mail is no text."""
    parts = [_of_body(body, message.from_name) for body in message.bodies] if message is not None else []
    return EditorText(
        new="\n\n".join(part.new for part in parts if part.new),
        aside="\n".join(part.aside for part in parts if part.aside),
        hidden="\n".join(part.hidden for part in parts if part.hidden),
        agree=all(part.agree for part in parts),
    )


def _of_body(body: Body, author: str) -> EditorText:
    plain = within_reason(text_lines(body.text, body.flowed, body.delsp)) if body.text and body.text.strip() else []
    html = within_reason(html_lines(body.html)) if body.html and body.html.strip() else []
    if not html:
        return _split(_marked(plain, author), "")
    shown = any(line.text and not line.marks & Mark.HIDDEN for line in html)
    if not shown:  # a formatted text that shows nothing: whoever reads the plain one sees more
        hidden = "\n".join(line.text for line in html if line.text)
        return _split(_marked(plain, author), hidden)
    for line in html:
        if line.marks & Mark.HIDDEN:
            line.reason = "hidden"
    marked = _marked(html, author)
    split = _split(marked, _not_quoted(unseen_text(body.html or ""), marked))
    return split._replace(agree=not plain or _agree(_marked(plain, author), marked))


def _marked(lines: list[Line], author: str) -> list[Line]:
    """Each line with the reason why it is not the editor's own text; a mail that is only passed on holds none."""
    lines = split_shared(lines)
    boundaries = find_boundaries(lines)
    start = boundaries[0].start if boundaries else len(lines)
    own = any(line.text and not line.reason and not line.depth for line in lines[:start])
    marked = mark_quotes(lines, author)
    if boundaries and not own and boundaries[0].kind in ("header", "forward"):
        for line in marked:
            line.reason = line.reason or "quoted"
    return marked


def _split(marked: list[Line], unseen: str) -> EditorText:
    new: list[str] = []
    aside: list[str] = []
    hidden = [unseen] if unseen else []
    quoting = False
    for line in marked:
        said = (line.raw or line.text).strip("\n")
        quoting = line.reason == "quoted" or (quoting and line.reason == "hidden")
        if line.reason == "hidden":
            hidden += [] if quoting or not line.text else [line.text]
        elif not line.reason and line.text:
            new += ["", said] if new and line.blank_before else [said]
        elif line.reason != "quoted" and said:
            aside.append(said)
    return EditorText("\n".join(new), "\n".join(aside), "\n".join(hidden), agree=True)


def _not_quoted(unseen: list[str], marked: list[Line]) -> str:
    """The unseen pieces that are not part of what is quoted."""
    quoted = " ".join(key(line.raw or line.text) for line in marked if line.reason in ("quoted", "hidden"))
    return "\n".join(piece for piece in unseen if key(piece) and key(piece) not in quoted)


_ADDRESSES = re.compile(
    r"<[^<>\s]{1,2000}>|\b\w{1,12}://\S+|\[(?:cid|image):[^\[\]]*\]|\bwww\.\S+|(?<![\w.+-])\S{1,200}@\S+"
)


def _agree(plain: list[Line], html: list[Line]) -> bool:
    """Does the plain copy begin alike and say nothing else? A line of it may stand in what the other one quotes."""
    mine = [line for line in plain if line.reason != "quoted"]
    shown = [line for line in html if line.reason != "hidden"]
    first = [next((key(x.text) for x in lines if key(x.text)), "") for lines in (mine, _unquoted(shown))]
    if first[0] != first[1]:
        return False
    words = {word for line in _unquoted(shown) for word in _words(line)}
    everything = " ".join(" ".join(_words(line)) for line in shown)
    return all(words.issuperset(said := _words(line)) or " ".join(said) in everything for line in mine)


def _unquoted(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.reason != "quoted"]


def _words(line: Line) -> list[str]:
    """The words of a line, without addresses (which the plain copy shows and the formatted one has behind a link)."""
    alt = line.picture.alt if line.picture else ""
    return [word for word in key(_ADDRESSES.sub(" ", f"{line.raw or line.text} {alt}")).split() if len(word) > 1]

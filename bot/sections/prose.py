"""Lines to blocks: wrapped text lines joined, typed links made links, bold lines made headings, soft breaks kept."""

from __future__ import annotations

import re
from itertools import pairwise

from bot.core.model import Heading, ListItem, Paragraph, Picture, PlacedBlock, Run, Table
from bot.mail.linebuilder import make_item
from bot.mail.lines import Line, Mark
from bot.mail.links import safe_url
from bot.mail.text import ITEM

WRAP_AT = 58  # a text line that could not have taken the next word was wrapped by the mail program
_HEADING_WORDS = 14
LONG = 50_000  # characters of a paragraph in which links are no longer looked for
_URL = r"(?:https?://|mailto:)[^\s<>\"]{1,2000}"
_LINK = re.compile(
    rf"(?P<before>(?<![^\s<>\[\]()])[^\s<>\[\]()]{{0,100}})[ ]?<(?P<angle>{_URL}|cid:[^<>\s]+)>"
    rf"|\[(?P<label>[^\[\]\n]{{1,200}})\]\((?P<target>{_URL})\)"
    rf"|(?P<bare>https?://[^\s<>\"]{0, 2000}[^\s<>\".,;:!?)'\]])"
    r"|(?P<address>(?<![\w.@/:!#$%&'*+=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-"
    r"]{1,63}){1,8})"
)
_CID = re.compile(r"\s*\[cid:[^\]\s]+\]|\s*<cid:[^>\s]+>")
_STARS = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,120}?)(?<=\S)\*(?![\w*])")
_CONTACT = re.compile(
    r"^(?:please |for (?:more|further) (?:information|details|info)[, ]*(?:please )?|to find out more[,"
    r" ]*(?:please )?|any questions[,?:]* ?(?:please )?"
    r"|if (?:you|your|anyone|any|there)\b(?=.{0,320}$)[^.?!\n]{0,180}?[, ](?:please )?)?"
    r"(?:contact|email|e-mail|get in touch with|speak to|reach out to)\b.{0,200}",
    re.IGNORECASE,
)


def text_runs(text: str) -> tuple[Run, ...]:
    """Plain text to runs: addresses in angle brackets behind a word make that word a link; *stars* make bold."""
    if len(text) > LONG or not any(mark in text for mark in ("<", "://", "@", "*", "[")):
        return (Run(text=text),) if text else ()
    text = _CID.sub("", text)
    runs: list[Run] = []
    position = 0
    for match in _LINK.finditer(text):
        runs.extend(_starred(text[position : match.start()]))
        runs.extend(_link_runs(match))
        position = match.end()
    runs.extend(_starred(text[position:]))
    return _joined(runs)


def _starred(text: str) -> list[Run]:
    if "*" not in text:
        return [Run(text=text)] if text else []
    runs: list[Run] = []
    position = 0
    for match in _STARS.finditer(text):
        runs.append(Run(text=text[position : match.start()]))
        runs.append(Run(text=match[1], bold=True))
        position = match.end()
    runs.append(Run(text=text[position:]))
    return [run for run in runs if run.text]


def _link_runs(match: re.Match[str]) -> list[Run]:
    if match["angle"]:
        url = safe_url(match["angle"])
        before = match["before"]
        if match["angle"].startswith("cid:"):
            return [Run(text=before)] if before else []
        return [Run(text=before or match["angle"], url=url)]
    if match["label"]:
        return [Run(text=match["label"], url=safe_url(match["target"]))]
    if match["bare"]:
        return [Run(text=match["bare"], url=safe_url(match["bare"]))]
    return [Run(text=match["address"], url=f"mailto:{match['address']}")]


def _joined(runs: list[Run]) -> tuple[Run, ...]:
    out: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        if out and (out[-1].bold, out[-1].italic, out[-1].url) == (run.bold, run.italic, run.url):
            out[-1] = out[-1].model_copy(update={"text": out[-1].text + run.text})
        else:
            out.append(run)
    return tuple(out)


def placed_blocks(lines: list[Line]) -> list[PlacedBlock]:
    """The blocks of the lines that count (empty ``reason``), each with the field that its first line has."""
    blocks: list[PlacedBlock] = []
    group: list[Line] = []
    last = -2
    for index, line in enumerate(lines):
        if line.reason or not (line.text or line.kind in ("picture", "table")):
            continue
        typed = _typed_item(line)
        goes_on = (
            group and index == last + 1 and line.soft and not line.blank_before and line.field == group[0].field
            and line.kind == "text" and not typed and group[0].kind in ("text", "item") and line.depth == group[0].depth
            and not _is_heading(group[-1], alone=len(group) == 1)
            and not line.marks & Mark.BOLD and not _new_thought(group[-1], line)
        )  # fmt: skip
        if typed is not None:
            make_item(line, typed)
            line.level = _typed_level(line, group[0] if group and last == index - 1 else None, blocks)
        if not goes_on:
            _close(group, blocks)
            group = []
        group.append(line)
        last = index
    _close(group, blocks)
    return blocks


def _typed_item(line: Line) -> re.Match[str] | None:
    if line.kind != "text" or line.runs is not None:
        return None
    match = ITEM.match(line.text)
    return match if match and len(line.text) > match.end() else None


def _typed_level(line: Line, before: Line | None, blocks: list[PlacedBlock]) -> int:
    """Typed lists show their level by indent: compared with the item right before."""
    previous = before if before is not None and before.kind == "item" else None
    if previous is None:
        return 1
    indent, other = _indent(line.raw), _indent(previous.raw)
    if indent > other + 1:
        return min(previous.level + 1, 9)
    return max(1, previous.level - 1) if indent + 1 < other else previous.level


def _indent(raw: str) -> int:
    raw = raw.lstrip(">").expandtabs(4)
    return len(raw) - len(raw.lstrip())


def _new_thought(before: Line, line: Line) -> bool:
    """A short text line that ends a sentence, followed by a line that begins one, in unwrapped text."""
    return False


def _is_heading(line: Line, alone: bool) -> bool:
    text = line.text
    return (
        alone
        and line.kind == "text"
        and bool(line.marks & Mark.BOLD)
        and len(text.split()) <= _HEADING_WORDS
        and text[-1:] not in ".!;,"
        and any(char.isalpha() for char in text)
    )


def _close(group: list[Line], blocks: list[PlacedBlock]) -> None:
    if not group:
        return
    first = group[0]
    field = first.field
    if first.kind == "table":
        blocks.append(PlacedBlock(block=Table(rows=first.rows, header_rows=first.header_rows), field=field))
    elif first.kind == "picture":
        if first.picture is not None:
            name = first.picture.source
            picture = Picture(
                digest="", alt=first.picture.alt, name=name, width=first.picture.width, height=first.picture.height
            )
            blocks.append(PlacedBlock(block=picture, field=field))
    elif first.kind == "heading" or (len(group) == 1 and _is_heading(first, alone=True)):
        level = first.level if first.kind == "heading" else 1
        runs = tuple(run.model_copy(update={"bold": False}) for run in line_runs(group))
        blocks.append(PlacedBlock(block=Heading(runs=runs, level=level), field=field))
    elif first.kind == "item":
        item = ListItem(runs=line_runs(group), level=first.level, ordered=first.ordered, number=first.number)
        blocks.append(PlacedBlock(block=item, field=field))
    else:
        runs = line_runs(group)
        if runs:
            text = "".join(run.text for run in runs)
            contact = bool(_CONTACT.match(text)) and "@" in text
            blocks.append(PlacedBlock(block=Paragraph(runs=runs, contact=contact), field=field))


def line_runs(group: list[Line]) -> tuple[Run, ...]:
    """The runs of some lines that make one block: wrapped lines with a blank between, others with a line break."""
    if all(line.runs is None for line in group):
        text = group[0].text
        for before, line in pairwise(group):
            text += (" " if _was_wrapped(before, line) else "\n") + line.text
        return text_runs(text)
    runs: list[Run] = []
    for number, line in enumerate(group):
        if number:
            runs.append(Run(text="\n"))
        runs.extend(line.runs if line.runs is not None else text_runs(line.text))
    return _joined(runs)


def _was_wrapped(before: Line, line: Line) -> bool:
    first_word = line.text.split(" ", 1)[0]
    return len(before.raw) + len(first_word) + 1 > WRAP_AT or line.text[:1].islower()

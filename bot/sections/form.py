"""The form in our request, and what a reply makes of it: fields to items.

The form is plain visible text: ``[F1] Title``, last month's text, ``(write here)``, ``[/F1]``; nothing else survives
mail programs. A begin marker also closes the field before it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.core import keys
from bot.core.model import (
    FormField,
    Heading,
    Item,
    Leftover,
    ListItem,
    Paragraph,
    Picture,
    PlacedBlock,
    Reading,
    Run,
    Table,
    block_text,
    plain,
)
from bot.mail.html import html_lines
from bot.mail.lines import key
from bot.mail.parse import Message, parse_message
from bot.mail.text import text_lines

BEGIN = re.compile(r"^\W*?\[\s?(F\s?\d{1,2})\s?\]\s*(.*)$", re.DOTALL | re.IGNORECASE)
END = re.compile(r"^\W*?\[\s?/\s?(F\s?\d{1,2})\s?\]\s*(.*)$", re.DOTALL | re.IGNORECASE)
PLACEHOLDER = re.compile(r"\(\s?write here\s?\)", re.IGNORECASE)
_LAST_MONTH = re.compile(r"^last month\s*:\s*[\"“”']?(.*?)[\"“”']?$", re.IGNORECASE | re.DOTALL)
_BRACKETED = re.compile(r"\[([A-Za-z0-9]+(?:-[A-Za-z0-9]+){2,})\]")
INTRODUCING_WORDS = 15
_REFERENCE = re.compile(r"\breference\s*(?::\s*)?\[?([A-Za-z0-9]+(?:-[A-Za-z0-9]+){2,})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Request:
    """What we sent: its form ``fields``, reference ``token``, ``message_id`` (without <>), and its visible ``lines``.

    ``sender`` is our address, ``mails`` more Message-IDs of the same business (reminders). ``quoted_lines`` are lines
    of a later mail of ours that is being answered (a reminder, a receipt): they are ours inside a quotation only,
    because a receipt holds the lead's own words, and above the quotation those are the lead's.
    """

    fields: tuple[FormField, ...] = ()
    token: str = ""
    message_id: str = ""
    lines: tuple[str, ...] = ()
    sender: str = ""
    subject: str = ""
    mails: tuple[str, ...] = field(default=())
    quoted_lines: tuple[str, ...] = ()
    recipient: str = ""  # whom we had asked
    sender_name: str = ""  # our display name, which Outlook shows without the address

    def title(self, field_key: str) -> str:
        """The title of a field, or "" when there is none of that key."""
        return next((entry.title for entry in self.fields if entry.key == field_key), "")


def request_from_mail(raw: bytes) -> Request:
    """The Request behind the raw bytes of a request mail that we sent; any mail built of such fields will do."""
    return request_from_message(parse_message(raw))


def request_from_message(message: Message) -> Request:
    """The same for a mail that is taken apart already."""
    lines: list[str] = []
    for body in message.bodies:
        if body.html:
            lines += [part for line in html_lines(body.html) for part in line.text.split("\n")]
        if body.text:
            lines += [line.text for line in text_lines(body.text, body.flowed, body.delsp)]
    lines = [line for line in lines if line]
    return Request(
        fields=_fields(lines),
        token=_token(message.subject, "\n".join(lines)),
        message_id=message.message_id,
        lines=tuple(lines),
        sender=message.from_addresses[0] if message.from_addresses else "",
        subject=message.subject,
        recipient=message.to[0] if message.to else "",
        sender_name=message.from_name,
    )


def _token(subject: str, body: str) -> str:
    found = keys.find_tokens(subject) or keys.find_tokens(body)
    if found:
        return found[0]
    match = _BRACKETED.search(subject) or _REFERENCE.search(body)
    return match[1] if match else ""


def _fields(lines: list[str]) -> tuple[FormField, ...]:
    fields: dict[str, FormField] = {}
    current = ""
    for line in lines:
        if begin := BEGIN.match(line):
            current = field_key(begin[1])
            if current not in fields:
                fields[current] = FormField(key=current, title=begin[2].strip())
        elif END.match(line):
            current = ""
        elif current and (last := _LAST_MONTH.match(line)) and not fields[current].last_month:
            fields[current] = fields[current].model_copy(update={"last_month": last[1].strip()})
    return tuple(fields.values())


def field_key(text: str) -> str:
    """ "f 1" as people retype it, to "F1"."""
    return text.replace(" ", "").upper()


# --------------------------------------------------------------------------------------------------- items


def items_from(reading: Reading, request: Request | None, theme_title: str) -> tuple[Item, ...]:
    """The items of a reading: answers under their field's title, free prose under its own headings, else the theme's.

    A heading that repeats the field's title is taken for the title. Greetings and cover lines before a form or a
    headed text are not items. A field that only says "nothing" gives no item. A nil return gives none.
    """
    if reading.nil or _is_thanks(reading):
        return ()
    brought = any(use.use in ("section", "statistics") for use in reading.attachments)
    items: list[Item] = []
    order: list[str | None] = []
    groups: dict[str | None, list[PlacedBlock]] = {}
    for placed in reading.blocks:
        if placed.field not in groups:
            groups[placed.field] = []
            order.append(placed.field)
        groups[placed.field].append(placed)
    headed = any(name is not None for name in order)
    for name in order:
        blocks = [placed.block for placed in groups[name]]
        if name is None:
            blocks = [block for block in blocks if not _is_note(block)]
            kept = _without_cover(blocks, headed, brought)
            if not kept and not headed and not brought:
                kept = blocks  # a reply of nothing but such lines: they are what it says
            items.extend(_free_items(kept, theme_title, reading.author))
        else:
            title = (request.title(name) if request else "") or theme_title
            items.extend(_field_items(blocks, name, title, theme_title, reading.author))
    return tuple(items)


AnyBlock = Heading | Paragraph | ListItem | Table | Picture


def _field_items(blocks: list[AnyBlock], name: str, title: str, theme_title: str, person: str) -> list[Item]:
    from bot.sections.nil import says_nil

    if blocks and isinstance(blocks[0], Heading) and key(plain(blocks[0].runs)) == key(title):
        blocks = blocks[1:]
    text = "\n".join(block_text(block) for block in blocks)
    if not blocks or says_nil(text):
        return []
    if key(title) == key("Anything else") and any(isinstance(block, Heading) for block in blocks):
        return [item.model_copy(update={"field": name}) for item in _free_items(blocks, title, person)]
    return [Item(heading=title, blocks=tuple(blocks), field=name, person=person)]


def _free_items(blocks: list[AnyBlock], theme_title: str, person: str) -> list[Item]:
    items: list[Item] = []
    heading, current = theme_title, []  # type: str, list[AnyBlock]
    top = min((block.level for block in blocks if isinstance(block, Heading)), default=1)
    for block in blocks:
        if isinstance(block, Heading) and block.level == top:
            if current:
                items.append(Item(heading=heading, blocks=tuple(current), person=person))
            heading, current = plain(block.runs), []
        elif isinstance(block, Heading):
            current.append(block.model_copy(update={"level": max(2, min(block.level - top + 1, 3))}))
        else:
            current.append(block)
    if current or heading != theme_title:
        items.append(Item(heading=heading, blocks=tuple(current), person=person))
    return items


def _is_thanks(reading: Reading) -> bool:
    """Does the whole mail only answer a receipt of ours?"""
    from bot.sections.nil import says_thanks

    if any(placed.field or not isinstance(placed.block, Paragraph) for placed in reading.blocks):
        return False
    return says_thanks("\n".join(block_text(placed.block) for placed in reading.blocks))


def _is_note(block: AnyBlock) -> bool:
    """A paragraph that is a note to us ("This replaces my earlier reply.") wherever it stands."""
    from bot.sections.nil import only_says_replaces

    return isinstance(block, Paragraph) and only_says_replaces(block_text(block))


def _without_cover(blocks: list[AnyBlock], headed: bool, brought: bool = False) -> list[AnyBlock]:
    """Drop greeting lines at the front; before a form or headings also the one or two cover lines; with a file that
    was read (``brought``) also "Figures attached."."""
    from bot.sections.nil import is_cover, is_greeting, only_names_a_file

    start = 0
    has_heading = headed or any(isinstance(block, Heading) for block in blocks)
    while start < len(blocks) and isinstance(blocks[start], Paragraph):
        text = block_text(blocks[start])
        if (
            not is_greeting(text)
            and not (has_heading and is_cover(text))
            and not (start < 3 and is_cover(text, strict=True))
            and not (headed and _introduces(text))
            and not (brought and only_names_a_file(text))
        ):
            break
        start += 1
    return blocks[start:]


def _introduces(text: str) -> bool:
    """Is it a short line that only leads to the answers below ("One correction, the date has become clearer:")?"""
    return text.rstrip().endswith(":") and len(text.split()) <= INTRODUCING_WORDS


def unprinted(reading: Reading, items: Sequence[Item]) -> tuple[Leftover, ...]:
    """The blocks of a reading that no item prints (greetings, cover lines, a field that says "nothing"): nothing of a
    sender's is left out unsaid."""
    printed = Counter(block_text(block) for item in items for block in item.blocks)
    headings = {key(item.heading) for item in items}
    left = []
    for placed in reading.blocks:
        text = block_text(placed.block)
        if printed[text] > 0:
            printed[text] -= 1
        elif text.strip() and not (isinstance(placed.block, Heading) and key(text) in headings):
            left.append(Leftover(text=text, reason="nil_return" if reading.nil else "cover_note"))
    return tuple(left)


def run(text: str) -> Run:
    """A plain run."""
    return Run(text=text)

"""The editor's altered Word file: what it changed, what must be looked at, and how later drafts keep it. Pure.

The words of a theme that the editor altered stay until CHANGES; everything else follows the leads' replies. Figures
never come from a Word file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pydantic import AwareDatetime

from bot.core.assemble import changes_between
from bot.core.model import Block, Bulletin, Run, Section, Submission, Value, block_text
from bot.core.records import Edition


class ThemeEdit(Value):
    """What was altered in one theme, one plain sentence each."""

    theme: str
    title: str
    sentences: tuple[str, ...]


class Edited(Value):
    """An edited Word file, read.

    ``problem`` says in words why it is not taken; where ``askable`` YES takes it all the same, made anew. Otherwise
    ``bulletin`` is the next one, ``word`` the digest of the file itself without its personal metadata ("" = the Word
    file is made anew), ``base`` the draft that the file is a change of and ``seen_at`` when that was made.
    """

    name: str = ""
    problem: str = ""
    askable: bool = False
    bulletin: Bulletin | None = None
    word: str = ""
    altered: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    themes: tuple[ThemeEdit, ...] = ()
    base: int | None = None
    seen_at: AwareDatetime | None = None


# --------------------------------------------------------------------------------------------- what was altered


def theme_edits(old: Bulletin, new: Bulletin) -> tuple[ThemeEdit, ...]:
    """What differs between two bulletins, theme by theme; a theme without a difference is not named."""
    found: list[ThemeEdit] = []
    before, after = _by_theme(old.sections), _by_theme(new.sections)
    for theme in dict.fromkeys((*before, *after)):
        was, now = before.get(theme, ()), after.get(theme, ())
        sentences = changes_between(_only(old, was), _only(old, now)) if was != now else ()
        if sentences:
            found.append(ThemeEdit(theme=theme, title=(*now, *was)[0].title, sentences=sentences))
    return tuple(found)


def _by_theme(sections: Iterable[Section]) -> dict[str, tuple[Section, ...]]:
    named: dict[str, tuple[Section, ...]] = {}
    for section in sections:
        named[section.theme] = (*named.get(section.theme, ()), section)
    return named


def _only(bulletin: Bulletin, sections: tuple[Section, ...]) -> Bulletin:
    return bulletin.model_copy(update={"sections": sections})


_ADDRESS = re.compile(r"(?<![\w.+'-])[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.,])(?:\+44|0)[\d ()-]{8,14}\d(?!\w)")
_NUMBER = re.compile(r"(?<![\w.,/@-])\d[\d,]*(?:\.\d+)?%?(?![\w@/-])")
MOST_NAMED = 12  # differences of one kind that are named; the rest is counted


def warnings_between(old: Bulletin, new: Bulletin) -> tuple[str, ...]:
    """Links, contacts and numbers that an edit changed: one sentence for each theme and kind, old and new named."""
    said: list[str] = []
    before, after = _by_theme(old.sections), _by_theme(new.sections)
    for theme in dict.fromkeys((*before, *after)):
        was, now = before.get(theme, ()), after.get(theme, ())
        title = (*now, *was)[0].title
        for what, found in _LOOKED_AT:
            gone, fresh = _difference(found(was), found(now))
            if gone or fresh:
                said.append(f"{title}: please check the {what}: {_named(gone, fresh)}.")
    return tuple(said)


def _difference(old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    was, now = Counter(old), Counter(new)
    return list((was - now).elements()), list((now - was).elements())


def _named(gone: list[str], fresh: list[str]) -> str:
    if len(gone) == len(fresh):
        pairs = [f"“{one}” is now “{other}”" for one, other in zip(gone, fresh, strict=True)]
    else:
        pairs = [*(f"“{one}” is gone" for one in gone), *(f"“{one}” is new" for one in fresh)]
    more = f" and {len(pairs) - MOST_NAMED} more" if len(pairs) > MOST_NAMED else ""
    return "; ".join(pairs[:MOST_NAMED]) + more


def _blocks(sections: Iterable[Section]) -> list[Block]:
    return [block for section in sections for item in section.items for block in item.blocks]


def _text(sections: tuple[Section, ...]) -> str:
    headings = [item.heading for section in sections for item in section.items]
    return "\n".join([*headings, *map(block_text, _blocks(sections))])


def _links(sections: tuple[Section, ...]) -> list[str]:
    cells = [
        runs
        for block in _blocks(sections)
        for runs in ([cell for row in block.rows for cell in row] if block.kind == "table" else [_runs(block)])
    ]
    return [run.url for runs in cells for run in runs if run.url and not run.url.startswith("mailto:")]


def _runs(block: Block) -> tuple[Run, ...]:
    return () if block.kind == "picture" or block.kind == "table" else block.runs


def _contacts(sections: tuple[Section, ...]) -> list[str]:
    text = _text(sections)
    return [*_ADDRESS.findall(text), *(" ".join(phone.split()) for phone in _PHONE.findall(text))]


def _numbers(sections: tuple[Section, ...]) -> list[str]:
    return _NUMBER.findall(_PHONE.sub(" ", _ADDRESS.sub(" ", _text(sections))))


_LOOKED_AT = (("links", _links), ("contacts", _contacts), ("numbers", _numbers))


# ---------------------------------------------------------------------------------------------- later drafts


def with_edits(fresh: Bulletin, edited: Bulletin, themes: Sequence[str], skipped: Sequence[str] = ()) -> Bulletin:
    """The bulletin as it stands with the editor's words: ``themes`` are those that the editor altered.

    Altered themes, sections that the editor added, order and frame come from ``edited``; all other themes, and every
    figure, from ``fresh`` (the leads' replies now)."""
    now = {section.theme: section for section in fresh.sections}
    stands: list[Section] = []
    for section in edited.sections:
        current = now.get(section.theme)
        if section.theme in skipped:
            continue
        if section.theme not in themes:
            stands += [current] if current is not None else []
        elif current is None:
            stands.append(section)
        else:
            figures = {"statistics": current.statistics, "mail_link": current.mail_link}
            stands.append(section.model_copy(update=figures))
    there = {section.theme for section in edited.sections}
    late = [section for section in fresh.sections if section.theme not in there and section.theme not in themes]
    order = [section.theme for section in fresh.sections]
    for section in late:
        stands.insert(_place(section.theme, stands, order), section)
    frame = {name: getattr(edited, name) for name in ("title", "month", "intro", "contact")}
    return fresh.model_copy(update={**frame, "sections": tuple(stands)})


def _place(theme: str, stands: Sequence[Section], order: Sequence[str]) -> int:
    """Where a late section goes: before the first one that follows it in the usual order."""
    after = set(order[order.index(theme) + 1 :])
    return next((at for at, section in enumerate(stands) if section.theme in after), len(stands))


def notes_about_edits(
    edition: Edition, submissions: Iterable[Submission], titles: Mapping[str, str]
) -> tuple[str, ...]:
    """What a draft mail must say about edits that still stand: themes with a newer reply that is not in."""
    seen = edition.edited_seen_at
    if edition.edited_draft is None or seen is None:
        return ()
    newer = {s.theme for s in submissions if s.at > seen and s.theme in edition.edited_themes}
    if not newer:
        return ()
    names = ", ".join(title for key, title in titles.items() if key in newer)
    return (
        f"Your edited text stands, so a newer reply is not in for: {names}. "
        "CHANGES starts again from the leads’ own text.",
    )

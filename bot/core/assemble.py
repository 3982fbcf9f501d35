"""From submissions to the bulletin: which items of a theme stand now, and what changed between two bulletins. Pure.

The rule for several replies of one theme: a later reply replaces only the fields it answers; a reply by another person
is added; free text replaces only when it says so, otherwise it is added and the bot asks. The same text sent again is
printed once; nearly the same text from the same person is a newer version of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.core.mending import mended, squeezed
from bot.core.model import (
    Block,
    Bulletin,
    Item,
    Section,
    SectionStatus,
    StatisticsTable,
    Submission,
    Theme,
    block_text,
)


def of_theme(theme: str, submissions: Iterable[Submission]) -> tuple[Submission, ...]:
    """The submissions of one theme, oldest first."""
    return tuple(sorted((s for s in submissions if s.theme == theme), key=lambda s: s.revision))


def _same(one: str, other: str) -> bool:
    return squeezed(one) == squeezed(other)


def _answers_the_same(old: Item, new: Item, title: str) -> bool:
    """Whether two items answer one field or stand under one heading of their own.

    Text without a heading gets the theme's ``title``: sharing that says nothing about replacing."""
    if old.field is not None and old.field == new.field:
        return True
    return _same(old.heading, new.heading) and not _same(new.heading, title)


def _replaced_by(item: Item, new: Submission, title: str) -> bool:
    """Whether a new submission takes the place of an item that stands."""
    if item.person != new.person:
        return False
    if new.mode == "all":
        return True
    if new.mode == "adds":
        return False
    return any(_answers_the_same(item, other, title) for other in new.items)


LEAST_VERSION = 80  # characters: shorter texts may well be alike and yet two stories
ALIKE = 92  # per cent: above, a text is a newer version of the other


def same_story(old: Item, new: Item, title: str) -> bool:
    """Whether two items say the same, links and pictures included, and no heading of their own sets them apart."""
    apart = not _same(old.heading, new.heading) and not _same(title, old.heading) and not _same(title, new.heading)
    return not apart and squeezed(_item_text(old)) == squeezed(_item_text(new))


def newer_version(old: Item, new: Item, title: str) -> bool:
    """Whether an item is the other with small edits, or with more under it, under the same heading (or under none)."""
    before, after = squeezed(_item_text(old)), squeezed(_item_text(new))
    comparable = _same(old.heading, new.heading) or _same(new.heading, title)
    if not comparable or len(before) < LEAST_VERSION:
        return False
    from rapidfuzz import fuzz  # here: a pass with nothing due need not load it

    goes_on = {squeezed(_block_words(b)) for b in old.blocks} <= {squeezed(_block_words(b)) for b in new.blocks}
    return goes_on or fuzz.ratio(before, after) >= ALIKE


def standing_items(submissions: Sequence[Submission], title: str = "") -> tuple[tuple[Item, ...], bool]:
    """The items of one theme that stand after all its submissions (oldest first), and whether it is a nil return.

    ``title`` is the theme's: text without a heading of its own stands under it. A nil return after items removes
    nothing (the receipt asks); items after a nil return take its place. What a lead asked for in words is done to what
    stood by then.
    """
    items: list[Item] = []
    nil = False
    for submission in submissions:
        items = mended(items, submission.mends)
        nil = nil and not any(mend.kind == "withdraw" for mend in submission.mends)
        if submission.nil and not submission.items:
            if submission.mode == "all":
                items = [item for item in items if item.person != submission.person]
            nil = not items
            continue
        if not submission.items:
            continue
        nil = False
        items = _merged(items, submission, title)
    return tuple(items), nil


def _merged(items: list[Item], new: Submission, title: str) -> list[Item]:
    """The items after one more submission; what replaces stands where the old stood."""
    waiting = list(new.items)
    merged: list[Item] = []
    for item in items:
        match = next((other for other in waiting if _takes_its_place(item, other, new, title)), None)
        if match is not None:
            unchanged = same_story(item, match, title) and (
                _same(item.heading, match.heading) or _same(match.heading, title)
            )
            merged.append(item if unchanged else match)
            waiting.remove(match)
        elif not _replaced_by(item, new, title):
            merged.append(item)
    return merged + waiting


def _takes_its_place(old: Item, new: Item, submission: Submission, title: str) -> bool:
    """Whether an item of a new submission stands where an old one stood."""
    if same_story(old, new, title):
        return True
    if old.person != submission.person or submission.mode == "adds":
        return False
    return _answers_the_same(old, new, title) or newer_version(old, new, title)


def _in_form_order(theme: Theme, items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Items that answer a field stand in the order of the form, the others after them as they came."""
    order = {field.key: at for at, field in enumerate(theme.fields)}
    return tuple(sorted(items, key=lambda item: order.get(item.field or "", len(order))))


def _joined(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Items that follow each other under one heading and from one person are printed as one."""
    joined: list[Item] = []
    for item in items:
        last = joined[-1] if joined else None
        if last is not None and last.person == item.person and _same(last.heading, item.heading):
            joined[-1] = last.model_copy(update={"blocks": (*last.blocks, *item.blocks)})
        else:
            joined.append(item)
    return tuple(joined)


def status_of(theme: Theme, submissions: Iterable[Submission], skipped: Sequence[str] = ()) -> SectionStatus:
    """Where a theme stands: in, nil, missing or skipped."""
    if theme.key in skipped:
        return SectionStatus.SKIPPED
    mine = of_theme(theme.key, submissions)
    items, nil = standing_items(mine, theme.title)
    if items or any(submission.statistics for submission in mine):
        return SectionStatus.IN
    return SectionStatus.NIL if nil else SectionStatus.MISSING


def not_in(themes: Iterable[Theme], submissions: Sequence[Submission], skipped: Sequence[str]) -> tuple[Theme, ...]:
    """The themes that nobody has answered yet."""
    return tuple(theme for theme in themes if status_of(theme, submissions, skipped) is SectionStatus.MISSING)


def section_now(
    theme: Theme,
    submissions: Iterable[Submission],
    *,
    statistics: StatisticsTable | None = None,
    mail_link: str = "",
) -> Section:
    """The section as it stands. ``statistics`` is the table to print if the theme has a series (the newest submitted
    one, or the last published one, chosen by the caller)."""
    items, nil = standing_items(of_theme(theme.key, submissions), theme.title)
    return Section(
        theme=theme.key,
        title=theme.title,
        items=_joined(_in_form_order(theme, items)),
        nil=nil and statistics is None,
        statistics=statistics,
        mail_link=mail_link,
    )


def submitted_statistics(theme: str, submissions: Iterable[Submission]) -> StatisticsTable | None:
    """The newest table that was accepted for a theme."""
    tables = [s.statistics for s in of_theme(theme, submissions) if s.statistics is not None]
    return tables[-1] if tables else None


def printed(sections: Iterable[Section]) -> tuple[Section, ...]:
    """The sections that are printed: those with something in them, and nil returns. A missing one prints nothing."""
    return tuple(section for section in sections if section.items or section.nil or section.statistics)


# ------------------------------------------------------------------------------------------- what changed


def _item_text(item: Item) -> str:
    return "\n".join(_block_words(block) for block in item.blocks)


def _block_words(block: Block) -> str:
    """Text and link targets of a block: a changed target is a change too."""
    if block.kind == "picture":
        return f"{block.digest} {block.alt}"
    if block.kind == "table":
        return block_text(block)
    return " ".join(f"{run.text}<{run.url}>" if run.url else run.text for run in block.runs)


def changes_between(old: Bulletin | None, new: Bulletin) -> tuple[str, ...]:
    """What changed between two drafts, one plain sentence each, section by section."""
    if old is None:
        return ()
    sentences: list[str] = []
    for name, words in _FRAME:
        if getattr(old, name) != getattr(new, name):
            sentences.append(f"{words} was changed.")
    before = {section.theme: section for section in old.sections}
    for section in new.sections:
        was = before.pop(section.theme, None)
        if was is None:
            sentences.append(f"{section.title}: new in this draft.")
        else:
            sentences += _section_changes(was, section)
    sentences += [f"{section.title}: no longer in this draft." for section in before.values()]
    if not sentences and [s.theme for s in old.sections] != [s.theme for s in new.sections]:
        sentences.append("The sections stand in another order.")
    return tuple(sentences)


_FRAME = (
    ("key", "The bulletin’s key"),
    ("period", "The period"),
    ("title", "The title"),
    ("month", "The month"),
    ("marking", "The marking"),
    ("intro", "The introduction"),
    ("contact", "The contact line"),
    ("author", "The author"),
    ("nil_sentence", "The sentence of a nil return"),
)


def _by_heading(items: Iterable[Item]) -> dict[tuple[str, int], Item]:
    """Items by heading and how often it came before: two items may share a heading."""
    named: dict[tuple[str, int], Item] = {}
    for item in items:
        named[item.heading, sum(heading == item.heading for heading, _ in named)] = item
    return named


def _section_changes(old: Section, new: Section) -> list[str]:
    said: list[str] = []
    if old.nil != new.nil:
        said.append(f"{new.title}: {'now a nil return' if new.nil else 'no longer a nil return'}.")
    if old.title != new.title:
        said.append(f"{new.title}: the title was “{old.title}” before.")
    before = _by_heading(old.items)
    for named, item in _by_heading(new.items).items():
        was = before.pop(named, None)
        if was is None:
            said.append(f"{new.title}: “{item.heading or new.title}” is new.")
        elif _item_text(was) != _item_text(item):
            said.append(f"{new.title}: “{item.heading or new.title}” was changed.{first_difference(was, item)}")
        elif was.blocks != item.blocks:
            said.append(f"{new.title}: “{item.heading or new.title}” looks different; its words are the same.")
    said += [f"{new.title}: “{heading or old.title}” was taken out." for heading, _ in before]
    if old.statistics != new.statistics:
        said.append(_statistics_change(new.title, old.statistics, new.statistics))
    if old.mail_link != new.mail_link:
        said.append(f"{new.title}: the link for readers’ questions was changed.")
    if not said and [item.heading for item in old.items] != [item.heading for item in new.items]:
        said.append(f"{new.title}: the items stand in another order.")
    return said


def first_difference(old: Item, new: Item, longest: int = 90) -> str:
    """The first line that differs, old and new, as a sentence with a space in front."""
    before, after = _item_text(old).split("\n"), _item_text(new).split("\n")
    for was, now in zip(before, after, strict=False):
        if was != now:
            start = next((at for at, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), 0)
            start = max(0, was.rfind(" ", 0, max(start - 20, 0)))
            return f" It said “{_cut(was[start:], longest)}”; now it says “{_cut(now[start:], longest)}”."
    more = len(after) - len(before)
    return f" It has {abs(more)} paragraph{'s' if abs(more) != 1 else ''} {'more' if more > 0 else 'fewer'}."


def _cut(text: str, longest: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 2].rsplit(" ", 1)[0] + " …"


def _statistics_change(title: str, old: StatisticsTable | None, new: StatisticsTable | None) -> str:
    if old is None:
        return f"{title}: the statistics are new."
    if new is None:
        return f"{title}: the statistics were taken out."
    differ = [
        f"{key} {old.totals.get(key, 0):,} → {value:,}"
        for key, value in new.totals.items()
        if old.totals.get(key) != value
    ]
    return f"{title}: the statistics were changed{' (' + ', '.join(differ) + ')' if differ else ''}."

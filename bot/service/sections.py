"""The sections of an edition as they stand, with the statistics that belong to them and what proof-reading says."""

from __future__ import annotations

from bot.core import keys
from bot.core.assemble import printed, section_now, submitted_statistics
from bot.core.edits import with_edits
from bot.core.model import Bulletin, Draft, Section, StatisticsTable, Theme
from bot.core.records import EditionView
from bot.core.timetable import month_title
from bot.service import figures
from bot.service.desk import Desk
from bot.service.readers import mail_link


def statistics_of(desk: Desk, view: EditionView, theme: Theme) -> StatisticsTable | None:
    """The table to print for a theme: the newest that was sent, else the last published one, marked as such."""
    if theme.series is None:
        return None
    sent = submitted_statistics(theme.key, view.submissions)
    return sent or figures.last_published(desk, view.edition.bulletin, theme)


def section_of(desk: Desk, view: EditionView, theme: Theme) -> Section:
    """One theme's section as it stands."""
    config = desk.bulletins[view.edition.bulletin]
    return section_now(
        theme,
        view.submissions,
        statistics=statistics_of(desk, view, theme),
        mail_link=mail_link(config, theme, view.edition.period),
    )


def bulletin_of(desk: Desk, view: EditionView) -> Bulletin:
    """The format-neutral bulletin as it stands: what is in, nil returns, nothing for what is missing or skipped; and
    the editor's words where a Word file was sent back."""
    config = desk.bulletins[view.edition.bulletin]
    themes = [theme for theme in config.themes if theme.key not in view.edition.skipped_themes]
    fresh = Bulletin(
        key=config.key,
        period=view.edition.period,
        title=config.title,
        month=month_title(view.edition.period),
        marking=config.marking,
        intro=config.intro,
        sections=printed(section_of(desk, view, theme) for theme in themes),
        contact=config.contact_runs(),
        author=config.author,
        nil_sentence=config.nil_sentence,
    )
    edited = edited_draft(desk, view)
    if edited is None:
        return fresh
    return with_edits(fresh, edited.bulletin, view.edition.edited_themes, view.edition.skipped_themes)


def edited_draft(desk: Desk, view: EditionView) -> Draft | None:
    """The draft that was the editor's own Word file, while its words stand."""
    number = view.edition.edited_draft
    return desk.store.draft(view.edition.id, number) if number is not None else None


def shared_seed(view: EditionView, number: int) -> str:
    """What the boundaries of the readers' shared body come from."""
    return keys.digest(f"{view.edition.bulletin}/{view.edition.period}/draft/{number}".encode())

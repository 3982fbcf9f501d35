"""check: configuration, templates, mailbox, store, clock, and who would get what. One line each, all of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bot.cli import Options
from bot.commands.shared import say
from bot.config import Config
from bot.core import keys
from bot.core.model import Bulletin, Item, Paragraph, Person, Run, Section
from bot.core.timetable import month_title, period_of
from bot.dictionary import OFF, ON
from bot.errors import BotError, ConfigError
from bot.mail.compose import Envelope, compose
from bot.mail.letters import AnswerLetter, RequestLetter
from bot.ports import StagedMail
from bot.render.html import render_html
from bot.render.pdf import pdf_available
from bot.render.template import check_template
from bot.render.text import render_text
from bot.render.word import render_word
from bot.service.desk import Account, Desk
from bot.service.joined import over_the_files
from bot.wiring import SystemClock, load, open_desk, word_template

MAILBOX_FAULT = 4


class Line(NamedTuple):
    """One thing that was checked."""

    good: bool
    text: str


def check(options: Options, send_to: str | None) -> int:
    """Everything, one line each; 0 when all is well, else the gravest exit code."""
    from bot.store.schema import VERSION

    config = load(options.config)
    say(f"ok    configuration in {config.directory}")
    for sentence in config.summary():
        say(f"      {sentence}")
    for bulletin in config.bulletins:
        say(f"      {bulletin.summary(SystemClock().now())[-1].strip()}")
    codes = [0]
    for sentence in _stopped(config, codes):
        say(f"FAULT {sentence}")
    try:
        with open_desk(config, os.environ) as desk:
            say(f"ok    store at schema {VERSION}")  # another one would not have been opened
            for problem in desk.absent.values():
                if problem.where not in {one.key for one in config.broken}:
                    codes.append(ConfigError.exit_code)
                    say(f"FAULT {problem.sentence} {problem.todo}")
            for over in over_the_files(desk):
                say(f"      {over['sentence']}")
                for change in over["lines"]:
                    say(f"        {change}")
            for step in (_templates, _mailboxes, _pdf, _spelling):
                for line in step(desk, codes):
                    say(("ok    " if line.good else "FAULT ") + line.text)
            if send_to is not None:
                say(_test_mail(desk, send_to))
    except BotError as error:
        say(f"FAULT {error}")
        codes.append(error.exit_code)
    return max(codes)


def _stopped(config: Config, codes: list[int]) -> Iterator[str]:
    """Bulletins with faults, each with all of its sentences; the others are checked as usual."""
    for broken in config.broken:
        codes.append(ConfigError.exit_code)
        yield f"{broken.key} is stopped by its configuration; the other bulletins go on."
        yield from (f"  {sentence}" for sentence in broken.problems)


def _tried(what: str, act: Callable[[], object], codes: list[int]) -> Line:
    """One thing done for real: a line, and the exit code when it fails."""
    try:
        act()
    except BotError as error:
        codes.append(error.exit_code)
        return Line(False, f"{what}: {error}")
    return Line(True, what)


def sample_bulletin(desk: Desk, key: str) -> Bulletin:
    """A small edition with every theme, to try the templates with."""
    config = desk.bulletins[key]
    period = period_of(desk.clock.now())
    text = (Paragraph(runs=(Run(text="A sample paragraph with "), Run(text="a link", url="https://www.example.org"))),)
    sections = tuple(
        Section(theme=theme.key, title=theme.title, items=(Item(heading=theme.title, blocks=text),))
        for theme in config.themes
    )
    return Bulletin(
        key=key,
        period=period,
        title=config.title,
        month=month_title(period),
        marking=config.marking,
        sections=sections,
        contact=config.contact_runs(),
    )


def _templates(desk: Desk, codes: list[int]) -> Iterator[Line]:
    """Every template, rendered with sample data."""
    for key in desk.bulletins:  # not desk.looks: that has bulletins, too, whose own mailbox could not be opened
        looks = desk.looks[key]
        bulletin = sample_bulletin(desk, key)
        file = word_template(desk.bulletins[key])
        yield _tried(f"{key}: Word template {file.name}", partial(_look_at_template, file), codes)
        yield _tried(f"{key}: Word edition", partial(render_word, bulletin, looks.word), codes)
        yield _tried(f"{key}: HTML edition", partial(render_html, bulletin), codes)
        yield _tried(f"{key}: text edition", partial(render_text, bulletin), codes)
        yield _tried(f"{key}: mail templates", partial(_sample_request, desk, key, bulletin.month), codes)


def _look_at_template(file: Path) -> None:
    """Raises TemplateError when the template cannot be used."""
    check_template(file.read_bytes())


def _sample_request(desk: Desk, key: str, month: str) -> bytes:
    """A request as the first theme's lead would get it."""
    config = desk.bulletins[key]
    theme = config.themes[0]
    letter = RequestLetter(
        bulletin=config.title, month=month, theme=theme.title, deadline=desk.clock.now(), fields=theme.fields
    )
    return compose(letter, _envelope(desk, key, theme.leads[0], "check"), templates=desk.looks[key].mails)


def _envelope(desk: Desk, key: str, to: Person, what: str) -> Envelope:
    config = desk.bulletins[key]
    now = desk.clock.now()
    return Envelope(
        sender=config.sender.address,
        sender_name=config.sender.name,
        recipient=to.address,
        recipient_name=to.name,
        message_id=keys.message_id_for(f"{what}/{now.isoformat()}", config.message_id_domain),
        date=now,
    )


def _mailboxes(desk: Desk, codes: list[int]) -> Iterator[Line]:
    """Each mailbox answers, and what it says about itself."""
    for account in desk.accounts:
        yield _tried(f"mailbox {account.mailbox.name}", partial(_look, account), codes)
        report = getattr(account.mailbox, "check", None)
        if report is not None:
            for seen in report():
                codes.append(0 if seen.ok else MAILBOX_FAULT)
                yield Line(seen.ok, f"  {seen.topic}: {seen.says}" + (f" {seen.todo}" if seen.todo else ""))


def _look(account: Account) -> None:
    """One look into the mailbox; nothing in it changes."""
    next(iter(account.mailbox.fetch_new(lambda ref: True, 1)), None)


def _spelling(desk: Desk, codes: list[int]) -> Iterator[Line]:
    yield Line(True, ON if desk.dictionary else OFF)


def _pdf(desk: Desk, codes: list[int]) -> Iterator[Line]:
    yield Line(True, "PDF can be made" if pdf_available() else "PDF cannot be made here (LibreOffice is not installed)")


def _test_mail(desk: Desk, address: str) -> str:
    """A test mail through the real send side."""
    key = next(iter(desk.bulletins))
    config = desk.bulletins[key]
    to = Person(name="", address=address)
    letter = AnswerLetter(
        bulletin=config.title,
        month=month_title(period_of(desk.clock.now())),
        about="a test mail",
        sentences=("This is a test. If you can read it, mail leaves the bot.",),
    )
    envelope = _envelope(desk, key, to, "test")
    sender = desk.account_of(key).sender
    mail = StagedMail(
        key=f"test/{envelope.message_id}",
        message_id=envelope.message_id,
        sender=envelope.sender,
        recipient=address,
        mail=compose(letter, envelope, templates=desk.looks[key].mails),
    )
    staged = mail.model_copy(update={"ref": sender.stage(mail)})
    sender.release(staged)
    return f"ok    a test mail was sent to {address}"

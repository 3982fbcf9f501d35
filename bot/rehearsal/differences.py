"""Two tellings of one edition, the recorded one and the rehearsed one: what differs, in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher
from itertools import groupby

from bot.rehearsal.told import Mail, Told

# Members of a Word file that differ whenever its content does.
FOLLOWS_CONTENT = ("[Content_Types]", "word/_rels/", "word/charts/", "word/embeddings/", "word/media/", "_rels/")
AROUND = 4  # words shown on each side of a difference
MOST_WORDS = 120  # of one difference in a text
MOST_SHOWN = 8  # of one kind; the others are counted
SLACK = timedelta(minutes=10)  # a tick of the rehearsal may come so much earlier or later than the recorded one
_TIME = re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)\b")


@dataclass(frozen=True)
class Group:
    """Differences of one kind: a title and lines."""

    title: str
    lines: tuple[str, ...]


def differences(recorded: Told, rehearsed: Told, names: Mapping[int, str]) -> tuple[Group, ...]:
    """All groups that have a line. ``names`` says in words which mail each number is."""
    made = (
        ("The edition", _edition(recorded, rehearsed)),
        ("Who is in", _standings(recorded, rehearsed)),
        ("Mails that came in", _received(recorded, rehearsed, names)),
        ("Sections", _sections(recorded, rehearsed)),
        ("Figures", _figures(recorded, rehearsed)),
        ("Findings", _findings(recorded, rehearsed)),
        ("Mails that go out", _mails(recorded, rehearsed)),
        ("The files", _files(recorded, rehearsed)),
    )
    return tuple(Group(title, found) for title, lines in made if (found := tuple(lines)))


def in_words(old: str, new: str) -> str:
    """Where two texts differ: [-what was-] {+what is+}, with a few words around; "" when the words are the same."""
    before, after = old.split(), new.split()
    if before == after:
        return ""
    said: list[str] = []
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for at, (kind, i, j, k, n) in enumerate(steps):
        if kind == "equal":
            same = before[i:j]
            head = same[:AROUND] if at else []
            tail = same[-AROUND:] if at + 1 < len(steps) else []
            short = len(same) <= len(head) + len(tail)
            said += same if short else [*head, "…", *tail]
            continue
        said += [f"[-{' '.join(before[i:j])}-]"] if j > i else []
        said += [f"{{+{' '.join(after[k:n])}+}}"] if n > k else []
    words = " ".join(said).split()
    return " ".join(words if len(words) <= MOST_WORDS else [*words[:MOST_WORDS], "… and more"])


def same_text(old: str, new: str) -> bool:
    """Whether two texts say the same, but for clock times that lie close together."""
    if old == new:
        return True
    if _TIME.sub("", old) != _TIME.sub("", new):
        return False
    pairs = zip(_TIME.findall(old), _TIME.findall(new), strict=True)
    return all(abs(_clock(a) - _clock(b)) <= SLACK for a, b in pairs)


def _clock(found: tuple[str, str]) -> timedelta:
    return timedelta(hours=int(found[0]), minutes=int(found[1]))


def _edition(old: Told, new: Told) -> Iterator[str]:
    if old.state != new.state:
        yield f"it was {_plain(old.state)}; it would be {_plain(new.state)}"
    if old.approved_by != new.approved_by:
        yield f"approved by {old.approved_by or 'nobody'}; it would be by {new.approved_by or 'nobody'}"


def _plain(state: str) -> str:
    return state.replace("_", " ")


def _standings(old: Told, new: Told) -> Iterator[str]:
    for theme in {**old.standings, **new.standings}:
        was, now = old.standings.get(theme, "no theme"), new.standings.get(theme, "no theme")
        if was != now:
            yield f"{theme}: {was}; it would be: {now}"


def _received(old: Told, new: Told, names: Mapping[int, str]) -> Iterator[str]:
    for number, was in old.received.items():
        now = new.received.get(number)
        if now is None:
            continue
        if (was.became, was.theme) != (now.became, now.theme):
            why = f" ({now.reasons[-1].rstrip('.')})" if now.reasons else ""
            yield f"{names[number]}: {_taken(was.became, was.theme)}; it would be: {_taken(now.became, now.theme)}{why}"
    for mail, theme in {**old.submissions, **new.submissions}:
        was_in, now_in = old.submissions.get((mail, theme)), new.submissions.get((mail, theme))
        if was_in and now_in and was_in != now_in:
            yield f"{names.get(mail, f'mail {mail}')}: {was_in} for {theme}; it would be: {now_in}"


def _taken(became: str, theme: str) -> str:
    return f"{became} for {theme}" if theme else became


def _sections(old: Told, new: Told) -> Iterator[str]:
    for theme in {**old.sections, **new.sections}:
        if theme not in new.sections:
            yield f"{old.titles[theme]}: it would not be printed"
            continue
        if theme not in old.sections:
            yield f"{new.titles[theme]}: it was not printed; it would be"
            continue
        if old.titles[theme] != new.titles[theme]:
            yield f"the title: {in_words(old.titles[theme], new.titles[theme])}"
        if old.sections[theme] != new.sections[theme]:
            changed = in_words("\n".join(old.sections[theme]), "\n".join(new.sections[theme]))
            yield f"{new.titles[theme]}: {changed or 'the same words, otherwise set in lines'}"
    if not old.sections and new.sections:
        return
    shared = [theme for theme in old.sections if theme in new.sections]
    if shared != [theme for theme in new.sections if theme in old.sections]:
        yield f"another order: {', '.join(new.titles[theme] for theme in new.sections)}"


def _figures(old: Told, new: Told) -> Iterator[str]:
    changed = []
    for place in {**old.figures, **new.figures}:
        was, now = old.figures.get(place, "not printed"), new.figures.get(place, "not printed")
        if was != now:
            theme, district, measure = place
            changed.append(f"{theme}, {district}, {measure}: {was}; it would be: {now}")
    return _shortened(changed)


def _findings(old: Told, new: Told) -> Iterator[str]:
    gone = [f"no longer found: {_finding(key, text)}" for key, text in old.findings.items() if key not in new.findings]
    fresh = [f"found anew: {_finding(key, text)}" for key, text in new.findings.items() if key not in old.findings]
    return _shortened([*gone, *fresh])


def _finding(key: tuple[str, str, str], message: str) -> str:
    return f"{key[0]} in {key[1]}: {message}" if key[1] else f"{key[0]}: {message}"


def _mails(old: Told, new: Told) -> Iterator[str]:
    """Who would get what; then, by kind, whose text is another."""
    lines: list[str] = []
    for key in {**old.mails, **new.mails}:
        was, now = old.mails.get(key), new.mails.get(key)
        before, after = was is not None and was.left, now is not None and now.left
        if before and not after and was is not None:
            lines.append(f"would not be sent: {_mail(was)}")
        elif after and not before and now is not None:
            lines.append(f"would be sent as well: {_mail(now)}")
    yield from _shortened(lines)
    other = [(was, now) for key, was in old.mails.items() if (now := new.mails.get(key)) and _reworded(was, now)]
    other.sort(key=lambda pair: pair[0].kind)
    for kind, pairs in groupby(other, key=lambda pair: pair[0].kind):
        found = list(pairs)
        was, now = found[0]
        times = (
            f"{len(found)} mails ({_plain(kind)}) would read otherwise"
            if len(found) > 1
            else f"{_mail(was)} would read otherwise"
        )
        yield f"{times}, {'the first ' if len(found) > 1 else ''}so: {in_words(was.text or '', now.text or '')}"


def _reworded(was: Mail, now: Mail) -> bool:
    both = was.left and now.left and was.text is not None and now.text is not None
    return both and not same_text(was.text or "", now.text or "")


def _mail(mail: Mail) -> str:
    return f"{_plain(mail.kind)} to {mail.recipient}"


def _files(old: Told, new: Told) -> Iterator[str]:
    """The Word file and the page, where what differs is not in the sections and figures already."""
    if not (old.word and new.word):
        return
    same = (old.titles, old.sections, old.figures) == (new.titles, new.sections, new.figures)
    if same and old.word != new.word:
        yield f"the words of the Word file: {in_words(' '.join(old.word), ' '.join(new.word))}"
    names = [name for name in {**old.package, **new.package} if old.package.get(name) != new.package.get(name)]
    names = sorted(name for name in names if same or not name.startswith(FOLLOWS_CONTENT))
    if names:
        yield f"the Word file is made otherwise: {', '.join(names)}"
    if same and old.page != new.page and old.word == new.word and not names:
        yield "the HTML edition is made otherwise, with the same words in Word"


def _shortened(lines: list[str]) -> Iterator[str]:
    yield from lines[:MOST_SHOWN]
    if len(lines) > MOST_SHOWN:
        yield f"and {len(lines) - MOST_SHOWN} more like these"

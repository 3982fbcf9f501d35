"""Who leads, who deputises and who reads: the lists that editors change by mail (PEOPLE).

Configuration files say who they are; a list that came by mail and was confirmed lies over them. The store keeps that
list whole, and of the files, as they stood then, digests only. So each person's later word holds: what was changed in
a file since is known from what stands there now (``standing``), and somebody who was taken off is named nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple

from pydantic import Field

from bot.core import keys
from bot.core.model import Person, Theme, Value

Role = Literal["lead", "deputy"]
MANY_REMOVED = 10  # so many readers fewer, or a fifth of them, is said loudly
A_FIFTH = 5


class LeadRow(Value):
    """One person of one theme: its lead, or a deputy."""

    theme: str  # key
    role: Role
    name: str
    address: str


class ReaderRow(Value):
    """One reader; ``csp`` is their partnership."""

    name: str
    address: str
    csp: str = ""


class People(Value):
    """The two lists, in the order of their sheets."""

    leads: tuple[LeadRow, ...] = ()
    readers: tuple[ReaderRow, ...] = ()


class KeptPeople(Value):
    """A list that was confirmed, as the store keeps it. ``files``: what the files said then, by digests of each row."""

    people: People
    files: dict[str, str]


def people_of(themes: Iterable[Theme], readers: Iterable[Person]) -> People:
    """The lists of a configuration."""
    leads = [
        LeadRow(theme=theme.key, role=role, name=person.name, address=person.address)
        for theme in themes
        for role, people in (("lead", theme.leads), ("deputy", theme.deputies))
        for person in people
    ]
    return People(
        leads=tuple(leads),
        readers=tuple(ReaderRow(name=one.name, address=one.address, csp=one.csp) for one in readers),
    )


def canonical(people: People) -> str:
    """The one spelling of a list: what digests are taken over."""
    return keys.canonical(people.model_dump())


def proposal_digest(now: People, wanted: People) -> str:
    """What a YES is bound to: exactly this change of exactly this list."""
    return keys.people_digest(canonical(now), canonical(wanted))


# ------------------------------------------------------------------------------------------- files and the list


def _rows(people: People) -> dict[tuple[str, ...], LeadRow | ReaderRow]:
    """Every row by what names it: a theme's person, a reader."""
    found: dict[tuple[str, ...], LeadRow | ReaderRow] = {("lead", row.theme, row.address): row for row in people.leads}
    return found | {("reader", row.address): row for row in people.readers}


def _mark(row: LeadRow | ReaderRow) -> str:
    return keys.people_digest(row.model_dump_json())


def kept(people: People, files: People) -> KeptPeople:
    """A list as the store keeps it, with what the files say meanwhile."""
    return KeptPeople(
        people=people, files={keys.people_digest(*name): _mark(row) for name, row in _rows(files).items()}
    )


def kept_bytes(over: KeptPeople) -> bytes:
    """A list as the bytes that the store keeps."""
    return keys.canonical(over.model_dump()).encode()


def read_kept(data: bytes) -> KeptPeople:
    """A list from the bytes that the store keeps."""
    return KeptPeople.model_validate_json(data)


def standing(files: People, over: KeptPeople, *, need_readers: bool = True) -> People:
    """Who holds: the confirmed list over the files. A row of a file that was added, changed or taken out since counts.

    A theme that would be left without a lead, or a bulletin without readers, keeps those of the files.
    """
    mailed, now = _rows(over.people), _rows(files)
    themes = dict.fromkeys(row.theme for row in files.leads)
    holding: list[LeadRow | ReaderRow] = []
    for name in dict.fromkeys((*mailed, *now)):
        there = now.get(name)
        unchanged = over.files.get(keys.people_digest(*name)) == (_mark(there) if there is not None else None)
        row = mailed.get(name) if unchanged else there
        if row is not None:
            holding.append(row)
    leads = [row for row in holding if isinstance(row, LeadRow)]
    readers = tuple(row for row in holding if isinstance(row, ReaderRow))
    led = {row.theme for row in leads if row.role == "lead"}
    of_files = {theme for theme in themes if theme not in led}
    leads = [row for row in leads if row.theme not in of_files] + [row for row in files.leads if row.theme in of_files]
    ordered = tuple(row for theme in themes for row in leads if row.theme == theme)
    return People(leads=ordered, readers=readers if readers or not need_readers else files.readers)


def themes_with(themes: Iterable[Theme], people: People) -> tuple[Theme, ...]:
    """The themes with the leads and deputies of a list; what the files say more of a person (their role) stays."""

    def of(theme: Theme, role: Role) -> tuple[Person, ...]:
        known = {(one.address, one.name): one for one in (*theme.leads, *theme.deputies)}
        rows = (row for row in people.leads if (row.theme, row.role) == (theme.key, role))
        return tuple(known.get((r.address, r.name), Person(name=r.name, address=r.address)) for r in rows)

    return tuple(t.model_copy(update={"leads": of(t, "lead"), "deputies": of(t, "deputy")}) for t in themes)


def readers_with(readers: Iterable[Person], people: People) -> tuple[Person, ...]:
    """The readers of a list; what the file says more of them stays."""
    known = {(one.address, one.name, one.csp): one for one in readers}
    return tuple(
        known.get((row.address, row.name, row.csp), Person(name=row.name, address=row.address, csp=row.csp))
        for row in people.readers
    )


# ----------------------------------------------------------------------------------------------- the difference


class Difference(Value):
    """What changes between two lists, in words. ``lines``: one a person, removals first; ``counts`` by who and what
    ("reader added"); ``warnings``: what an editor should not overlook."""

    lines: tuple[str, ...] = ()
    counts: dict[str, int] = Field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def in_short(self) -> str:
        """ "3 readers added, 1 removed; 1 lead or deputy moved"."""
        parts = []
        for noun, one, many in (("reader", "reader", "readers"), ("lead", "lead or deputy", "leads or deputies")):
            found = [(verb, self.counts[f"{noun} {verb}"]) for verb in _VERBS if f"{noun} {verb}" in self.counts]
            words = [f"{number} {verb}" for verb, number in found]
            if found:
                verb, number = found[0]
                words[0] = f"{number} {one if number == 1 else many} {verb}"
                parts.append(", ".join(words))
        return "; ".join(parts) or "no difference"


class _Row(NamedTuple):
    """A row for comparing: what names it for certain, and the person's name, address and place."""

    identity: tuple[str, ...]
    name: str
    address: str
    place: str

    def who(self) -> str:
        return f"{self.name} <{self.address}>"


_VERBS = ("removed", "added", "moved", "changed")
_Told = tuple[str, str]  # one of the verbs, a line


def difference(before: People, after: People, titles: Mapping[str, str]) -> Difference:
    """What changes from one list to another; ``titles`` are the themes' names by key. Order alone changes nothing."""
    told: dict[str, list[_Told]] = {
        "reader": _told(_reader_rows(before), _reader_rows(after)),
        "lead": _told(_lead_rows(before, titles), _lead_rows(after, titles)),
    }
    counts: dict[str, int] = {}
    for noun, found in told.items():
        for verb, _ in found:
            counts[f"{noun} {verb}"] = counts.get(f"{noun} {verb}", 0) + 1
    both = [*told["reader"], *told["lead"]]
    lines = tuple(line for wanted in _VERBS for verb, line in both if verb == wanted)
    warnings = (*_few_left(before, after, counts.get("reader removed", 0)), *_new_hands(before, after, titles))
    return Difference(lines=lines, counts=counts, warnings=warnings)


def _reader_rows(people: People) -> list[_Row]:
    place = {row.csp: f"reader in {row.csp}" if row.csp else "reader" for row in people.readers}
    return [_Row((row.address,), row.name, row.address, place[row.csp]) for row in people.readers]


def _lead_rows(people: People, titles: Mapping[str, str]) -> list[_Row]:
    return [
        _Row((row.theme, row.address), row.name, row.address, f"{row.role} of {titles.get(row.theme, row.theme)}")
        for row in people.leads
    ]


# Who is the same person in both lists: the same row; else the only one with that address; else the only one of that
# name in that place, who then has a new address.
_SAME: tuple[Callable[[_Row], Any], ...] = (
    lambda row: row.identity,
    lambda row: row.address,
    lambda row: (row.name.casefold(), row.place),
)


def _told(before: list[_Row], after: list[_Row]) -> list[_Told]:
    gone, come = list(before), list(after)
    told: list[_Told] = []
    for name in _SAME:
        old, new = _by(gone, name), _by(come, name)
        pairs = [(rows[0], new[key][0]) for key, rows in old.items() if len(rows) == len(new.get(key, ())) == 1]
        for was, now in pairs:
            told += _changed(was, now)
        left, right = {was for was, _ in pairs}, {now for _, now in pairs}
        gone, come = [row for row in gone if row not in left], [row for row in come if row not in right]
    told += [("removed", f"Removed: {row.who()}, {row.place}") for row in gone]
    told += [("added", f"Added: {row.who()}, {row.place}") for row in come]
    return told


def _by(rows: Iterable[_Row], name: Callable[[_Row], Any]) -> dict[Any, list[_Row]]:
    found: dict[Any, list[_Row]] = {}
    for row in rows:
        found.setdefault(name(row), []).append(row)
    return found


def _changed(was: _Row, now: _Row) -> list[_Told]:
    """What became of one person: one line, whatever changed."""
    changes = []
    if was.address != now.address:
        changes.append(f"the address becomes {now.address}")
    if was.name != now.name:
        changes.append(f"the name becomes “{now.name}”")
    if was.place != now.place:
        return [("moved", "; ".join((f"Moved: {was.who()}, {was.place}, is now {now.place}", *changes)))]
    return [("changed", f"Changed: {was.who()}, {was.place}: {'; '.join(changes)}")] if changes else []


def _few_left(before: People, after: People, gone: int) -> list[str]:
    """Many readers fewer, or a partnership without one: the slip of a filter, a sort, a half-copied sheet."""
    said: list[str] = []
    total = len(before.readers)
    if gone and (gone >= MANY_REMOVED or gone * A_FIFTH >= total):
        said.append(f"WARNING: {gone} of {total} readers would no longer get the bulletin. Is that meant?")
    left = {row.csp.casefold() for row in after.readers}
    lost = dict.fromkeys(row.csp for row in before.readers if row.csp and row.csp.casefold() not in left)
    if lost:
        said.append(f"WARNING: no reader would be left in {', '.join(lost)}.")
    return said


def _new_hands(before: People, after: People, titles: Mapping[str, str]) -> list[str]:
    """Themes whose leads all go."""

    def led_by(people: People, theme: str) -> set[str]:
        return {row.address for row in people.leads if (row.theme, row.role) == (theme, "lead")}

    changed = [key for key in titles if led_by(before, key) and not led_by(before, key) & led_by(after, key)]
    return [f"WARNING: {titles[key]} gets other leads altogether." for key in changed]

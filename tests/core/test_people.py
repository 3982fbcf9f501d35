"""The lists of people: what lies over the files, and a difference in words."""

from __future__ import annotations

import pytest

from bot.core.model import Person
from bot.core.people import (
    MANY_REMOVED,
    LeadRow,
    People,
    ReaderRow,
    Role,
    difference,
    kept,
    kept_bytes,
    people_of,
    proposal_digest,
    read_kept,
    readers_with,
    standing,
    themes_with,
)
from tests.core.builders import HATE, READERS, RULES, THEMES

TITLES = RULES.titles()


def lead(name: str, theme: str = "hate-crime", role: Role = "lead") -> LeadRow:
    return LeadRow(theme=theme, role=role, name=name.title(), address=f"{name}@council.example.org")


def reader(name: str, csp: str = "Dacorum") -> ReaderRow:
    return ReaderRow(name=name.title(), address=f"{name}@district.example", csp=csp)


FILES = People(leads=(lead("ann"), lead("bea", role="deputy")), readers=(reader("rob"), reader("sue"), reader("tom")))


def with_readers(*readers: ReaderRow) -> People:
    return FILES.model_copy(update={"readers": readers})


def with_leads(*leads: LeadRow) -> People:
    return FILES.model_copy(update={"leads": leads})


def names(people: People) -> list[str]:
    return [row.name for row in people.readers]


def test_a_configuration_has_lists_and_takes_them_back_with_what_it_knows_of_each_person() -> None:
    people = people_of(THEMES, READERS)
    assert [(row.theme, row.role) for row in people.leads[:3]] == [
        ("hate-crime", "lead"),
        ("hate-crime", "deputy"),
        ("hate-crime", "deputy"),
    ]
    assert themes_with(THEMES, people) == THEMES
    assert readers_with(READERS, people) == READERS
    officer = HATE.model_copy(update={"leads": (Person(name="Ann", address="ann@council.example.org", role="PC"),)})
    (changed,) = themes_with((officer,), with_leads(lead("ann", role="deputy"), lead("eve")))
    assert changed.leads == (Person(name="Eve", address="eve@council.example.org"),)
    assert changed.deputies == officer.leads
    assert readers_with(READERS, FILES)[0] == Person(name="Rob", address="rob@district.example", csp="Dacorum")


def test_a_list_is_kept_with_digests_of_the_files_so_that_nobody_who_was_taken_off_is_named() -> None:
    data = kept_bytes(kept(with_readers(reader("sue"), reader("tom")), FILES))
    assert b"sue@" in data
    assert b"rob" not in data.lower()
    assert read_kept(data) == kept(with_readers(reader("sue"), reader("tom")), FILES)


def test_what_came_by_mail_goes_before_the_files() -> None:
    mailed = People(leads=(lead("eve"), lead("ann", role="deputy")), readers=(reader("sue"), reader("una")))
    assert standing(FILES, kept(mailed, FILES)) == mailed


@pytest.mark.parametrize(
    ("files", "mailed", "now", "hold"),
    [
        ("rob", "rob sue", "rob una", "rob sue una"),  # added by mail, and another one by hand
        ("rob sue", "sue", "rob sue una", "sue una"),  # taken off by mail, one added by hand
        ("rob sue", "rob sue una", "sue", "sue una"),  # taken out of the file later
        ("rob sue", "rob", "rob", "rob"),  # taken off by both
        ("rob", "rob una", "rob una", "rob una"),  # added by both
    ],
)
def test_what_changed_in_a_file_since_counts_person_by_person(files: str, mailed: str, now: str, hold: str) -> None:
    was, by_mail, is_, wanted = (with_readers(*map(reader, text.split())) for text in (files, mailed, now, hold))
    assert names(standing(is_, kept(by_mail, was))) == names(wanted)


def test_for_one_person_the_later_word_holds() -> None:
    by_mail = with_readers(reader("rob", "Stevenage"))
    assert standing(with_readers(reader("rob")), kept(by_mail, with_readers(reader("rob")))) == by_mail
    later = with_readers(reader("rob", "Watford"))
    assert standing(later, kept(by_mail, with_readers(reader("rob")))) == later


def test_a_theme_never_loses_its_last_lead_and_a_bulletin_never_its_last_reader() -> None:
    was = with_leads(lead("ann"), lead("bea"), lead("pat", "prevent"))
    by_mail = with_leads(lead("bea"), lead("ann", role="deputy"), lead("pat", "prevent"), lead("old", "gone"))
    now = with_leads(lead("ann"), lead("pat", "prevent"))
    assert standing(now, kept(by_mail, was)).leads == now.leads
    nobody = standing(
        with_readers(reader("rob")), kept(with_readers(reader("sue")), with_readers(*map(reader, ("rob", "sue"))))
    )
    assert names(nobody) == ["Rob"]
    empty = kept(with_readers(), with_readers(reader("rob")))
    assert standing(with_readers(reader("rob")), empty, need_readers=False).readers == ()


def test_a_yes_is_bound_to_the_list_before_and_the_list_after() -> None:
    one, two, three = FILES, with_readers(reader("rob")), with_readers(reader("sue"))
    assert len({proposal_digest(a, b) for a in (one, two, three) for b in (one, two, three)}) == 9


# ----------------------------------------------------------------------------------------------- the difference


def test_the_difference_says_who_is_removed_added_moved_and_changed() -> None:
    after = People(
        leads=(lead("bea"), lead("eve", role="deputy")),
        readers=(
            reader("sue", "Stevenage"),
            ReaderRow(name="Tom", address="tom.new@district.example", csp="Dacorum"),
            ReaderRow(name="Una", address="una@district.example"),
        ),
    )
    found = difference(FILES, after, TITLES)
    assert found.lines == (
        "Removed: Rob <rob@district.example>, reader in Dacorum",
        "Removed: Ann <ann@council.example.org>, lead of Hate Crime",
        "Added: Una <una@district.example>, reader",
        "Added: Eve <eve@council.example.org>, deputy of Hate Crime",
        "Moved: Sue <sue@district.example>, reader in Dacorum, is now reader in Stevenage",
        "Moved: Bea <bea@council.example.org>, deputy of Hate Crime, is now lead of Hate Crime",
        "Changed: Tom <tom@district.example>, reader in Dacorum: the address becomes tom.new@district.example",
    )
    assert found.in_short() == (
        "1 reader removed, 1 added, 1 moved, 1 changed; 1 lead or deputy removed, 1 added, 1 moved"
    )


def test_a_new_name_is_a_change_and_a_lead_may_move_to_another_theme() -> None:
    renamed = FILES.readers[0].model_copy(update={"name": "Robin"})
    (line,) = difference(FILES, with_readers(renamed, *FILES.readers[1:]), TITLES).lines
    assert line == "Changed: Rob <rob@district.example>, reader in Dacorum: the name becomes “Robin”"
    moved = with_leads(lead("ann"), lead("bea", "prevent").model_copy(update={"name": "Bea B"}))
    (line,) = difference(FILES, moved, TITLES).lines
    assert line == (
        "Moved: Bea <bea@council.example.org>, deputy of Hate Crime, is now lead of Prevent; the name becomes “Bea B”"
    )


def test_order_is_no_difference_and_several_of_one_kind_are_counted() -> None:
    turned = with_readers(*reversed(FILES.readers))
    assert difference(FILES, turned, TITLES).in_short() == "no difference"
    assert difference(with_readers(), FILES, TITLES).in_short() == "3 readers added"
    two = with_leads(*FILES.leads, lead("eve", "prevent"), lead("fay", "prevent"))
    assert difference(FILES, two, TITLES).in_short() == "2 leads or deputies added"


@pytest.mark.parametrize(
    ("before", "gone", "loud"), [(5, 1, True), (6, 1, False), (200, MANY_REMOVED, True), (200, MANY_REMOVED - 1, False)]
)
def test_many_removals_are_said_loudly(before: int, gone: int, loud: bool) -> None:
    people = with_readers(*(reader(f"r{number}") for number in range(before)))
    after = with_readers(*people.readers[gone:])
    warned = f"WARNING: {gone} of {before} readers would no longer get the bulletin. Is that meant?"
    assert (warned in difference(people, after, TITLES).warnings) is loud


def test_a_partnership_without_readers_and_a_theme_with_other_leads_are_warned_of() -> None:
    one = with_readers(*(reader(f"r{number}") for number in range(8)), reader("sue", "Stevenage"), reader("none", ""))
    found = difference(one, with_readers(*one.readers[:8]), TITLES)
    assert "WARNING: no reader would be left in Stevenage." in found.warnings
    found = difference(FILES, with_leads(lead("eve"), lead("ann", role="deputy")), TITLES)
    assert found.warnings == ("WARNING: Hate Crime gets other leads altogether.",)

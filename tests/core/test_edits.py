"""Edits in Word, as values: what differs, what must be looked at, and how later drafts keep the editor's words."""

from __future__ import annotations

from datetime import timedelta

from bot.core.edits import MOST_NAMED, notes_about_edits, theme_edits, warnings_between, with_edits
from bot.core.model import Bulletin, Heading, Item, Paragraph, Picture, Run, Section, Table
from tests.core.builders import AFTER_DEADLINE, bulletin, edition, item, statistics, submission


def section(theme: str, text: str = "Some text.", **changed: object) -> Section:
    """A section of one item."""
    values = {"theme": theme, "title": theme.title(), "items": (item(theme.title(), text),)}
    return Section(**{**values, **changed})  # type: ignore[arg-type]


def words(given: Bulletin) -> dict[str, str]:
    """The first paragraph of each section, in order."""
    return {s.theme: s.items[0].blocks[0].runs[0].text for s in given.sections if s.items}  # type: ignore[union-attr]


OLD = bulletin(section("hate"), section("drugs"), section("prevent"))


def test_edits_are_named_theme_by_theme_and_a_theme_without_any_is_not_named() -> None:
    new = bulletin(section("hate", "Other text."), section("drugs"), section("extra"))
    found = theme_edits(OLD, new)
    assert [(edit.theme, edit.title) for edit in found] == [
        ("hate", "Hate"),
        ("prevent", "Prevent"),
        ("extra", "Extra"),
    ]
    assert "It said “Some text.”; now it says “Other text.”" in found[0].sentences[0]
    assert found[1].sentences == ("Prevent: no longer in this draft.",)
    assert found[2].sentences == ("Extra: new in this draft.",)


def test_two_sections_of_one_name_are_compared_together() -> None:
    twice = bulletin(section("hate"), section("hate", "More."))
    assert theme_edits(twice, twice) == ()


def linked(text: str, url: str) -> Section:
    """A section with a link in a paragraph and one in a table."""
    run = (Run(text=text, url=url),)
    blocks = (Paragraph(runs=run), Table(rows=((run,),)), Picture(digest="d", alt="A chart"), Heading(runs=run))
    return section("hate", items=(Item(heading="H", blocks=blocks),))


def test_a_changed_link_is_warned_about_wherever_it_stands() -> None:
    before, after = linked("Here", "https://one.example"), linked("Here", "https://two.example")
    (said,) = warnings_between(bulletin(before), bulletin(after))
    assert said.startswith("Hate: please check the links:")
    assert said.count("“https://one.example” is now “https://two.example”") == 3


def test_a_mail_link_is_a_contact_and_no_link() -> None:
    before = linked("a@one.example", "mailto:a@one.example")
    after = linked("b@one.example", "mailto:b@one.example")
    (said,) = warnings_between(bulletin(before), bulletin(after))
    assert said.startswith("Hate: please check the contacts:")


def test_a_changed_telephone_number_is_a_contact_and_not_a_number() -> None:
    before, after = section("hate", "Call 01992 555 123."), section("hate", "Call 01992 555 124.")
    (said,) = warnings_between(bulletin(before), bulletin(after))
    assert said == "Hate: please check the contacts: “01992 555 123” is now “01992 555 124”."


def test_numbers_that_are_new_or_gone_are_named_and_those_that_stay_are_not() -> None:
    before, after = section("hate", "40 places on 11 October."), section("hate", "On 11 October.")
    assert warnings_between(bulletin(before), bulletin(after)) == ("Hate: please check the numbers: “40” is gone.",)
    assert warnings_between(bulletin(after), bulletin(before)) == ("Hate: please check the numbers: “40” is new.",)
    assert warnings_between(bulletin(before), bulletin(before)) == ()


def test_a_theme_that_was_taken_out_warns_about_what_went_with_it() -> None:
    before = bulletin(section("hate", "40 places."))
    assert warnings_between(before, bulletin()) == ("Hate: please check the numbers: “40” is gone.",)


def test_many_differences_are_counted() -> None:
    many = " ".join(str(number) for number in range(100, 100 + MOST_NAMED + 3))
    (said,) = warnings_between(bulletin(section("hate", many)), bulletin(section("hate", "none")))
    assert said.endswith("and 3 more.")


# ---------------------------------------------------------------------------------------------- later drafts


def test_edited_themes_keep_the_editors_words_and_the_others_follow_the_leads() -> None:
    edited = bulletin(section("hate", "Edited."), section("drugs"), section("prevent"))
    fresh = bulletin(section("hate", "From the lead."), section("drugs", "News."), section("prevent"))
    assert words(with_edits(fresh, edited, ("hate",))) == {"hate": "Edited.", "drugs": "News.", "prevent": "Some text."}


def test_figures_and_the_readers_link_always_come_from_the_leads() -> None:
    edited = bulletin(section("drugs", "Edited.", statistics=statistics(1)))
    fresh = bulletin(section("drugs", "Lead.", statistics=statistics(2), mail_link="mailto:x"))
    (kept,) = with_edits(fresh, edited, ("drugs",)).sections
    assert kept.statistics == statistics(2)
    assert kept.mail_link == "mailto:x"


def test_a_late_section_goes_to_its_usual_place_in_the_editors_order() -> None:
    edited = bulletin(section("prevent"), section("hate", "Edited."))
    fresh = bulletin(section("hate"), section("drugs"), section("prevent"), section("violence"))
    stands = with_edits(fresh, edited, ("hate",))
    assert [s.theme for s in stands.sections] == ["drugs", "prevent", "hate", "violence"]


def test_what_the_editor_took_out_stays_out_and_what_they_put_in_stays_in() -> None:
    edited = bulletin(section("hate"), section("extra", "Mine."))
    fresh = bulletin(section("hate"), section("drugs"))
    assert list(words(with_edits(fresh, edited, ("drugs", "extra")))) == ["hate", "extra"]


def test_a_skipped_theme_and_one_that_is_no_longer_there_are_left_out() -> None:
    edited = bulletin(section("hate", "Edited."), section("drugs"), section("prevent"))
    stands = with_edits(bulletin(section("prevent")), edited, ("hate",), skipped=("hate",))
    assert [s.theme for s in stands.sections] == ["prevent"]


def test_the_frame_that_was_edited_stays() -> None:
    edited = bulletin(section("hate"), intro="A word first.", title="The Update")
    stands = with_edits(bulletin(section("hate"), marking="OFFICIAL"), edited, ())
    assert (stands.intro, stands.title, stands.marking) == ("A word first.", "The Update", "OFFICIAL")


TITLES = {"hate-crime": "Hate Crime", "prevent": "Prevent"}


def test_a_newer_reply_for_an_edited_theme_is_told() -> None:
    seen = edition("in_review", edited_draft=2, edited_themes=("hate-crime",), edited_seen_at=AFTER_DEADLINE)
    newer = submission(item("News"), at=AFTER_DEADLINE + timedelta(minutes=1))
    (note,) = notes_about_edits(seen, (newer,), TITLES)
    assert "a newer reply is not in for: Hate Crime." in note
    assert "CHANGES" in note


def test_nothing_is_told_of_older_replies_other_themes_or_without_edits() -> None:
    seen = edition("in_review", edited_draft=2, edited_themes=("prevent",), edited_seen_at=AFTER_DEADLINE)
    newer = submission(item("News"), at=AFTER_DEADLINE + timedelta(minutes=1))
    assert notes_about_edits(seen, (newer,), TITLES) == ()
    assert notes_about_edits(seen, (newer.model_copy(update={"theme": "prevent", "at": AFTER_DEADLINE}),), TITLES) == ()
    assert notes_about_edits(edition("in_review"), (newer,), TITLES) == ()
    assert notes_about_edits(edition("in_review", edited_draft=2), (newer,), TITLES) == ()

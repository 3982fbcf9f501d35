"""From replies to the bulletin: what stands after several replies, and what the editor hears of two drafts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.assemble import (
    changes_between,
    not_in,
    of_theme,
    printed,
    section_now,
    standing_items,
    status_of,
    submitted_statistics,
)
from bot.core.model import (
    Bulletin,
    Heading,
    Item,
    ListItem,
    Paragraph,
    Picture,
    Run,
    Section,
    SectionStatus,
    Submission,
    Table,
    block_text,
)
from tests.core.builders import (
    DRUGS,
    HATE,
    HATE_DEPUTY,
    PREVENT,
    THEMES,
    bulletin,
    in_order,
    item,
    nil_return,
    runs,
    statistics,
    submission,
)

REPORTING = item("Third party reporting", "Six centres are open.", field="F1")
WEEK = item("Awareness week", "It starts on Monday.", field="F2")


def standing(*submissions: Submission) -> list[str]:
    """The headings and first words that stand after some replies."""
    items, _ = standing_items(in_order(*submissions), HATE.title)
    return [f"{one.heading}: {block_text(one.blocks[0])}" for one in items]


# -------------------------------------------------------------------------------------- several replies, one theme


def test_a_later_reply_replaces_only_the_field_that_it_answers() -> None:
    later = item("Awareness week", "It starts on Tuesday.", field="F2")
    assert standing(submission(REPORTING, WEEK), submission(later)) == [
        "Third party reporting: Six centres are open.",
        "Awareness week: It starts on Tuesday.",
    ]


def test_a_field_that_was_not_answered_before_is_added() -> None:
    assert standing(submission(REPORTING), submission(WEEK)) == [
        "Third party reporting: Six centres are open.",
        "Awareness week: It starts on Monday.",
    ]


def test_another_persons_reply_is_added_even_when_it_answers_the_same_field() -> None:
    other = item("Third party reporting", "Seven, says the deputy.", field="F1", of=HATE_DEPUTY)
    assert standing(submission(REPORTING), submission(other, of=HATE_DEPUTY)) == [
        "Third party reporting: Six centres are open.",
        "Third party reporting: Seven, says the deputy.",
    ]


def test_another_person_who_says_that_it_replaces_everything_replaces_only_what_is_theirs() -> None:
    mine, theirs = item("One", "mine"), item("Two", "theirs", of=HATE_DEPUTY)
    newer = item("Three", "theirs again", of=HATE_DEPUTY)
    assert standing(
        submission(mine), submission(theirs, of=HATE_DEPUTY), submission(newer, of=HATE_DEPUTY, mode="all")
    ) == ["One: mine", "Three: theirs again"]


def test_free_text_is_added_when_it_does_not_say_that_it_replaces() -> None:
    first, second = item(HATE.title, "First thoughts."), item(HATE.title, "Second thoughts.")
    assert standing(submission(first), submission(second)) == [
        "Hate Crime: First thoughts.",
        "Hate Crime: Second thoughts.",
    ]


def test_free_text_replaces_when_it_says_so() -> None:
    first, second = item(HATE.title, "First thoughts."), item(HATE.title, "Second thoughts.")
    assert standing(submission(first), submission(second, mode="all")) == ["Hate Crime: Second thoughts."]


def test_free_text_under_the_themes_title_does_not_replace_a_field_of_that_title() -> None:
    field = item(HATE.title, "The answer.", field="F1")
    assert standing(submission(field), submission(item(HATE.title, "One more thing."))) == [
        "Hate Crime: The answer.",
        "Hate Crime: One more thing.",
    ]


def test_text_under_the_same_heading_of_its_own_takes_the_place_of_what_stood_there() -> None:
    first, second = item("Vigil in  June", "At six."), item("vigil in June", "At seven.")
    assert standing(submission(WEEK, first), submission(second)) == [
        "Awareness week: It starts on Monday.",
        "vigil in June: At seven.",
    ]


def test_a_reply_that_adds_replaces_nothing_not_even_its_own_field() -> None:
    more = item("Third party reporting", "And one more.", field="F1")
    assert len(standing(submission(REPORTING), submission(more, mode="adds"))) == 2


def test_everything_replaced_keeps_its_place_where_fields_meet_and_the_rest_goes() -> None:
    new_reporting = item("Third party reporting", "Seven centres.", field="F1")
    assert standing(
        submission(item("Old news"), REPORTING), submission(item("New news"), new_reporting, mode="all")
    ) == ["Third party reporting: Seven centres.", "New news: Some text."]


def test_one_answer_takes_the_place_of_two_that_stood_under_its_field() -> None:
    twice = submission(REPORTING, item("Third party reporting", "Twice.", field="F1"))
    assert standing(twice, submission(item("Third party reporting", "Once.", field="F1"))) == [
        "Third party reporting: Once."
    ]


def test_a_mail_without_text_or_nil_changes_nothing() -> None:
    empty = submission(statistics=statistics())
    assert standing(submission(REPORTING), empty) == standing(submission(REPORTING))


# ------------------------------------------------------------------------------------------------ nil returns


def test_a_nil_return_after_text_removes_nothing() -> None:
    items, nil = standing_items(in_order(submission(REPORTING), nil_return()))
    assert (items, nil) == ((REPORTING,), False)


def test_a_nil_return_that_says_it_replaces_takes_the_persons_text_out() -> None:
    items, nil = standing_items(in_order(submission(REPORTING), nil_return(mode="all")))
    assert (items, nil) == ((), True)


def test_a_nil_return_never_takes_out_what_somebody_else_wrote() -> None:
    theirs = item("One", of=HATE_DEPUTY)
    items, nil = standing_items(in_order(submission(theirs, of=HATE_DEPUTY), nil_return(mode="all")))
    assert (items, nil) == ((theirs,), False)


def test_text_after_a_nil_return_takes_its_place() -> None:
    items, nil = standing_items(in_order(nil_return(), submission(REPORTING)))
    assert (items, nil) == ((REPORTING,), False)


def test_a_mail_that_holds_nothing_leaves_a_nil_return_standing() -> None:
    assert standing_items(in_order(nil_return(), submission())) == ((), True)


# ---------------------------------------------------------------------------------------- where a theme stands


def test_a_themes_replies_are_taken_in_the_order_of_their_numbers() -> None:
    first, second = in_order(submission(REPORTING), submission(WEEK))
    other = submission(theme=DRUGS, revision=1)
    assert of_theme("hate-crime", [second, other, first]) == (first, second)


@pytest.mark.parametrize(
    ("submissions", "skipped", "status"),
    [
        ((), (), SectionStatus.MISSING),
        ((submission(REPORTING),), (), SectionStatus.IN),
        ((nil_return(),), (), SectionStatus.NIL),
        ((submission(statistics=statistics()),), (), SectionStatus.IN),
        ((submission(),), (), SectionStatus.MISSING),
        ((nil_return(), submission(statistics=statistics())), (), SectionStatus.IN),
        ((submission(REPORTING),), ("hate-crime",), SectionStatus.SKIPPED),
    ],
    ids=[
        "nobody wrote",
        "text",
        "nil",
        "figures alone",
        "a mail that holds nothing",
        "nil, then figures",
        "skipped by the editor",
    ],
)
def test_a_theme_is_in_nil_missing_or_skipped(
    submissions: tuple[Submission, ...], skipped: tuple[str, ...], status: SectionStatus
) -> None:
    assert status_of(HATE, in_order(*submissions), skipped) is status


def test_who_is_not_in_are_those_who_neither_wrote_nor_said_nil_nor_were_skipped() -> None:
    replies = (submission(REPORTING, revision=1),)
    assert not_in(THEMES, replies, ("prevent",)) == (DRUGS,)


# -------------------------------------------------------------------------------------------------- sections


def test_a_section_prints_fields_in_the_order_of_the_form_and_free_text_after_them() -> None:
    free = item("Vigil")
    section = section_now(HATE, in_order(submission(free, WEEK), submission(REPORTING)), mail_link="mailto:x")
    assert section.items == (REPORTING, WEEK, free)
    assert (section.title, section.nil, section.mail_link) == ("Hate Crime", False, "mailto:x")


def test_a_section_knows_only_its_own_themes_replies() -> None:
    assert section_now(PREVENT, in_order(submission(REPORTING))).items == ()


def test_free_text_that_came_twice_is_printed_under_one_heading() -> None:
    first, second = item(HATE.title, "First."), item(HATE.title, "Second.")
    printed = section_now(HATE, in_order(submission(first), submission(second))).items
    assert printed == (first.model_copy(update={"blocks": (*first.blocks, *second.blocks)}),)


def test_a_nil_return_beside_a_statistics_table_prints_the_table_and_no_nil_sentence() -> None:
    replies = in_order(nil_return(theme=DRUGS))
    assert section_now(DRUGS, replies).nil
    assert not section_now(DRUGS, replies, statistics=statistics()).nil


def test_the_newest_accepted_table_is_the_one_that_counts() -> None:
    older, newer = statistics(196), statistics(197)
    replies = in_order(submission(statistics=older), submission(statistics=newer), submission(REPORTING))
    assert submitted_statistics("hate-crime", replies) == newer
    assert submitted_statistics("drugs", replies) is None


def test_a_missing_section_prints_nothing_a_nil_return_prints_its_sentence() -> None:
    missing, nil = Section(theme="a", title="A"), Section(theme="b", title="B", nil=True)
    text = Section(theme="c", title="C", items=(WEEK,))
    figures = Section(theme="d", title="D", statistics=statistics())
    assert printed([missing, nil, text, figures]) == (nil, text, figures)


# ------------------------------------------------------------------------------------------ what changed, in words


def section(*items: Item, **changed: Any) -> Section:
    """The Hate Crime section with some items."""
    return Section(**{"theme": "hate-crime", "title": "Hate Crime", "items": items, **changed})


def said(old: Section, new: Section) -> tuple[str, ...]:
    """What the editor hears when one section becomes another."""
    return changes_between(bulletin(old), bulletin(new))


def test_the_first_draft_has_nothing_to_compare_with() -> None:
    assert changes_between(None, bulletin(section(WEEK))) == ()


def test_a_section_that_came_and_one_that_went_are_named() -> None:
    drugs = Section(theme="drugs", title="Drugs and Alcohol", nil=True)
    assert changes_between(bulletin(section(WEEK)), bulletin(drugs)) == (
        "Drugs and Alcohol: new in this draft.",
        "Hate Crime: no longer in this draft.",
    )


def test_an_item_that_came_and_one_that_went_are_named() -> None:
    assert said(section(REPORTING), section(WEEK)) == (
        "Hate Crime: “Awareness week” is new.",
        "Hate Crime: “Third party reporting” was taken out.",
    )


def test_a_changed_sentence_is_shown_before_and_after() -> None:
    old, new = section(item("Vigil", "It is at six.")), section(item("Vigil", "It is at seven."))
    assert said(old, new) == (
        "Hate Crime: “Vigil” was changed. It said “It is at six.”; now it says “It is at seven.”.",
    )


def test_of_a_long_paragraph_only_the_place_that_changed_is_shown() -> None:
    long = "The partnership met in the town hall and agreed on a plan for the coming year. " * 3
    (sentence,) = said(section(item("Plan", f"{long}Six.")), section(item("Plan", f"{long}Seven.")))
    assert "coming year. Six.”; now it says" in sentence
    assert "coming year. Seven.”." in sentence
    assert len(sentence) < 200
    (cut,) = said(section(item("Plan", long)), section(item("Plan", f"A new beginning. {long}")))
    assert " …”; now it says “A new beginning. The partnership met" in cut


def test_a_text_that_only_grew_at_its_end_is_shown_from_its_beginning() -> None:
    assert said(section(item("Vigil", "At six")), section(item("Vigil", "At six."))) == (
        "Hate Crime: “Vigil” was changed. It said “At six”; now it says “At six.”.",
    )


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (1, 2, "It has 1 paragraph more."),
        (1, 3, "It has 2 paragraphs more."),
        (3, 2, "It has 1 paragraph fewer."),
    ],
)
def test_paragraphs_that_came_or_went_at_the_end_are_counted(before: int, after: int, words: str) -> None:
    def of(count: int) -> Section:
        return section(Item(heading="Vigil", blocks=tuple(Paragraph(runs=runs(f"Line {n}.")) for n in range(count))))

    assert said(of(before), of(after)) == (f"Hate Crime: “Vigil” was changed. {words}",)


def test_a_link_that_leads_elsewhere_is_a_change_though_the_words_are_the_same() -> None:
    def of(url: str) -> Section:
        return section(Item(heading="Form", blocks=(Paragraph(runs=runs("the form", url=url)),)))

    (sentence,) = said(of("https://old.example/form"), of("https://new.example/form"))
    assert "https://new.example/form" in sentence


def test_another_picture_is_a_change() -> None:
    old, new = (section(Item(heading="Poster", blocks=(Picture(digest=d * 8, alt="Poster"),))) for d in "ab")
    assert "“Poster” was changed." in said(old, new)[0]


def test_a_changed_cell_of_a_table_is_shown() -> None:
    def of(count: str) -> Section:
        table = Table(rows=((runs("Centre"), runs("Visits")), (runs("North"), runs(count))))
        return section(Item(heading="Visits", blocks=(table,)))

    assert said(of("6"), of("7")) == ("Hate Crime: “Visits” was changed. It said “North 6”; now it says “North 7”.",)


@pytest.mark.parametrize(
    "look",
    [
        Paragraph(runs=runs("Come along.", bold=True)),
        ListItem(runs=runs("Come along.")),
        Heading(runs=runs("Come along."), level=2),
        Paragraph(runs=runs("Come along."), contact=True),
    ],
    ids=["bold", "bullet", "heading", "contact line"],
)
def test_words_that_only_look_different_are_a_change_too(look: Any) -> None:
    old, new = section(item("Vigil", "Come along.")), section(Item(heading="Vigil", blocks=(look,)))
    assert said(old, new) == ("Hate Crime: “Vigil” looks different; its words are the same.",)


def test_items_that_share_a_heading_are_compared_one_by_one() -> None:
    old = section(item("Hate Crime", "One."), item("Hate Crime", "Two."))
    assert said(old, section(item("Hate Crime", "One."))) == ("Hate Crime: “Hate Crime” was taken out.",)
    assert len(said(old, section(item("Hate Crime", "One."), item("Hate Crime", "Three.")))) == 1
    assert said(old, old) == ()


def test_the_same_items_in_another_order_and_the_same_sections_in_another_order_are_named() -> None:
    assert said(section(REPORTING, WEEK), section(WEEK, REPORTING)) == (
        "Hate Crime: the items stand in another order.",
    )
    other = Section(theme="drugs", title="Drugs and Alcohol", nil=True)
    assert changes_between(bulletin(section(WEEK), other), bulletin(other, section(WEEK))) == (
        "The sections stand in another order.",
    )


def test_a_nil_return_that_came_or_went_is_named() -> None:
    assert said(section(nil=True), section(WEEK)) == (
        "Hate Crime: no longer a nil return.",
        "Hate Crime: “Awareness week” is new.",
    )
    assert said(section(WEEK), section(nil=True))[0] == "Hate Crime: now a nil return."


def test_statistics_that_came_went_or_changed_are_named_with_the_totals_that_differ() -> None:
    none, old, new = (
        section(WEEK),
        section(WEEK, statistics=statistics(4898)),
        section(WEEK, statistics=statistics(4958)),
    )
    assert said(none, old) == ("Hate Crime: the statistics are new.",)
    assert said(old, none) == ("Hate Crime: the statistics were taken out.",)
    assert said(old, new) == ("Hate Crime: the statistics were changed (positive 4,898 → 4,958).",)
    footnote = section(WEEK, statistics=statistics(4898, footnotes=("Restated.",)))
    assert said(old, footnote) == ("Hate Crime: the statistics were changed.",)


def test_another_title_or_mail_link_of_a_section_is_named() -> None:
    assert said(section(WEEK), section(WEEK, title="Hate Crime and Prevent")) == (
        "Hate Crime and Prevent: the title was “Hate Crime” before.",
    )
    assert said(section(WEEK), section(WEEK, mail_link="mailto:x@y.example")) == (
        "Hate Crime: the link for readers’ questions was changed.",
    )


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "Another", "The title was changed."),
        ("month", "September 2025", "The month was changed."),
        ("marking", "OFFICIAL", "The marking was changed."),
        ("intro", "Welcome.", "The introduction was changed."),
        ("contact", runs("Write to us."), "The contact line was changed."),
        ("nil_sentence", "Nothing.", "The sentence of a nil return was changed."),
    ],
)
def test_what_stands_around_the_sections_is_compared_too(field: str, value: Any, sentence: str) -> None:
    assert changes_between(bulletin(), bulletin(**{field: value})) == (sentence,)


def test_the_same_words_sent_again_in_another_mail_are_no_change() -> None:
    again = WEEK.model_copy(update={"inbound": 99})
    assert said(section(WEEK), section(again)) == ()


# ----------------------------------------------------------------------------------------------------- properties

WORDS = st.sampled_from(["", "One.", "Two words.", "One.\nTwo.", "A longer sentence about the centre in the north."])
RUN = st.builds(Run, text=WORDS, bold=st.booleans(), url=st.sampled_from([None, "https://a.example"]))
RUNS = st.lists(RUN, max_size=2).map(tuple)
BLOCK = st.one_of(
    st.builds(Paragraph, runs=RUNS, contact=st.booleans()),
    st.builds(ListItem, runs=RUNS, level=st.integers(1, 2)),
    st.builds(Heading, runs=RUNS, level=st.integers(2, 3)),
    st.builds(Picture, digest=st.sampled_from(["a", "b"]), alt=WORDS),
    st.builds(Table, rows=st.just(((runs("H"),), (runs("6"),))), caption=WORDS),
)
ITEM = st.builds(Item, heading=st.sampled_from(["", "One", "Two"]), blocks=st.lists(BLOCK, max_size=2).map(tuple))
SECTION = st.builds(
    Section,
    theme=st.sampled_from(["a", "b", "c"]),
    title=st.sampled_from(["A", "B"]),
    items=st.lists(ITEM, max_size=3).map(tuple),
    nil=st.booleans(),
    statistics=st.sampled_from([None, statistics(1), statistics(2), statistics(2, stale=True)]),
    mail_link=st.sampled_from(["", "mailto:x"]),
)
SECTIONS = st.lists(SECTION, max_size=3, unique_by=lambda one: one.theme).map(tuple)
BULLETINS: st.SearchStrategy[Bulletin] = st.builds(bulletin, intro=st.sampled_from(["", "Welcome."])).flatmap(
    lambda frame: SECTIONS.map(lambda sections: frame.model_copy(update={"sections": sections}))
)


@st.composite
def neighbours(draw: st.DrawFn) -> tuple[Bulletin, Bulletin]:
    """Two bulletins that are alike but for one section, which is where a missed change would hide."""
    old = draw(BULLETINS)
    if not old.sections:
        return old, draw(BULLETINS)
    at = draw(st.integers(0, len(old.sections) - 1))
    other = draw(SECTION).model_copy(update={"theme": old.sections[at].theme})
    return old, old.model_copy(update={"sections": (*old.sections[:at], other, *old.sections[at + 1 :])})


@settings(max_examples=150, deadline=None)
@given(BULLETINS)
def test_equal_bulletins_give_no_changes(one: Bulletin) -> None:
    assert changes_between(one, one.model_copy(deep=True)) == ()


@settings(max_examples=400, deadline=None)
@given(st.one_of(neighbours(), st.tuples(BULLETINS, BULLETINS)))
def test_different_bulletins_give_at_least_one_change_and_each_is_a_sentence(pair: tuple[Bulletin, Bulletin]) -> None:
    sentences = changes_between(*pair)
    assert bool(sentences) == (pair[0] != pair[1])
    assert all(sentence.endswith(".") for sentence in sentences)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["fields", "all", "adds", "unsaid"]), st.lists(ITEM, max_size=2)), max_size=4)
)
def test_whatever_one_person_sends_somebody_elses_items_stand_untouched(replies: list[tuple[Any, list[Item]]]) -> None:
    theirs = (item("One", of=HATE_DEPUTY), item("Two", of=HATE_DEPUTY, field="F1"))
    mine = [
        submission(*(one.model_copy(update={"person": "hate.lead@council.example.org"}) for one in items), mode=mode)
        for mode, items in replies
    ]
    items, _ = standing_items(in_order(submission(*theirs, of=HATE_DEPUTY), *mine), HATE.title)
    assert tuple(one for one in items if one.person == HATE_DEPUTY.address) == theirs

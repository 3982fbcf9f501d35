"""The editor changes the draft in Word and sends it back: what they wrote is what is sent, and nothing is guessed."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
import pytest

from bot.core.model import EditionState
from tests.conversations import wordfiles
from tests.conversations.world import Received, World

pytestmark = pytest.mark.slow

OLD = "The hate-crime partnership met and agreed its plan."
NEW = "The hate-crime partnership met on 14 July and agreed its plan."


def edit(world: World, words: dict[str, str] | None = None, *, text: str = "", to: Received | None = None) -> bytes:
    """The editor alters a draft's file in Word and replies with it; gives what they sent."""
    draft = to or world.editor.received("draft")
    data = wordfiles.altered(wordfiles.attached(draft), words or {OLD: NEW})
    world.editor.replies(text, to=draft, files={"draft.docx": data}, quoting=False)
    return data


def refused(world: World, data: bytes, name: str = "draft.docx") -> str:
    """The editor replies with a file that must not be taken; gives the answer."""
    before = len(world.editor.mails("draft"))
    world.editor.replies("", to=world.editor.received("draft"), files={name: data}, quoting=False)
    assert world.state is EditionState.IN_REVIEW
    assert len(world.editor.mails("draft")) == before
    assert world.edition().edited_draft is None
    return world.editor.received("answer").text


def with_figures(world: World) -> None:
    """To a draft that prints a statistics table."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["CSP", "Positive", "Negative", "Refused", "Total"])
    series = world.config.bulletin("ccsu-rag").series["custody"]
    for at, district in enumerate(series.districts, 1):
        sheet.append([district.name, 100 + at, 90 + at, 1, 191 + 2 * at])
    out = io.BytesIO()
    book.save(out)
    world.at("2025-08-01 09:00")
    world.everybody_is_in()
    request = world.lead("drugs-alcohol-cj").received("request")
    world.lead("drugs-alcohol-cj").replies("Figures attached.", to=request, files={"custody.xlsx": out.getvalue()})
    world.at("2025-08-12 12:00")
    draft = world.view().draft
    assert draft is not None
    assert any(section.statistics for section in draft.bulletin.sections)


def test_the_edited_file_is_the_next_draft_and_lists_what_was_altered(world: World) -> None:
    world.in_review()
    edit(world)
    assert world.state is EditionState.IN_REVIEW
    mail = world.editor.received("draft")
    assert mail.subject.startswith("Draft 2")
    assert "Hate Crime: “Hate Crime” was changed." in mail.text
    assert "met on 14 July" in mail.text
    assert "needs its own APPROVE" in mail.text
    assert world.bulletins() == []


def test_the_html_and_the_text_are_read_back_from_the_edited_file(world: World) -> None:
    world.in_review()
    edit(world)
    for part in ("edition.html", "page.html", "edition.txt"):
        assert "on 14 July" in " ".join(wordfiles.part_of_draft(world, 2, part).decode().split())


def test_what_is_approved_is_the_editors_own_file_never_rebuilt(world: World) -> None:
    world.in_review()
    sent = edit(world)
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.at("2025-08-18 09:00")
    received = wordfiles.attached(world.reader().received("bulletin"))
    before, after = wordfiles.parts_of(sent), wordfiles.parts_of(received)
    assert set(before) == set(after)
    assert {name for name in before if before[name] != after[name]} == {"docProps/core.xml"}


def test_names_of_people_are_taken_out_of_the_file_and_its_words_stay(world: World) -> None:
    world.in_review()
    data = wordfiles.with_names(wordfiles.altered(wordfiles.attached(world.editor.received("draft")), {OLD: NEW}))
    world.editor.replies("", files={"draft.docx": data}, to=world.editor.received("draft"), quoting=False)
    frozen = wordfiles.part_of_draft(world, 2, "bulletin.docx")
    everything = b"\n".join(wordfiles.parts_of(frozen).values())
    assert b"Robin" not in everything
    assert b"Typist" not in everything
    assert b"00AB12CD" not in everything
    assert wordfiles.text_of(frozen) == wordfiles.text_of(data)


def test_the_approval_of_the_draft_before_does_not_approve_the_edited_one(world: World) -> None:
    world.in_review()
    first = world.editor.received("draft")
    edit(world)
    world.editor.replies("APPROVE", to=first)
    assert world.state is EditionState.IN_REVIEW
    assert "not for the newest draft" in world.editor.received("answer").subject


def test_the_lead_whose_text_was_changed_is_told_and_no_other(world: World) -> None:
    world.in_review()
    edit(world)
    told = world.lead("hate-crime").received("answer")
    assert "has changed your text" in told.subject
    assert "now it says" in told.text
    assert not world.lead("prevent").mails("answer")
    told_of = [world.lead(theme).mails("answer") for theme in ("serious-violence", "community-safety-asb")]
    assert told_of == [[], []]


def test_a_lead_may_object_and_the_edit_stays_until_the_editor_says_changes(world: World) -> None:
    world.in_review()
    edit(world)
    lead = world.lead("hate-crime")
    world.at("2025-08-12 12:05")
    lead.replies("This replaces my earlier reply.\n\nIt was 15 July.", to=lead.received("answer"), quoting=False)
    world.at("2025-08-12 12:20")
    draft = world.editor.received("draft")
    assert draft.subject.startswith("Draft 3")
    assert "a newer reply is not in for: Hate Crime" in draft.text
    text = " ".join(wordfiles.part_of_draft(world, 3, "edition.txt").decode().split())
    assert "met on 14 July" in text
    assert "15 July" not in text
    world.editor.replies("CHANGES", to=draft, quoting=False)
    assert "leads’ own text" in world.editor.received("answer").text
    lead.replies("This replaces my earlier reply.\n\nIt was 16 July.", to=lead.received("request"), quoting=False)
    world.at("2025-08-12 12:40")
    text = wordfiles.part_of_draft(world, 4, "edition.txt").decode()
    assert "16 July" in text
    assert "14 July" not in text


def test_a_late_section_joins_the_edited_words_without_overwriting_them(world: World) -> None:
    world.at("2025-08-01 09:00")
    for theme in ("hate-crime", "prevent"):
        world.lead(theme).replies(f"The {theme} partnership met and agreed its plan.")
    world.at("2025-08-12 12:00")
    edit(world)
    world.lead("serious-violence").replies("A late word on violence.", quoting=False)
    world.at("2025-08-12 12:20")
    draft = world.view().draft
    assert draft is not None
    assert [s.theme for s in draft.bulletin.sections] == ["hate-crime", "serious-violence", "prevent"]
    text = wordfiles.text_of(wordfiles.part_of_draft(world, 3, "bulletin.docx"))
    assert NEW in text
    assert "A late word on violence." in text
    assert "Serious Violence: new in this draft." in world.editor.received("draft").text
    assert "are kept" in world.editor.received("draft").text


def test_a_file_made_from_an_older_draft_is_taken_and_what_came_since_follows(world: World) -> None:
    world.at("2025-08-01 09:00")
    world.lead("hate-crime").replies("The hate-crime partnership met and agreed its plan.")
    world.at("2025-08-12 12:00")
    first = world.editor.received("draft")
    world.lead("prevent").replies("A late word on Prevent.", quoting=False)
    world.at("2025-08-12 12:20")
    assert world.edition().draft == 2
    edit(world, to=first)
    mail = world.editor.received("draft")
    assert "changed draft 1" in mail.text
    assert "A late word" not in wordfiles.part_of_draft(world, 3, "edition.txt").decode()
    world.at("2025-08-12 12:40")
    text = wordfiles.part_of_draft(world, 4, "edition.txt").decode()
    assert "14 July" in text
    assert "A late word on Prevent." in text


def test_two_edited_files_of_one_draft_do_not_overwrite_each_other(world: World) -> None:
    world.in_review()
    first = world.editor.received("draft")
    edit(world, to=first)
    edit(world, {OLD: "Something else altogether."}, to=first)
    assert world.edition().draft == 2
    assert "edited file already" in world.editor.received("answer").text


def test_a_second_edit_of_the_edited_draft_goes_on_from_it(world: World) -> None:
    world.in_review()
    edit(world)
    edit(world, {NEW: "The partnership met."})
    assert world.edition().draft == 3
    assert "It said “The hate-crime partnership met on 14 July" in world.editor.received("draft").text
    assert "The partnership met." in wordfiles.part_of_draft(world, 3, "edition.txt").decode()


def test_the_unchanged_file_is_ignored_with_a_friendly_sentence(world: World) -> None:
    world.in_review()
    data = wordfiles.attached(world.editor.received("draft"))
    assert "the draft itself, unchanged" in refused(world, data)


def test_approve_with_the_unchanged_file_approves(world: World) -> None:
    world.in_review()
    draft = world.editor.received("draft")
    world.editor.replies("APPROVE", to=draft, files={"draft.docx": wordfiles.attached(draft)}, quoting=False)
    assert world.state is EditionState.APPROVED


def test_approve_with_a_changed_file_approves_nothing_and_asks(world: World) -> None:
    world.in_review()
    edit(world, text="APPROVE")
    assert world.state is EditionState.IN_REVIEW
    assert "whether you approve the draft or the file" in world.editor.received("answer").text


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (wordfiles.with_macros, "macros"),
        (wordfiles.with_embedded_object, "embedded objects"),
        (wordfiles.with_outside_picture, "on another computer"),
        (wordfiles.emptied, "It is empty"),
        (lambda data: b"", "empty"),
        (lambda data: data[: len(data) // 2], "damaged"),
        (lambda data: b"%PDF-1.4 " + b"x" * 200, "called .docx but is a PDF"),
        (lambda data: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Office format"),
    ],
)
def test_a_file_that_may_not_be_sent_on_is_refused_in_words(
    world: World, spoil: Callable[[bytes], bytes], says: str
) -> None:
    world.in_review()
    answer = refused(world, spoil(wordfiles.attached(world.editor.received("draft"))))
    assert says in answer
    assert "Nothing was changed" in answer or "nothing was changed" in answer


def test_another_months_file_is_refused(world: World) -> None:
    world.in_review()
    data = wordfiles.attached(world.editor.received("draft"))
    other = wordfiles.altered(data, {"August 2025": "July 2025"})
    assert "It is the file of July 2025, not of August 2025." in refused(world, other)


def test_a_word_file_that_is_no_bulletin_is_refused(world: World) -> None:
    from docx import Document

    world.in_review()
    document = Document()
    document.add_heading("Car parking", 1)
    document.add_paragraph("The car park is closed.")
    assert "none of the draft's sections" in refused(world, wordfiles.saved(document))


def test_two_word_files_are_asked_back(world: World) -> None:
    world.in_review()
    data = wordfiles.altered(wordfiles.attached(world.editor.received("draft")), {OLD: NEW})
    draft = world.editor.received("draft")
    world.editor.replies("", to=draft, files={"a.docx": data, "b.docx": data + b" "}, quoting=False)
    assert world.edition().draft == 1
    assert "2 Word files" in world.editor.received("answer").text


def test_tracked_changes_are_asked_about_and_yes_takes_them(world: World) -> None:
    world.in_review()
    data = wordfiles.with_tracked_change(wordfiles.attached(world.editor.received("draft")), OLD, NEW)
    assert "tracked changes" in refused(world, data)
    question = world.editor.received("answer")
    assert "YES" in question.text
    world.editor.replies("YES", to=question, quoting=False)
    assert world.edition().draft == 2
    frozen = wordfiles.part_of_draft(world, 2, "bulletin.docx")
    assert b"Robin Typist" not in b"".join(wordfiles.parts_of(frozen).values())
    assert NEW in wordfiles.text_of(frozen)
    assert OLD not in wordfiles.text_of(frozen)
    assert world.edition().question is None


def test_no_leaves_everything_as_it_is_and_the_question_is_closed(world: World) -> None:
    world.in_review()
    data = wordfiles.with_tracked_change(wordfiles.attached(world.editor.received("draft")), OLD, NEW)
    refused(world, data)
    question = world.editor.received("answer")
    world.editor.replies("NO", to=question, quoting=False)
    assert world.edition().draft == 1
    assert world.edition().question is None
    world.editor.replies("YES", to=question, quoting=False)
    assert "nothing to answer" in world.editor.received("answer").text
    assert world.edition().draft == 1


def test_yes_after_a_newer_draft_takes_nothing(world: World) -> None:
    world.in_review()
    data = wordfiles.with_tracked_change(wordfiles.attached(world.editor.received("draft")), OLD, NEW)
    refused(world, data)
    question = world.editor.received("answer")
    world.lead("prevent").replies("One more thing.", quoting=False)
    world.at("2025-08-12 12:20")
    assert world.edition().draft == 2
    world.editor.replies("YES", to=question, quoting=False)
    assert world.edition().draft == 2
    assert "newer draft" in world.editor.received("answer").text


def test_a_changed_statistic_is_asked_about_and_never_enters_the_series(world: World) -> None:
    with_figures(world)
    data = wordfiles.altered(wordfiles.attached(world.editor.received("draft")), {"101": "999", OLD: NEW})
    answer = refused(world, data)
    assert "999" in answer
    assert "Figures come from their provider" in answer
    world.editor.replies("YES", to=world.editor.received("answer"), quoting=False)
    assert world.edition().draft == 2
    text = wordfiles.text_of(wordfiles.part_of_draft(world, 2, "bulletin.docx"))
    assert "999" not in text
    assert NEW in text
    world.editor.replies("APPROVE", to=world.editor.received("draft"))
    world.at("2025-08-18 09:00")
    counts = world.desk.store.counts("ccsu-rag/custody")
    assert counts
    assert 999 not in {count.value for count in counts}


def test_a_lost_statistics_table_is_asked_about_and_comes_back_on_yes(world: World) -> None:
    with_figures(world)
    data = wordfiles.without_tables(wordfiles.attached(world.editor.received("draft")))
    assert "The statistics table of Drugs, Alcohol and Criminal Justice is gone." in refused(world, data)
    world.editor.replies("YES", to=world.editor.received("answer"), quoting=False)
    draft = world.view().draft
    assert draft is not None
    assert draft.number == 2
    assert any(section.statistics for section in draft.bulletin.sections)


def test_changed_links_contacts_and_numbers_are_warned_about(world: World) -> None:
    world.at("2025-08-01 09:00")
    words = "Write to hazel.moss@council.example.org by 11 October; 40 places."
    world.lead("hate-crime").replies(words)
    world.at("2025-08-12 12:00")
    edit(world, {"40 places": "45 places"})
    assert "Hate Crime: please check the numbers: “40” is now “45”." in world.editor.received("draft").text


def test_an_edited_file_while_approved_changes_nothing_and_says_hold_first(world: World) -> None:
    world.approved()
    edit(world)
    assert world.state is EditionState.APPROVED
    assert world.edition().draft == 1
    assert "HOLD first" in world.editor.received("answer").text
    world.editor.replies("HOLD", to=world.editor.received("answer"))
    edit(world)
    assert world.edition().draft == 2


def test_an_edited_file_without_the_drafts_reference_is_not_taken(world: World) -> None:
    world.in_review()
    data = wordfiles.altered(wordfiles.attached(world.editor.received("draft")), {OLD: NEW})
    world.editor.writes("", subject="the draft", files={"draft.docx": data})
    assert world.edition().draft == 1
    assert world.state is EditionState.IN_REVIEW


def test_a_lead_cannot_send_an_edited_draft(world: World) -> None:
    world.in_review()
    draft = world.editor.received("draft")
    data = wordfiles.altered(wordfiles.attached(draft), {OLD: NEW})
    world.lead("prevent").replies("", to=draft, files={"draft.docx": data}, quoting=False)
    assert world.edition().draft == 1


def test_a_deputy_editor_who_edits_gets_the_draft_too(world: World) -> None:
    world.in_review()
    deputy = world.config.bulletin("ccsu-rag").editor_deputies[0]
    world.at("2025-08-18 09:30")
    person = world.somebody(deputy.address)
    chaser = person.received("chaser")
    data = wordfiles.altered(wordfiles.attached(world.editor.received("draft")), {OLD: NEW})
    person.replies("", to=chaser, files={"draft.docx": data}, quoting=False)
    assert world.edition().draft == 2
    assert person.received("draft").subject.startswith("Draft 2")


def test_a_skipped_theme_leaves_the_draft_after_an_edit(world: World) -> None:
    world.in_review()
    edit(world)
    world.editor.replies("SKIP Prevent", to=world.editor.received("draft"), quoting=False)
    world.at("2025-08-12 12:30")
    draft = world.view().draft
    assert draft is not None
    assert "prevent" not in [section.theme for section in draft.bulletin.sections]
    assert "14 July" in wordfiles.part_of_draft(world, draft.number, "edition.txt").decode()

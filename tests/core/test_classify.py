"""Whose business a mail is: one story for each rule, then the order in which the rules speak."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.classify import MACHINE, READERS_QUESTION, RULES, About, Facts, Kind, Thread, classify
from bot.core.model import MailClass

LEAD, EDITOR, STRANGER, READER = "hate.lead@x.example", "editor@x.example", "who@y.example", "reader@z.example"
LEADS = (("ccsu-rag", "hate-crime"),)
EDITS = ("ccsu-rag",)
HATE = About(bulletin="ccsu-rag", period="2025-07", theme="hate-crime")


def thread(purpose: str = "lead", **changed: Any) -> Thread:
    """What a reply answers: the request, or the draft, or the bulletin."""
    kinds = {"lead": "request", "editor": "draft", "reader": "bulletin"}
    values: dict[str, Any] = {
        "by": "thread",
        "kind": kinds[purpose],
        "purpose": purpose,
        "bulletin": "ccsu-rag",
        "period": "2025-08",
        "theme": "hate-crime" if purpose == "lead" else "",
        "draft": 2 if purpose == "editor" else None,
    }
    return Thread(**{**values, **changed})


def mail(author: str | None, of: MailClass = MailClass.REPLY, **changed: Any) -> Facts:
    """A mail from somebody; who they are to us follows from the address."""
    values: dict[str, Any] = {"mail_class": of, "author": author, "authentic": "pass"}
    if author == LEAD:
        values["lead_of"] = LEADS
    if author == EDITOR:
        values["editor_of"] = EDITS
    if author == READER:
        values["reader_of"] = EDITS
    return Facts(**{**values, **changed})


REQUEST, DRAFT, BULLETIN = thread("lead"), thread("editor"), thread("reader")
AUTO, BOUNCE, RECEIPT = MailClass.AUTO_REPLY, MailClass.BOUNCE, MailClass.READ_RECEIPT

STORIES: dict[str, tuple[Facts, Kind]] = {
    "own": (mail(STRANGER, own=True), Kind.OWN),
    "repeat": (mail(LEAD, repeat_of=4, thread=REQUEST), Kind.REPEAT),
    "unsafe-known": (mail(LEAD, unsafe=("It has 900 attachments.",)), Kind.HELD),
    "unsafe": (mail(STRANGER, unsafe=("It has 900 attachments.",)), Kind.STRAY),
    "bounce": (mail(None, BOUNCE, bounced_ours=True), Kind.BOUNCE),
    "foreign-bounce": (mail(None, BOUNCE), Kind.STRAY),
    "machine": (mail(LEAD, RECEIPT, thread=REQUEST), Kind.FILED),
    "foreign-machine": (mail(STRANGER, RECEIPT), Kind.STRAY),
    "forged-absence": (mail(LEAD, AUTO, thread=REQUEST, authentic="fail"), Kind.HELD),
    "unproven-absence": (mail(LEAD, AUTO, authentic="none"), Kind.STRAY),
    "absence": (mail(LEAD, AUTO, thread=REQUEST), Kind.ABSENCE),
    "automatic": (mail(READER, AUTO, thread=BULLETIN), Kind.FILED),
    "foreign-automatic": (mail(STRANGER, AUTO), Kind.STRAY),
    "no-author": (mail(None, thread=REQUEST), Kind.HELD),
    "no-author-stray": (mail(None), Kind.STRAY),
    "forged": (mail(EDITOR, authentic="fail", thread=DRAFT), Kind.HELD),
    "forged-stray": (mail(STRANGER, authentic="fail"), Kind.STRAY),
    "marking": (mail(LEAD, thread=REQUEST, marking_too_high=True), Kind.HELD),
    "command-with-a-slip": (mail(EDITOR, thread=thread("editor", by="near token")), Kind.HELD),
    "command": (mail(EDITOR, thread=DRAFT), Kind.COMMAND),
    "unproven-command": (mail(EDITOR, thread=DRAFT, authentic="none"), Kind.HELD),
    "hold-without-token": (mail(EDITOR, says_hold=True), Kind.COMMAND),
    "not-an-editor": (mail(LEAD, thread=DRAFT), Kind.HELD),
    "submission": (mail(LEAD, thread=REQUEST), Kind.SUBMISSION),
    "near-token": (mail(LEAD, thread=thread("lead", by="near token")), Kind.SUBMISSION),
    "stranger-with-token": (mail(STRANGER, thread=thread("lead", by="token")), Kind.HELD),
    "reader-answer": (mail(LEAD, thread=thread("reader", kind=READERS_QUESTION)), Kind.READER_ANSWER),
    "reader": (mail(READER, thread=BULLETIN), Kind.READER_REPLY),
    "reader-link": (mail(STRANGER, reader_link=HATE), Kind.READER_REPLY),
    "passed-on-by-editor": (mail(EDITOR, passed_on=(HATE,)), Kind.SUBMISSION),
    "passed-on-for-some-theme": (mail(EDITOR, passed_on=(HATE, HATE)), Kind.HELD),
    "command-without-thread": (mail(EDITOR, says_command=True), Kind.COMMAND),
    "lead-without-thread": (mail(LEAD), Kind.HELD),
    "stray": (mail(STRANGER), Kind.STRAY),
}


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_each_rule_is_hit_by_its_story_and_named_in_the_verdict(rule: str) -> None:
    facts, kind = STORIES[rule]
    verdict = classify(facts)
    assert (verdict.rule, verdict.kind) == (rule, kind.value)


def test_each_rule_has_a_name_of_its_own_a_sentence_and_a_story() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert set(STORIES) == {rule.name for rule in RULES}
    assert all(rule.reason[0].isupper() and rule.reason.endswith(".") for rule in RULES)


# ------------------------------------------------------------------------------------------- who wins over whom


@pytest.mark.parametrize("of", [AUTO, BOUNCE, *MACHINE])
@pytest.mark.parametrize("tie", [DRAFT, REQUEST, None])
def test_an_automatic_mail_from_an_editor_never_commands_even_when_it_says_hold(
    of: MailClass, tie: Thread | None
) -> None:
    verdict = classify(mail(EDITOR, of, thread=tie, says_hold=True))
    assert verdict.kind != Kind.COMMAND


@pytest.mark.parametrize("of", [AUTO, BOUNCE, *MACHINE])
def test_an_automatic_mail_from_a_lead_is_never_taken_for_a_reply(of: MailClass) -> None:
    assert classify(mail(LEAD, of, thread=REQUEST)).kind not in (Kind.SUBMISSION, Kind.HELD)


@pytest.mark.parametrize("says_hold", [True, False])
def test_a_forged_editor_never_commands(says_hold: bool) -> None:
    verdict = classify(mail(EDITOR, thread=DRAFT, authentic="fail", says_hold=says_hold))
    assert (verdict.kind, verdict.rule) == (Kind.HELD, "forged")


@pytest.mark.parametrize("says_hold", [True, False])
def test_an_editor_whom_the_mail_system_does_not_prove_commands_nothing(says_hold: bool) -> None:
    assert classify(mail(EDITOR, thread=DRAFT, authentic="none", says_hold=says_hold)).rule == "unproven-command"
    assert classify(mail(EDITOR, authentic="none", says_hold=says_hold)).kind == Kind.STRAY


def test_an_editor_of_another_bulletin_does_not_command_this_one() -> None:
    verdict = classify(mail("other@x.example", editor_of=("other",), thread=DRAFT))
    assert verdict.kind == Kind.HELD


def test_a_stranger_with_a_leads_token_is_held_and_the_theme_is_offered() -> None:
    verdict = classify(mail(STRANGER, thread=thread("lead", by="token")))
    assert (verdict.rule, verdict.theme, verdict.candidates) == ("stranger-with-token", "hate-crime", ("hate-crime",))


def test_a_stranger_who_answers_a_draft_mail_is_held_whatever_they_say() -> None:
    assert classify(mail(STRANGER, thread=DRAFT, says_hold=True)).rule == "not-an-editor"


def test_hold_needs_no_exact_reference_but_every_other_word_does() -> None:
    slipped = thread("editor", by="near token")
    assert classify(mail(EDITOR, thread=slipped, says_hold=True)).rule == "command"
    assert classify(mail(EDITOR, thread=slipped)).rule == "command-with-a-slip"


def test_an_editors_hold_on_any_mail_of_ours_is_a_command() -> None:
    assert classify(mail(EDITOR, thread=REQUEST, says_hold=True)).rule == "hold-without-token"
    assert classify(mail(EDITOR, thread=BULLETIN, says_hold=True)).rule == "hold-without-token"


def test_an_editor_may_answer_a_request_in_a_leads_place() -> None:
    verdict = classify(mail(EDITOR, thread=REQUEST))
    assert (verdict.kind, verdict.theme, verdict.person) == (Kind.SUBMISSION, "hate-crime", EDITOR)


def test_a_lead_of_another_bulletin_is_a_stranger_to_this_one() -> None:
    verdict = classify(mail("lead@other.example", lead_of=(("other", "parks"),), thread=REQUEST))
    assert (verdict.rule, verdict.candidates) == ("stranger-with-token", ("parks",))


def test_our_own_mail_is_ours_before_anything_else_is_looked_at() -> None:
    everything = mail(EDITOR, BOUNCE, own=True, repeat_of=1, unsafe=("x",), bounced_ours=True, thread=DRAFT)
    assert classify(everything).kind == Kind.OWN


def test_a_mail_from_our_own_address_that_is_not_in_our_outbox_is_not_own() -> None:
    assert classify(mail("rag.update@council.example.org")).kind == Kind.STRAY


def test_a_repeat_is_recognised_before_it_can_command_or_bounce_again() -> None:
    assert classify(mail(EDITOR, repeat_of=3, thread=DRAFT)).kind == Kind.REPEAT
    assert classify(mail(None, BOUNCE, repeat_of=3, bounced_ours=True)).kind == Kind.REPEAT


def test_a_bounce_that_names_a_mail_of_ours_is_a_bounce_whatever_its_class() -> None:
    assert classify(mail(None, MailClass.UNKNOWN, bounced_ours=True)).rule == "bounce"


def test_an_out_of_office_by_a_lead_counts_without_a_thread_too() -> None:
    assert classify(mail(LEAD, AUTO)).rule == "absence"


@pytest.mark.parametrize("who", [LEAD, EDITOR])
@pytest.mark.parametrize("tie", [REQUEST, DRAFT, BULLETIN, None])
def test_a_forged_out_of_office_is_held_as_forged_and_makes_nobody_absent(who: str, tie: Thread | None) -> None:
    verdict = classify(mail(who, AUTO, thread=tie, authentic="fail"))
    assert (verdict.kind, verdict.rule) == (Kind.HELD, "forged-absence")
    assert "may be forged" in verdict.reasons[0]


def test_a_forged_out_of_office_of_somebody_who_could_not_be_absent_is_filed_like_any_other() -> None:
    assert classify(mail(READER, AUTO, thread=BULLETIN, authentic="fail")).rule == "automatic"


@pytest.mark.parametrize(
    ("who", "tie", "rule"),
    [
        (LEAD, REQUEST, "absence"),
        (EDITOR, DRAFT, "absence"),
        (LEAD, BULLETIN, "automatic"),  # every reader has that mail
        (LEAD, None, "unproven-absence"),
        (EDITOR, None, "unproven-absence"),
    ],
)
def test_an_unproven_out_of_office_counts_only_as_the_answer_to_a_request_or_a_draft(
    who: str, tie: Thread | None, rule: str
) -> None:
    assert classify(mail(who, AUTO, thread=tie, authentic="none")).rule == rule


def test_an_out_of_office_without_a_readable_author_is_filed_because_nobody_is_known_to_be_away() -> None:
    assert classify(mail(None, AUTO, thread=REQUEST)).rule == "automatic"


def test_an_out_of_office_of_an_editor_is_an_absence_and_no_command() -> None:
    assert classify(mail(EDITOR, AUTO, thread=DRAFT)).kind == Kind.ABSENCE


def test_a_lead_who_is_a_reader_too_and_answers_the_bulletin_writes_as_a_reader() -> None:
    assert classify(mail(LEAD, thread=BULLETIN)).kind == Kind.READER_REPLY


@pytest.mark.parametrize("trouble", [{"authentic": "fail"}, {"marking_too_high": True}, {"unsafe": ("It is 90 MB.",)}])
def test_trouble_is_held_when_the_thread_ties_it_to_us_and_when_only_its_sender_does(trouble: dict[str, Any]) -> None:
    assert classify(mail(STRANGER, thread=REQUEST, **trouble)).kind == Kind.HELD
    assert classify(mail(LEAD, **trouble)).kind == Kind.HELD
    assert classify(mail(STRANGER, **trouble)).kind == Kind.STRAY


def test_a_marking_above_official_is_held_only_when_the_mail_is_ours() -> None:
    assert classify(mail(STRANGER, marking_too_high=True)).rule == "stray"


def test_a_meeting_invitation_answer_from_a_lead_outside_any_thread_is_left_alone() -> None:
    assert classify(mail(LEAD, MailClass.CALENDAR_RESPONSE)).kind == Kind.STRAY


# --------------------------------------------------------------------------------------------- the verdict's words


def test_the_verdict_says_what_it_was_tied_to_and_how() -> None:
    verdict = classify(mail(LEAD, thread=thread("lead", kind="deputy_question", by="token")))
    assert verdict.reasons == (
        "A reply to a request, from somebody we know.",
        "Tied to our deputy question by its token.",
    )
    assert (verdict.bulletin, verdict.period, verdict.theme) == ("ccsu-rag", "2025-08", "hate-crime")


def test_what_the_prescan_found_and_what_is_odd_about_the_sender_stand_among_the_reasons() -> None:
    unsafe = classify(mail(LEAD, unsafe=("It is 90 MB.", "It nests 40 deep.")))
    assert unsafe.reasons[1:] == ("It is 90 MB.", "It nests 40 deep.")
    nobody = classify(mail(None, thread=REQUEST, author_defects=("It has two From lines.",)))
    assert "It has two From lines." in nobody.reasons
    assert nobody.person == ""


def test_defects_are_told_only_when_the_author_could_not_be_read() -> None:
    verdict = classify(mail(LEAD, thread=REQUEST, author_defects=("The name looks like an address.",)))
    assert "The name looks like an address." not in verdict.reasons


def test_without_a_thread_the_bulletin_follows_from_who_wrote_and_the_themes_are_a_guess() -> None:
    verdict = classify(mail(LEAD, lead_of=(("ccsu-rag", "drugs"), ("ccsu-rag", "hate-crime"))))
    assert (verdict.bulletin, verdict.period, verdict.theme) == ("ccsu-rag", None, None)
    assert verdict.candidates == ("drugs", "hate-crime")
    assert classify(mail(STRANGER)).bulletin is None


def test_a_held_mail_of_a_lead_offers_the_themes_they_lead_before_the_one_in_the_token() -> None:
    verdict = classify(mail(LEAD, thread=REQUEST, lead_of=(("ccsu-rag", "drugs"),), marking_too_high=True))
    assert verdict.candidates == ("drugs",)


# ----------------------------------------------------------------------------------------------------- properties

FACTS = st.builds(
    Facts,
    mail_class=st.sampled_from(MailClass),
    author=st.sampled_from([None, LEAD, EDITOR, STRANGER]),
    authentic=st.sampled_from(["pass", "fail", "none"]),
    own=st.booleans(),
    bounced_ours=st.booleans(),
    repeat_of=st.sampled_from([None, 1]),
    thread=st.sampled_from([None, REQUEST, DRAFT, BULLETIN, thread("editor", by="near token")]),
    editor_of=st.sampled_from([(), EDITS, ("other",)]),
    lead_of=st.sampled_from([(), LEADS]),
    says_hold=st.booleans(),
    marking_too_high=st.booleans(),
    unsafe=st.sampled_from([(), ("It is 90 MB.",)]),
)


@settings(max_examples=150, deadline=None)
@given(FACTS)
def test_whatever_comes_only_a_proven_editor_commands_and_only_a_known_author_submits(facts: Facts) -> None:
    verdict = classify(facts)
    if verdict.kind == Kind.COMMAND:
        assert facts.author is not None
        assert facts.authentic == "pass"
        assert facts.editor_of
        assert facts.unsafe == ()
        assert not facts.marking_too_high
        assert facts.mail_class not in (AUTO, BOUNCE, *MACHINE)
        tied = facts.thread is not None and facts.thread.purpose == "editor" and facts.thread.by != "near token"
        assert tied or facts.says_hold
    if verdict.kind == Kind.SUBMISSION:
        assert facts.author is not None
        assert facts.authentic != "fail"
        assert facts.lead_of or facts.editor_of
        assert facts.thread is not None


@settings(max_examples=150, deadline=None)
@given(FACTS)
def test_whatever_comes_a_mail_that_answers_one_of_ours_is_never_left_lying_as_nobodys(facts: Facts) -> None:
    verdict = classify(facts)
    foreign = facts.mail_class is BOUNCE and not facts.bounced_ours
    if facts.thread is not None and not foreign:
        assert verdict.kind != Kind.STRAY
    assert verdict.reasons


def test_a_readers_question_and_what_an_editor_passes_on_name_their_section() -> None:
    asked = classify(mail(READER, reader_link=HATE))
    assert (asked.bulletin, asked.period, asked.theme) == ("ccsu-rag", "2025-07", "hate-crime")
    passed = classify(mail(EDITOR, passed_on=(HATE,)))
    assert (passed.bulletin, passed.theme, passed.candidates) == ("ccsu-rag", "hate-crime", ())
    several = classify(mail(EDITOR, passed_on=(HATE, HATE.model_copy(update={"theme": "drugs"}))))
    assert (several.theme, several.candidates) == (None, ("hate-crime", "drugs"))


def test_a_reader_who_adds_to_a_question_that_was_passed_on_asks_again() -> None:
    again = classify(mail(READER, thread=thread("reader", kind=READERS_QUESTION, theme="hate-crime")))
    assert (again.kind, again.theme) == (Kind.READER_REPLY, "hate-crime")
    stop = classify(mail(EDITOR, says_hold=True, thread=thread("reader", kind=READERS_QUESTION)))
    assert stop.kind == Kind.COMMAND

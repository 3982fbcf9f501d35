"""The editor's words: what commands, what asks back, and that nothing but APPROVE ever approves."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core import decision
from bot.core.decision import GRAMMAR, HELP, Word, decide
from tests.core.signatures import CONDITIONS, SIGNATURES

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2025, 9, 3, 10, 0, tzinfo=LONDON)  # a Wednesday
THEMES = {
    "hate-crime": "Hate Crime",
    "serious-violence": "Serious Violence",
    "asb": "Community Safety & ASB",
    "drugs": "Drugs, Alcohol and Criminal Justice",
}


def said(text, **more):
    return decide(text, now=NOW, themes=THEMES, **more)


class TestApprove:
    @pytest.mark.parametrize(
        "text",
        [
            "APPROVE",
            "approve",
            "\n\n  Approve  \n",
            "APPROVE\r\n\r\nThanks",
            "APPROVE\nThanks, Jo",
            "APPROVE\n\nMany thanks\nJo Smith",
            "APPROVE\nThank you\n\nJ",
            "APPROVE\n\nKind regards,\n\nJo Smith\nCommunity Safety Manager | County Unit"
            "\nTel: 01632 960123 | jo@example.org\nwww.council.example.org",
            "APPROVE\n\n-- \nEditor",
            "APPROVE\n\nSent from my iPhone",
            "APPROVE\nGet Outlook for iOS",
            "APPROVE\nBest wishes\nAnne-Marie O'Neill\nThis email and any attachments are confidential and "
            + "x " * 200,
            "APPROVE\n\n> Draft 3 of the bulletin\n> please do not reply to all",
            "APPROVE\n\nOn Wed, 3 Sep 2025 at 09:00, Bulletin <bulletin@council.example.org> wrote:\nChange the table",
            "APPROVE\n________________________________\nFrom: Bulletin\nnot this",
        ],
    )
    def test_alone_or_with_a_sign_off_approves(self, text):
        command = said(text)
        assert (command.word, command.problem) == (Word.APPROVE, "")

    @pytest.mark.parametrize(
        "text",
        [
            "APPROVE\nbut fix the date",
            "APPROVE\nThanks, but move item 2",
            "APPROVE\n\nThanks\nJo\n\nPS please change the heading",
            "APPROVE\nHOLD",
            "APPROVE\n-- \nnot yet, wait for Sam",
            "APPROVE\nthe second paragraph looks odd to me",
            "APPROVE\nRegards\nJo\n" + "Line of a long story about nothing in particular whatsoever " * 5,
            "APPROVE\n" + "Jo\n" * 40,
            "APPROVE\n" + "Thanks\n" * 80,
            "APPROVE\nThanks\n" + "This email is confidential. " * 200,
            "APPROVE\n> quoted\nbut not the table",
        ],
    )
    def test_with_more_text_is_asked_back(self, text):
        command = said(text)
        assert command.word is Word.APPROVE
        assert "followed by more text" in command.problem
        assert "reply with that one word" in command.problem

    @pytest.mark.parametrize(
        "text",
        [
            "Approved!",
            "APPROVE.",
            "approve?",
            "APPROVE not",
            "do not approve",
            "I don't approve",
            "Approve once fixed",
            "OK",
            "APPROVE - subject to legal",
            "looks good",
            "aprove",
            "APPROVE/HOLD",
            "“APPROVE”",
            "*APPROVE*",
            "APPROVE draft 3",
            "ＡＰＰＲＯＶＥ",
            "АPPROVE",
            "APPROVE\u200b",
            "APP\u00adROVE",
            "Hi\nAPPROVE",
            "> APPROVE",
            "Subject: APPROVE",
        ],
    )
    def test_in_any_other_dress_approves_nothing(self, text):
        command = said(text)
        assert command.word is None
        assert "STATUS explains the rest" in command.problem

    def test_with_a_file_is_asked_back(self):
        command = said("APPROVE", has_attachment=True)
        assert command.word is Word.APPROVE
        assert "came with a file" in command.problem

    def test_counts_for_nothing_when_the_two_texts_differ(self):
        command = said("APPROVE", html_text_agree=False)
        assert "do not say the same" in command.problem

    @pytest.mark.parametrize("text", ["APPROVE", "YES", "SEND TO a@x.example", "ENCLOSE 2", "EXTEND 15 September"])
    def test_counts_for_nothing_beside_hidden_text(self, text):
        assert "text that is not shown (“but fix it”)" in said(text, hidden="but fix it").problem
        assert said(text, hidden=" \u200c ").problem == ""

    @pytest.mark.parametrize("line", CONDITIONS)
    def test_is_asked_back_where_the_signature_holds_a_condition(self, line):
        assert "followed by more text" in said("APPROVE", aside=line).problem
        assert said("APPROVE", aside=line).worried
        assert "followed by more text" in said(f"APPROVE\n{line}").problem

    @pytest.mark.parametrize("signature", SIGNATURES)
    def test_stands_above_any_real_signature(self, signature):
        assert said("APPROVE", aside=signature).problem == ""
        assert said(f"APPROVE\n\n{signature}").problem == ""

    def test_says_what_was_understood_of_a_refusal(self):
        assert "I read that as not approving" in said("I do not approve this.").problem
        assert "with a condition" in said("Approve once the date is right").problem
        assert "only the single word APPROVE" in said("Approved!").problem
        assert "invisible characters" in said("APPROVE\u200b").problem
        assert "I saw the word APPROVE" in said("Hi\nAPPROVE").problem
        assert "could not read" in said("The weather is fine.").problem


class TestHold:
    @pytest.mark.parametrize(
        "text",
        [
            "HOLD",
            "hold!",
            "Hold please",
            "please hold it",
            "STOP",
            "Stop the bulletin.",
            "STOP! the figure is wrong",
            "don't send it",
            "Do not send the bulletin yet",
            "Please don’t send",
            "pause",
            "HOLD\nfigures are wrong",
            "Hold please, figures wrong",
            "please hold",
            "HOLD - wrong table",
            "HOLD wrong table",
            "Stop, don't send",
            "Wait!",
            "Hi all,\n\nplease hold the bulletin until Sam is back",
            "No! Hold it",
            "Can you stop the mailing, there is an error",
            "We need to hold this",
            "HO\u200bLD",
            "on hold please",
            "Put it on hold",
            "HOLD" + "!" * 600,
            "don't release",
        ],
    )
    def test_is_read_generously(self, text):
        command = said(text)
        assert (command.word, command.problem) == (Word.HOLD, "")

    @pytest.mark.parametrize(
        "text",
        [
            "The hold-up is fixed, approve",
            "hold-up solved",
            "stopping distance campaign",
            "Nothing stops it now",
            "Hello,\nthe hold is over",
        ],
    )
    def test_is_not_found_inside_a_sentence_but_is_a_worry(self, text):
        command = said(text)
        assert (command.word, command.halting, command.worried) == (None, False, True)

    @pytest.mark.parametrize(
        "text",
        [
            "Hold Christmas market on 3 December",
            "Stop and search went up",
            "wait times fell",
            "Please wait, Jo.",
            "HOLD-wrong table",
        ],
    )
    def test_is_doubtful_where_a_line_only_begins_like_it(self, text):
        command = said(text)
        assert (command.word, command.halting, command.worried) == (None, True, True)

    def test_keeps_what_was_said_below(self):
        assert said("HOLD\nthe table is wrong").rest == "the table is wrong"
        assert said("STOP! the figure is wrong").argument == "the figure is wrong"
        assert said("Hold please, figures wrong").argument == "figures wrong"
        assert said("HOLD wrong table").argument == "wrong table"
        assert said("Hold it please.").argument == ""
        assert said("don't send it").argument == ""
        assert said("Please don't send the old table").argument == "Please don't send the old table"

    def test_counts_even_when_the_texts_differ_or_a_file_came(self):
        assert said("HOLD", html_text_agree=False).problem == ""
        assert said("HOLD", has_attachment=True).problem == ""

    def test_beside_approve_holds_and_says_so(self):
        command = said("HOLD\n\nAPPROVE")
        assert command.word is Word.HOLD
        assert command.problem == ""
        assert "held and approved nothing" in command.note

    @pytest.mark.parametrize(
        "text", ["Oh dear, the date is wrong", "I made a mistake", "Do not approve", "Anything from Sam?"]
    )
    def test_in_other_words_is_a_worry(self, text):
        assert said(text).worried

    @pytest.mark.parametrize(
        "text", ["Looks good", "Thanks\nJo", "Many thanks, Jo", "Looks good\n\nBest wishes\nJo", ""]
    )
    def test_is_no_worry_of_friendly_words(self, text):
        assert not said(text).worried

    def test_is_a_worry_where_only_the_signature_says_something(self):
        assert said("", aside="Thanks, but not yet").worried
        assert said("Looks good. Please", aside="wait for Sam").worried


class TestOtherWords:
    def test_changes_carries_what_follows(self):
        assert said("CHANGES\nItem 2: the date is the 5th").rest == "Item 2: the date is the 5th"
        assert said("Changes: the date is the 5th").argument == "the date is the 5th"
        assert said("changes needed").word is Word.CHANGES

    def test_extend_reads_a_date(self):
        assert said("EXTEND 15 September").until == datetime(2025, 9, 15, 12, tzinfo=LONDON)
        assert said("extend the deadline to Friday 5pm").until == datetime(2025, 9, 5, 17, tzinfo=LONDON)

    def test_extend_without_a_date_that_can_be_is_asked_back(self):
        command = said("EXTEND 31 September")
        assert command.word is Word.EXTEND
        assert command.until is None
        assert "There is no such day. Nothing was done." in command.problem

    def test_chase_and_skip_name_themes(self):
        assert (said("CHASE").word, said("CHASE").theme) == (Word.CHASE, None)
        assert said("chase hate crime").theme == "hate-crime"
        assert said("SKIP Community Safety and ASB").theme == "asb"
        assert said("skip: serious").theme == "serious-violence"
        assert said("skip asb").theme == "asb"

    def test_a_theme_that_is_none_is_asked_back_with_the_nearest(self):
        assert "Did you mean “Hate Crime”? The themes are: Hate Crime, " in said("SKIP hat crime").problem
        assert "Did you mean" not in said("SKIP zzzz").problem
        assert "is no theme" in said("SKIP &&&").problem

    def test_file_takes_a_number_and_a_theme(self):
        command = said("FILE 3 Hate Crime")
        assert (command.word, command.numbers, command.theme) == (Word.FILE, (3,), "hate-crime")
        assert "is no theme" in said("FILE 3 nowhere").problem

    def test_file_without_a_theme_is_asked_back(self):
        assert "I saw the word FILE" in said("FILE 3").problem

    def test_enclose_takes_numbers(self):
        assert said("ENCLOSE 2").numbers == (2,)
        assert said("enclose 2, 3 and 2").numbers == (2, 3)

    @pytest.mark.parametrize(
        ("text", "numbers"),
        [
            ("ACCEPT 3", (3,)),
            ("accept 2 and 5.", (2, 5)),
            ("Accept findings 2, 5, 2", (2, 5)),
            ("accept no. 3", (3,)),
            ("ACCEPT numbers 3; 4", (3, 4)),
            ("accept #3, #4", (3, 4)),
            ("keep 3", (3,)),
            ("ignore findings 3 and 4", (3, 4)),
            ("leave 3 as it is", (3,)),
            ("ACCEPT ALL", ()),
            ("accept all of them", ()),
        ],
    )
    def test_accept_takes_the_numbers_of_findings(self, text, numbers):
        command = said(text)
        assert (command.word, command.numbers, command.problem) == (Word.ACCEPT, numbers, "")

    def test_accept_without_numbers_is_not_taken_for_an_approval(self):
        command = said("Accept")
        assert "approved by APPROVE alone. Nothing was done." in command.problem
        assert not command.worried

    @pytest.mark.parametrize("text", ["ACCEPT 3-5", "accept 3 – 5", "accept 3 to 5", "keep 1, 3-4"])
    def test_accept_takes_no_range_that_could_hold_an_error(self, text):
        assert (said(text).word, said(text).numbers) == (Word.ACCEPT, ())
        assert "each number by itself" in said(text).problem

    @pytest.mark.parametrize("text", ["keep", "ignore all", "leave it", "accept the draft", "accept 3 when Jo agrees"])
    def test_accept_is_nothing_else(self, text):
        assert said(text).word is None

    def test_what_stands_below_accept_is_named_as_not_read(self):
        assert "only the first line" in said("ACCEPT 3\nAPPROVE").note

    @pytest.mark.parametrize(
        ("text", "number"), [("2", "2"), ("  2.\n\nThanks\nJo", "2"), ("No. 12", "12"), ("2)", "2")]
    )
    def test_a_number_alone_is_a_choice(self, text, number):
        command = said(text)
        assert (command.word, command.argument, command.problem) == (Word.CHOICE, number, "")

    def test_a_number_with_more_text_is_asked_back_and_a_worry_where_it_sounds_like_one(self):
        command = said("2\nIt came from Sam")
        assert "2 was followed by more text (“It came from Sam”)" in command.problem
        assert "reply with the line “2” and nothing else" in command.problem
        assert not command.worried
        assert said("2\nbut the figures are wrong").worried
        assert said("2", aside="but not yet").problem
        assert said("2", hidden="3").problem

    @pytest.mark.parametrize("text", ["2 things", "2,5", "1234567", "-2", "two"])
    def test_other_figures_choose_nothing(self, text):
        assert said(text).word is None

    def test_a_number_beside_a_word_file_is_the_number_of_a_page(self):
        assert said("2", has_attachment=True).word is Word.EDITED

    def test_a_line_below_that_is_not_read_is_named(self):
        assert "only the first line" in said("SKIP asb\nunless Jo writes").note
        assert said("SKIP asb\nThanks").note == ""

    def test_a_late_reader_is_named_alone(self):
        assert "reply with the line “SEND TO a@x.example” and" in said("SEND TO a@x.example\nif she asks").problem

    def test_a_code_stands_alone(self):
        assert (said("7k3q-f2m9-xwdt").word, said("Code: [7K3Q-F2M9-XWDT]").argument) == (Word.CODE, "7K3Q-F2M9-XWDT")
        assert "followed by more text" in said("7K3Q-F2M9-XWDT\nbut not yet").problem

    def test_correct_needs_the_file(self):
        assert said("CORRECT", has_attachment=True).problem == ""
        assert "needs the edited Word file" in said("CORRECT").problem

    def test_send_to_takes_one_plain_address(self):
        assert said("SEND TO Late@Example.org").address == "late@example.org"
        assert said("send to <late@example.org>").address == "late@example.org"
        assert "is not one plain address" in said("SEND TO late@example").problem
        assert said("send to a@x.example b@x.example").word is None

    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("STATUS", Word.STATUS),
            ("status?", Word.STATUS),
            ("PEOPLE", Word.PEOPLE),
            ("People please", Word.PEOPLE),
            ("YES", Word.YES),
            ("yes please", Word.YES),
            ("No.", Word.NO),
            ("no thanks", Word.NO),
            ("CANCEL", Word.CANCEL),
        ],
    )
    def test_plain_words_are_read(self, text, word):
        assert (said(text).word, said(text).problem) == (word, "")

    @pytest.mark.parametrize("text", ["YES\nand remove Jo", "CANCEL\nthe meeting with Sam is on"])
    def test_words_that_weigh_stand_alone(self, text):
        assert "followed by more text" in said(text).problem

    def test_cancel_takes_no_ornament(self):
        assert said("cancel it").word is None


class TestNoWord:
    @pytest.mark.parametrize("text", ["", "  \n\t\n", "> quoted only", "-----Original Message-----\nAPPROVE"])
    def test_no_new_text_is_said(self, text):
        command = said(text)
        assert command.word is None
        assert "no new text" in command.problem

    def test_the_word_file_alone_is_a_new_version(self):
        assert said("", has_attachment=True).word is Word.EDITED
        assert said("Thanks\nJo", has_attachment=True).word is Word.EDITED

    def test_the_word_file_with_a_remark_is_a_new_version_and_the_remark_is_kept(self):
        command = said("I moved item 2 up.", has_attachment=True)
        assert (command.word, command.rest, command.problem) == (Word.EDITED, "I moved item 2 up.", "")
        assert "read by nobody" in command.note

    def test_the_word_file_with_an_almost_approval_is_asked_back(self):
        command = said("Approved with my changes", has_attachment=True)
        assert command.word is None
        assert "with a condition" in command.problem

    def test_a_line_beyond_reason_is_no_command(self):
        assert said("EXTEND 15 September" + "!" * 600).word is None

    def test_a_quoted_line_is_cut_and_cleaned(self):
        problem = said("x\x07" * 200).problem
        assert "\x07" not in problem
        assert "…" in problem

    def test_without_themes_no_theme_is_known(self):
        assert "is no theme" in decide("SKIP hate crime", now=NOW).problem


class TestGrammar:
    def test_has_a_row_and_help_for_each_word(self):
        assert {row.word for row in GRAMMAR} == set(Word) - {Word.EDITED}
        assert len(HELP) == len(GRAMMAR) - 3
        helped = [row for row in GRAMMAR if row.word not in (Word.NO, Word.CODE, Word.CHOICE)]
        assert all(row.help == help_ for row, help_ in zip(helped, HELP, strict=True))
        assert all(row.help.startswith(row.word) for row in helped)

    @pytest.mark.parametrize("row", GRAMMAR, ids=lambda row: row.word)
    def test_no_line_fits_two_rows(self, row):
        example_line = {
            "EXTEND": "EXTEND 15 September",
            "SKIP": "SKIP Hate Crime",
            "FILE": "FILE 3 Hate Crime",
            "CHOICE": "2",
            "ACCEPT": "ACCEPT 2",
            "ENCLOSE": "ENCLOSE 2",
            "SEND TO": "SEND TO a@x.example",
            "CODE": "7K3Q-F2M9-XWDT",
        }.get(row.word, row.word.value)
        assert [one.word for one in GRAMMAR if one.pattern.fullmatch(example_line)] == [row.word]

    @settings(max_examples=300)
    @given(st.text(), st.booleans(), st.booleans())
    @example("EXTEND 99999999999999999 days", False, True)
    @example("ENCLOSE " + "9, " * 200, False, True)
    def test_no_text_makes_it_raise(self, text, has_file, agree):
        command = said(text, has_attachment=has_file, html_text_agree=agree)
        assert command.word is not None or command.problem

    @settings(max_examples=300)
    @given(
        st.lists(
            st.sampled_from(
                ["APPROVE", "approve", "not", "do", "HOLD", ".", "!", "?", "\n", " ", "\u200b", "now", "it", ">"]
            )
        ).map("".join)
    )
    def test_nothing_but_the_exact_word_approves(self, text):
        command = said(text)
        if command.word is Word.APPROVE and not command.problem:
            lines = [line.strip() for line in text.split("\n") if line.strip()]
            assert lines[0].upper() == "APPROVE"
            assert all(line.startswith(">") for line in lines[1:] if not decision.only_sign_off([line]))
        else:
            assert command.word is not Word.APPROVE or command.problem

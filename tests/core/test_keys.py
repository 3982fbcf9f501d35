"""Derived identity: the same thing always gets the same name, and no two things share one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import keys
from bot.core.model import Part

TOKEN = "7K3Q-F2M9-XWDT-4MPT-81ZD"


class TestDeliveryKeys:
    def test_are_written_as_the_architecture_says(self):
        assert keys.bulletin_key("ccsu-rag", "2025-08", 1, "B@X.example") == "ccsu-rag/2025-08/bulletin/v1/b@x.example"
        assert (
            keys.draft_key("ccsu-rag", "2025-08", 3, "editor@x.example") == "ccsu-rag/2025-08/draft/3/editor@x.example"
        )
        wanted = "ccsu-rag/2025-08/request/hate-crime/lead@x.example"
        assert keys.request_key("ccsu-rag", "2025-08", "hate-crime", " Lead@x.example ") == wanted
        assert keys.reminder_key("ccsu-rag", "2025-08", 2, "l@x.example") == "ccsu-rag/2025-08/reminder/2/l@x.example"

    def test_of_different_purposes_never_meet(self):
        where = ("ccsu-rag", "2025-08")
        made = [
            keys.bulletin_key(*where, 1, "a@x.example"),
            keys.draft_key(*where, 1, "a@x.example"),
            keys.request_key(*where, "1", "a@x.example"),
            keys.reminder_key(*where, 1, "a@x.example"),
            keys.receipt_key(*where, "1", "a@x.example"),
            keys.answer_key(*where, "1", "a@x.example"),
            keys.alert_key("mailbox-2025-08-01", "a@x.example"),
            keys.all_clear_key("mailbox-2025-08-01", "a@x.example"),
            keys.deputy_question_key(*where, "1", "a@x.example"),
            keys.chaser_key(*where, 1, "a@x.example"),
            keys.confirmation_key(*where, "1", "a@x.example"),
            keys.outcome_key(*where, 1, "a@x.example"),
            keys.notice_key(*where, "1", "a@x.example"),
        ]
        assert len(set(made)) == len(made)

    def test_escape_a_slash_inside_a_step(self):
        assert keys.notice_key("b", "p", "late/r2", "a@x.example") != keys.notice_key(
            "b", "p/late", "r2", "a@x.example"
        )

    @given(st.tuples(st.text(), st.text(), st.text()), st.tuples(st.text(), st.text(), st.text()))
    def test_are_as_different_as_what_they_name(self, one, other):
        first, second = (keys.request_key(a, b, c, "a@x.example") for a, b, c in (one, other))
        assert (first == second) == (one == other)


class TestMessageIds:
    def test_are_derived_from_the_key(self):
        made = keys.message_id_for("some/key", "Council.example.org")
        assert made == keys.message_id_for("some/key", "council.example.org")
        assert made.startswith("<bul.")
        assert made.endswith("@council.example.org>")
        assert made != keys.message_id_for("other/key", "council.example.org")

    @pytest.mark.parametrize("domain", ["", "a b", "x>", "-x.example", "x\r\nBcc: y"])
    def test_refuse_a_domain_that_could_break_the_header(self, domain):
        with pytest.raises(ValueError, match="is not a domain"):
            keys.message_id_for("k", domain)


class TestDigests:
    def test_of_bytes_is_sha256(self):
        assert keys.digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    def test_of_a_draft_covers_every_part_and_the_bulletin(self):
        word = Part(name="bulletin.docx", media_type="application/x", digest="aa")
        page = Part(name="bulletin.html", media_type="text/html", digest="bb")
        whole = keys.draft_digest([word, page], "{}")
        assert whole == keys.draft_digest([word, page], "{}")
        changed = [
            keys.draft_digest([page, word], "{}"),
            keys.draft_digest([word], "{}"),
            keys.draft_digest([word, page], "{ }"),
            keys.draft_digest([word, page.model_copy(update={"digest": "bc"})], "{}"),
            keys.draft_digest([word, page.model_copy(update={"name": "x"})], "{}"),
        ]
        assert whole not in changed
        assert len(set(changed)) == len(changed)

    def test_of_an_inbound_forgives_what_servers_change(self):
        one = keys.inbound_digest(
            "<a@x>", "Jo@X.example", "Mon,  1 Sep 2025", "Re: a  b", "Hello \r\n\r\nyou\r\n", ["2", "1"]
        )
        two = keys.inbound_digest(" <a@x>", "jo@x.example", "Mon, 1 Sep 2025", "Re: a b", "Hello\n\n\nyou", ["1", "2"])
        assert one == two

    def test_of_an_inbound_sees_other_words_and_files(self):
        base = keys.inbound_digest("<a@x>", "jo@x", "d", "s", "text")
        assert base != keys.inbound_digest("<a@x>", "jo@x", "d", "s", "texts")
        assert base != keys.inbound_digest("<a@x>", "jo@x", "d", "s", "text", ["1"])
        assert base != keys.inbound_digest("<b@x>", "jo@x", "d", "s", "text")

    def test_of_fields_does_not_run_them_together(self):
        assert keys.inbound_digest("a", "b", "", "", "") != keys.inbound_digest("", "ab", "", "", "")

    def test_takes_lone_surrogates(self):
        assert len(keys.inbound_digest("a", "b", "c", "\ud800", "")) == 64


class TestEvents:
    def test_chain_to_the_one_before(self):
        first = keys.event_hash("", keys.canonical({"b": 1, "a": "é"}))
        assert first == keys.event_hash("", '{"a":"é","b":1}')
        assert keys.event_hash(first, "{}") != keys.event_hash("", "{}")


class TestTokens:
    def test_are_five_groups_of_four_from_a_hundred_bits(self):
        token = keys.make_token(bytes(range(13)))
        assert [len(group) for group in token.split("-")] == [4] * 5
        assert set(token) <= set(keys.ALPHABET + "-")

    def test_need_a_hundred_random_bits(self):
        with pytest.raises(ValueError, match="100 random bits"):
            keys.make_token(b"x" * 12)

    @given(st.binary(min_size=13, max_size=32))
    def test_are_found_again_in_any_text(self, random):
        token = keys.make_token(random)
        assert keys.find_tokens(f"Re: Draft 3 [{token.lower()}]") == (token,)
        assert keys.find_tokens(f"> ref {token[:14]}-\n> {token[15:]}\n") == (token,)

    @given(st.lists(st.binary(min_size=13, max_size=13), min_size=2, max_size=2, unique=True))
    def test_differ_with_their_bits(self, pair):
        low = [int.from_bytes(one, "big") & ((1 << 100) - 1) for one in pair]
        assert (keys.make_token(pair[0]) == keys.make_token(pair[1])) == (low[0] == low[1])

    @pytest.mark.parametrize(
        "text",
        [
            "7k3q-f2m9-xwdt-4mpt-81zd",
            "[7K3Q - F2M9 - XWDT - 4MPT - 81ZD]",
            "7K3Q–F2M9–XWDT–4MPT–81ZD",
            "7K3QF2M9XWDT4MPT81ZD",
            "7K3Q-F2M9-XWDT-4MPT-8IZD",
            "7K3Q-F2M9-XWDT-4MPT-8lZD",
            "7K3Q-\u200bF2M9-XWDT-4MPT-81ZD",
        ],
    )
    def test_are_read_without_regard_to_case_space_dashes_and_lookalikes(self, text):
        assert keys.normalise_token(text) == TOKEN
        assert keys.token_hash(text) == keys.token_hash(TOKEN)

    @pytest.mark.parametrize(
        "text", ["", "7K3Q", "7K3Q-F2M9", "7K3Q-F2M9-XWD", "7K3Q-F2M9-UUUU", "abc!-defg-hijk", "é" * 12, "A" * 36]
    )
    def test_that_are_none_are_none(self, text):
        assert keys.normalise_token(text) is None
        with pytest.raises(ValueError, match="not a token"):
            keys.token_hash(text)

    def test_of_three_groups_are_read(self):
        assert keys.find_tokens("[K7Q2-9XWD-4MPT]") == ("K7Q2-9XWD-4MPT",)

    def test_read_o_as_nought_and_l_as_one(self):
        assert keys.find_tokens("WSTE-90LM-22HO") == ("WSTE-901M-22H0",)

    @pytest.mark.parametrize("text", ["AAAA-BBBB-CCCC-DDDDD", "xAAAA-BBBB-CCCC", "AAAA-BBBB", "UUUU-UUUU-UUUU"])
    def test_are_not_cut_out_of_longer_words(self, text):
        assert keys.find_tokens(text) == ()

    def test_are_named_once_in_order(self):
        other = "K7Q2-9XWD-4MPT"
        assert keys.find_tokens(f"{TOKEN} {other} {TOKEN.lower()}") == (TOKEN, other)

    @pytest.mark.parametrize(
        "slip",
        [
            "7K3Q-F2M9-XWDT-4MPT-81ZE",
            "7K3Q-F2M9-XWDT-4MPT-81Z",
            "7K3Q-F2M9-XWDTT-4MPT-81ZD",
            "7K3Q-F2M9-WXDT-4MPT-81ZD",
            "K3Q-F2M9-XWDT-4MPT-81ZD",
            TOKEN,
        ],
    )
    def test_with_one_slip_are_mended_for_leads(self, slip):
        live = frozenset((keys.token_hash(TOKEN),))
        assert keys.near_tokens(f"my reference is [{slip}] thanks", live) == tuple(live)

    @pytest.mark.parametrize("slip", ["7K3Q-F2M9-XWDT-4MPT-8EEE", "nothing here", "7K3Q-F2M9"])
    def test_with_more_than_a_slip_stay_unknown(self, slip):
        assert keys.near_tokens(slip, frozenset((keys.token_hash(TOKEN),))) == ()

    def test_look_at_few_near_misses_however_many_there_are(self):
        live = frozenset((keys.token_hash(TOKEN),))
        crowd = " ".join(["QQQQ-QQQQ-QQQQ"] * keys._MOST_ROUGH)
        assert keys.near_tokens(f"{crowd} {TOKEN}", live) == ()

    @settings(max_examples=60)
    @given(st.text())
    def test_no_text_makes_them_raise(self, text):
        assert isinstance(keys.find_tokens(text), tuple)
        assert keys.normalise_token(text) is None or keys.normalise_token(text) == keys.normalise_token(text.lower())


def test_the_key_of_a_readers_question_names_it_and_no_other_key_does() -> None:
    key = keys.reader_notice_key("b", "2025-08", "d" * 64, "lead@x.example")
    assert keys.readers_question(key) == "d" * 64
    assert keys.readers_question(keys.notice_key("b", "2025-08", "readers-more/1", "a@x.example")) == ""


def test_the_key_of_a_digest_of_receipts_is_known_from_others() -> None:
    assert keys.is_digest(keys.digest_key("b", "2025-08", date(2025, 8, 4), "lead@x.example"))
    assert not keys.is_digest(keys.notice_key("b", "2025-08", "late/r2", "lead@x.example"))

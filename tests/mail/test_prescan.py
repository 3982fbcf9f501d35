"""Limits on raw bytes: what is beyond reason is refused in words, what is merely odd goes on."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.mail.prescan import LIMITS, Limits, prescan
from bot.mail.rawheaders import parse_headers

HEAD = b"From: jo@council.example.org\r\nSubject: Parks\r\n"


def codes(raw, limits=LIMITS):
    return [problem.code for problem in prescan(raw, limits)]


def multipart(parts, boundary=b"m", eol=b"\r\n"):
    body = b"".join(b"--" + boundary + eol + part + eol for part in parts) + b"--" + boundary + b"--" + eol
    return HEAD.replace(b"\r\n", eol) + b"Content-Type: multipart/mixed; boundary=" + boundary + eol + eol + body


PLAIN = b"Content-Type: text/plain\r\n\r\nText."


class TestSize:
    @pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b" \n\t"])
    def test_an_empty_mail_is_named(self, raw):
        assert codes(raw) == ["mail-empty"]

    def test_a_mail_beyond_the_limit_is_refused_unread(self):
        assert codes(HEAD + b"\r\n" + b"x" * 2_000, Limits(size=1_000)) == ["mail-too-large"]

    def test_the_sentence_says_what_to_do(self):
        (problem,) = prescan(b"")
        assert problem.sentence.startswith("The message is empty")
        assert problem.todo.startswith("Please send it again")


class TestHeaders:
    @pytest.mark.parametrize("eol", [b"\r\n", b"\n", b"\r"])
    def test_longer_than_the_limit_are_refused_whatever_the_line_ends(self, eol):
        assert codes(b"X: " + b"a" * 110_000 + eol + eol + b"x") == ["headers-too-long"]
        assert codes(b"X: a" + (eol + b" b") * 60_000) == ["headers-too-long"]

    def test_just_below_the_limit_go_on(self):
        assert codes(b"From: a@b.example\r\nX: " + b"a" * 102_000 + b"\r\n\r\nx") == []

    def test_of_too_many_fields_are_refused(self):
        assert codes(b"".join(b"X-%d: y\r\n" % n for n in range(501)) + b"\r\n") == ["too-many-headers"]
        assert codes(b"".join(b"X-%d: y\r\n" % n for n in range(500)) + b"\r\n") == []

    def test_of_too_many_encoded_words_are_refused(self):
        assert codes(b"Subject: " + b"=?utf-8?q?a?= " * 2_001 + b"\r\n\r\n") == ["encoded-word-bomb"]

    def test_of_nested_brackets_are_refused_but_smileys_are_not(self):
        assert codes(b"X: " + b"(" * 40 + b"\r\n\r\n") == ["comment-bomb"]
        assert codes(b"".join(b"X-%d: :-(\r\n" % n for n in range(60)) + b"\r\n") == []
        assert codes(b"X: " + b"()" * 60 + b")))\r\n\r\n") == []

    def test_of_endless_parameters_are_refused(self):
        assert codes(b"Content-Type: text/plain" + b";\r\n a=b" * 200 + b"\r\n\r\n") == ["parameter-bomb"]

    def test_with_nul_bytes_or_bare_returns_are_refused(self):
        assert codes(HEAD + b"X: a\0b\r\n\r\nx") == ["header-nul"]
        assert codes(HEAD + b"X: a\rBcc: v@x.example\r\n\r\nx") == ["header-bare-cr"]

    def test_of_a_part_meet_the_same_limits(self):
        assert codes(multipart([b"X: " + b"a" * 110_000 + b"\r\n\r\nx"])) == ["headers-too-long"]

    def test_a_nul_in_the_text_goes_on(self):
        assert codes(HEAD + b"\r\na\0b") == []


class TestParts:
    def test_of_an_ordinary_mail_go_on(self):
        assert codes(multipart([PLAIN, PLAIN])) == []

    @pytest.mark.parametrize("eol", [b"\r\n", b"\n", b"\r"])
    def test_too_many_are_refused_whatever_the_line_ends(self, eol):
        assert codes(multipart([PLAIN.replace(b"\r\n", eol)] * 201, eol=eol)) in (
            ["too-many-parts"],
            ["header-bare-cr"],
        )
        assert codes(multipart([PLAIN] * 200)) == []

    @pytest.mark.parametrize("depth", [20, 21, 3_000])
    def test_nested_too_deeply_are_refused(self, depth):
        raw = HEAD + b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n"
        raw += b"".join(
            b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(depth - 1)
        )
        assert codes(raw) == ([] if depth <= 20 else ["too-deeply-nested"])

    def test_messages_in_messages_count_as_depth(self):
        raw = HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 30
        assert codes(raw) == ["too-deeply-nested"]
        assert codes(HEAD + b"Content-Type: message/rfc822\r\n\r\n" + HEAD + b"\r\nx") == []

    def test_a_boundary_may_be_quoted_folded_or_coded(self):
        for value in (b'boundary="m"', b"\r\n boundary=m", b"boundary*=m", b'charset=x; BOUNDARY = "m"'):
            raw = HEAD + b"Content-Type: multipart/mixed; " + value + b"\r\n\r\n" + b"--m\r\n\r\nx\r\n" * 201
            assert codes(raw) == ["too-many-parts"], value

    def test_an_absurd_boundary_is_refused(self):
        assert codes(multipart([PLAIN], b"b" * 300)) == ["boundary-too-long"]

    def test_a_multipart_without_boundary_goes_on(self):
        assert codes(HEAD + b"Content-Type: multipart/mixed\r\n\r\nx") == []

    def test_a_closed_multipart_closes_what_is_inside(self):
        inner = b"Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nx"
        raw = multipart([inner, PLAIN]) + b"--i\r\n\r\nnot a part\r\n" * 300
        assert codes(raw) == []

    def test_lines_of_dashes_are_no_parts(self):
        assert codes(multipart([PLAIN + b"\r\n--------\r\n-- \r\nJo" * 300])) == []

    def test_endless_lines_that_look_like_separators_are_refused(self):
        assert codes(multipart([PLAIN + b"\r\n--x" * 200_100])) == ["too-many-parts"]


class TestRawHeaders:
    def test_are_unfolded_and_lower_case(self):
        read = parse_headers(b"Subject: a\r\n b\r\nX-Y: c\r\n\r\nbody")
        assert read.fields == (("subject", b" a b"), ("x-y", b" c"))
        assert read.end == len(b"Subject: a\r\n b\r\nX-Y: c\r\n\r\n")
        assert read.all("x-y") == (b" c",)
        assert read.defects == ()

    def test_pass_over_an_mbox_line(self):
        assert parse_headers(b"From jo Mon Nov 23\nFrom: jo@x.example\n\n").defects == ()

    def test_of_a_body_that_begins_at_once_are_none(self):
        assert parse_headers(b"\r\nFrom: jo@x.example\r\n").fields == ()
        assert parse_headers(b"\nFrom: jo@x.example\n").end == 1

    @pytest.mark.parametrize(
        ("raw", "defect"),
        [
            (b"From: a\r\n \r\nX: y\r\n\r\n", "white space only"),
            (b" a\r\nFrom: b\r\n\r\n", "begins with a continuation"),
            (b"From: a\r\nno colon\r\n\r\n", "without a field name"),
            (b": a\r\n\r\n", "without a field name"),
            (b"From : a\r\n\r\n", "odd character"),
            (b"Fr\x00om: a\r\n\r\n", "NUL"),
            (b"X: a\rFrom: b\r\n\r\n", "bare carriage return"),
        ],
    )
    def test_name_what_could_be_read_in_two_ways(self, raw, defect):
        assert any(defect in one for one in parse_headers(raw).defects)


PIECES = [
    b"\r",
    b"\n",
    b"\r\n",
    b"--m",
    b"--m--",
    b"Content-Type: multipart/mixed; boundary=m",
    b"message/rfc822",
    b"From: a@b.example",
    b" ",
    b"(",
    b"=?utf-8?q?a?=",
    b"\0",
    b"\xff",
    b"x",
    b":",
    b"content-type: ",
]


@settings(max_examples=200)
@given(st.one_of(st.binary(), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)))
def test_no_bytes_make_it_raise(raw):
    assert all(problem.code and problem.sentence.endswith(".") for problem in prescan(raw))

"""Invented bulletins of every shape, sane and broken: what a lead, a converter or an attacker may leave in a block."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.core.model import (
    Bulletin,
    Heading,
    Item,
    ListItem,
    Paragraph,
    Picture,
    Run,
    Section,
    Table,
)
from tests.render.sample import PICTURE_DIGEST, custody

WORDS = st.lists(
    st.sampled_from(
        (
            "The",
            "working",
            "group",
            "meets",
            "2025/26",
            "Drug",
            "&",
            "alcohol",
            "<b>",
            "“quoted”",
            "naïve",
            "x@y",
            "café",
            "•",
        )
    ),
    min_size=1,
    max_size=8,
).map(" ".join)
ODD = st.text(
    st.characters(codec=None, categories=("L", "N", "P", "S", "Zs", "Cc", "Cs", "Cf", "Co")), min_size=0, max_size=12
)
TYPED = st.sampled_from(
    (
        "• typed bullet",
        "- dash",
        "1. one",
        "2) two",
        "o letter",
        "a) first",
        "b) second",
        "i. small",
        "ii. smaller",
        "1. one\n2. two",
        "Key dates",
        "line\nline",
        "a\n• b\n• c",
        "{{ sections }}",
    )
)
TEXTS = st.one_of(WORDS, WORDS, ODD, TYPED)
URLS = st.one_of(
    st.none(),
    st.none(),
    st.sampled_from(
        (
            "https://www.council.example.org/a-long-folder/with-many-words-in-its-name/strategy-paper-2025-30.pdf",
            "https://council.example.org/a",
            "https://council.example.org/b?x=1&y=<2>",
            "http://www.gov.example",
            "mailto:a.person@council.example.org",
            "mailto:A.Person@council.example.org?subject=A b",
            "javascript:alert(1)",
            "https://user@bad.example.org",
            "https://[bad",
            "mailto:nobody",
            "file:///c:/x",
            " https://council.example.org/space here ",
        )
    ),
)
RUN = st.builds(
    Run,
    text=st.one_of(
        TEXTS,
        st.sampled_from(
            ("here", "click here", "https://council.example.org/a", "a.person@council.example.org", "report")
        ),
    ),
    bold=st.booleans(),
    italic=st.booleans(),
    url=URLS,
)
RUNS = st.lists(RUN, max_size=4).map(tuple)
CELL = st.lists(RUN, max_size=2).map(tuple)
TABLE = st.builds(
    Table,
    rows=st.lists(st.lists(CELL, max_size=11).map(tuple), max_size=4).map(tuple),
    header_rows=st.integers(-1, 5),
    caption=st.one_of(st.just(""), TEXTS),
)
BLOCK = st.one_of(
    st.builds(Paragraph, runs=RUNS, contact=st.booleans()),
    st.builds(Heading, runs=RUNS, level=st.integers(0, 6)),
    st.builds(
        ListItem,
        runs=RUNS,
        level=st.integers(0, 5),
        ordered=st.booleans(),
        number=st.one_of(st.none(), st.integers(-1, 40_000)),
    ),
    TABLE,
    st.builds(Picture, digest=st.sampled_from((PICTURE_DIGEST, "f" * 64)), alt=st.one_of(st.just("image1.png"), TEXTS)),
)
ITEM = st.builds(Item, heading=st.one_of(st.just(""), TEXTS), blocks=st.lists(BLOCK, max_size=6).map(tuple))
SECTION = st.builds(
    Section,
    theme=st.sampled_from(("drugs-alcohol", "hate-crime", "prävention & mehr", "")),
    title=st.one_of(WORDS, TEXTS),
    items=st.lists(ITEM, max_size=3).map(tuple),
    nil=st.booleans(),
    statistics=st.one_of(st.none(), st.none(), st.just(custody())),
    mail_link=st.sampled_from(("", "mailto:rag@council.example.org?subject=Hate%20Crime", "javascript:x")),
)
BULLETIN = st.builds(
    Bulletin,
    key=st.just("ccsu-rag"),
    period=st.sampled_from(("2025-08", "2024-02", "x")),
    title=TEXTS,
    month=st.sampled_from(("August 2025", "")),
    marking=st.sampled_from(("OFFICIAL", "")),
    intro=st.one_of(st.just(""), TEXTS),
    sections=st.lists(SECTION, max_size=4).map(tuple),
    contact=RUNS,
    author=st.sampled_from(("The unit", "")),
)

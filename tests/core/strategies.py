"""Random items, sections and bulletins for properties."""

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
from tests.core.builders import (
    bulletin,
    runs,
    statistics,
)

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

"""What a lead asked for in words, done to the items that stand."""

from __future__ import annotations

from typing import Any

from bot.core.mending import mended
from bot.core.model import Block, Heading, Item, ListItem, Mend, Paragraph, Picture, Run, Table, block_text


def run(text: str, **look: Any) -> Run:
    return Run(text=text, **look)


def paragraph(*runs: Run) -> Paragraph:
    return Paragraph(runs=runs)


def item(*blocks: Block, heading: str = "News", inbound: int = 1, person: str = "a@x.example") -> Item:
    return Item(heading=heading, blocks=blocks, inbound=inbound, person=person)


def words(old: str, new: str, **more: Any) -> Mend:
    return Mend(kind="words", old=old, new=new, inbound=1, **more)


def texts(items: list[Item]) -> list[str]:
    return [block_text(block) for one in items for block in one.blocks]


def test_words_are_replaced_in_every_kind_of_block_of_that_mail_and_no_other() -> None:
    table = Table(rows=(((run("recieved"),), (run("1"),)),))
    picture = Picture(digest="0" * 64, alt="recieved")
    blocks = (Heading(runs=(run("Recieved"),)), ListItem(runs=(run("It was recieved."),)), table, picture)
    other = item(paragraph(run("recieved")), inbound=2)
    out = mended([item(*blocks), other], [words("recieved", "received")])
    assert texts(out) == ["received", "It was received.", "received\t1", "recieved", "recieved"]


def test_words_that_lie_over_several_runs_are_replaced_where_they_begin_and_links_follow() -> None:
    address = run("wicki@x.example", url="mailto:wicki@x.example")
    blocks = paragraph(run("Ask "), address, run(" or would "), run("like", bold=True), run(" would like it"))
    out = mended(
        [item(blocks)], [words("wicki@x.example", "vicki@x.example"), words("would like would like", "would like")]
    )
    (block,) = out[0].blocks
    assert block_text(block) == "Ask vicki@x.example or would like it"
    assert isinstance(block, Paragraph)
    assert block.runs[1].url == "mailto:vicki@x.example"


def test_part_of_a_longer_word_is_left() -> None:
    out = mended([item(paragraph(run("The heat of heating")))], [words("heat", "cold")])
    assert texts(out) == ["The cold of heating"]


def test_a_heading_is_mended_too_and_an_acronym_only_where_it_stands_first() -> None:
    first = item(paragraph(run("The MARAC met.")), heading="MARAC")
    out = mended([first], [words("MARAC", "Risk conference (MARAC)", once=True)])
    assert (out[0].heading, texts(out)) == ("Risk conference (MARAC)", ["The MARAC met."])


def test_a_paragraph_of_which_nothing_is_left_goes_and_so_does_its_item() -> None:
    kept, gone = paragraph(run("News.")), paragraph(run("Do you want more?"))
    assert texts(mended([item(kept, gone)], [words("Do you want more?", "")])) == ["News."]
    assert mended([item(gone)], [words("Do you want more?", "")]) == []


def test_a_link_is_put_behind_words() -> None:
    mend = Mend(kind="link", old="to view here", new="https://x.example/plan", inbound=1)
    (out,) = mended([item(paragraph(run("It is available to view here.")))], [mend])
    (block,) = out.blocks
    assert isinstance(block, Paragraph)
    assert [(r.text, r.url) for r in block.runs] == [
        ("It is available ", None),
        ("to view here", "https://x.example/plan"),
        (".", None),
    ]


def test_an_item_is_dropped_and_a_persons_text_withdrawn() -> None:
    items = [item(heading="One"), item(heading="Two"), item(heading="Two", person="b@x.example")]
    assert [i.heading for i in mended(items, [Mend(kind="drop", heading="two ", person="a@x.example")])] == [
        "One",
        "Two",
    ]
    assert [i.person for i in mended(items, [Mend(kind="withdraw", person="a@x.example")])] == ["b@x.example"]
    assert mended(items, [Mend(kind="withdraw")]) == []

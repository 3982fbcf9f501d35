"""The names in double braces that an editor writes into the Word template: found, checked, filled.

Word splits text over runs as it likes, so a name is looked for in the text of the whole paragraph. They are names,
not code: nothing in a template is ever evaluated, and text of a bulletin that looks like a name stays text.
"""

from __future__ import annotations

import copy
import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"

BLOCKS = ("sections", "contents", "statistics")  # stand for many paragraphs
LINES = ("title", "month", "contact", "marking", "intro")  # stand for words inside a line
NAMES = (*BLOCKS, *LINES)
REQUIRED = ("sections",)

_TAG = re.compile(r"\{\{([^{}]*)\}\}")
_LEFT_OPEN = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")


@dataclass(frozen=True, slots=True)
class Tag:
    """One placeholder: its name, its paragraph and the span of its text there. ``place`` is for a person."""

    name: str
    paragraph: Any
    start: int
    end: int
    place: str
    in_body: bool  # its paragraph lies directly in the body, so other paragraphs may take its place


def text_pieces(paragraph: Any) -> list[Any]:
    """The ``w:t`` elements of a paragraph itself, not of text boxes inside it."""
    return [piece for piece in paragraph.iter(f"{_W}t") if _paragraph_of(piece) is paragraph]


def _paragraph_of(element: Any) -> Any:
    parent = element.getparent()
    while parent is not None and parent.tag != f"{_W}p":
        parent = parent.getparent()
    return parent


def stories(document: Any) -> Iterator[tuple[str, Any]]:
    """(name for a person, part) of the document and its headers and footers."""
    yield "the document", document.part
    seen = set()
    for relation in document.part.rels.values():
        kind = relation.reltype.rsplit("/", 1)[-1]
        if kind in ("header", "footer") and not relation.is_external and id(relation.target_part) not in seen:
            seen.add(id(relation.target_part))
            yield f"the {kind}", relation.target_part


def find_tags(document: Any) -> tuple[list[tuple[Any, Tag]], list[str]]:
    """All (part, placeholder) pairs in document order, and what is wrong, one sentence each."""
    tags: list[tuple[Any, Tag]] = []
    faults: list[str] = []
    for story, part in stories(document):
        for number, paragraph in enumerate(part.element.iter(f"{_W}p"), 1):
            text = "".join(piece.text or "" for piece in text_pieces(paragraph))
            if "{" not in text and "}" not in text:
                continue
            place = f"paragraph {number} of {story} (“{_short(text)}”)"
            tags.extend((part, tag) for tag in _tags_of(paragraph, text, place, faults))
    faults.extend(_faults_over_all([tag for _, tag in tags]))
    return tags, faults


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:59] + "…"


def _tags_of(paragraph: Any, text: str, place: str, faults: list[str]) -> Iterator[Tag]:
    for match in _TAG.finditer(text):
        name = match.group(1).strip().casefold()
        if name in NAMES:
            parent = paragraph.getparent()
            in_body = parent is not None and parent.tag == f"{_W}body"
            yield Tag(name, paragraph, match.start(), match.end(), place, in_body)
        else:
            faults.append(f"Unknown name {{{{ {match.group(1).strip()} }}}} in {place}; {_nearest(name)}")
    if _LEFT_OPEN.search(_TAG.sub("", text)):
        faults.append(f"Broken placeholder in {place}: write one name between double braces, such as {{{{ title }}}}.")


def _nearest(name: str) -> str:
    close = difflib.get_close_matches(name, NAMES, 1, 0.5)
    if close:
        return f"did you mean {{{{ {close[0]} }}}}?"
    return "the names are " + ", ".join(f"{{{{ {known} }}}}" for known in NAMES) + "."


def _faults_over_all(tags: list[Tag]) -> Iterator[str]:
    for name in REQUIRED:
        if not any(tag.name == name for tag in tags):
            yield f"The placeholder {{{{ {name} }}}} is missing; put it in a paragraph of its own."
    for name in BLOCKS:
        found = [tag for tag in tags if tag.name == name]
        if len(found) > 1:
            yield f"{{{{ {name} }}}} stands twice: in {found[0].place} and in {found[1].place}; keep one."
        for tag in found:
            if not tag.in_body:
                yield f"{{{{ {name} }}}} in {tag.place} must stand in the text itself, not in a table, box or header."


def put_words(tag: Tag, words: Callable[[str, bool], str], parse: Callable[[str], list[Any]]) -> None:
    """Put words in the place of a placeholder, in the look of the run that it began in.

    ``words(look, plain)`` gives the runs as XML (``look`` are the run properties to keep, as XML; ``plain`` True
    asks for no links, inside a link of the template); ``parse`` makes elements of it.
    """
    first = _cut(tag)
    if first is None:
        return
    run = first.getparent()
    look = run.find(f"{_W}rPr")
    in_link = any(ancestor.tag == f"{_W}hyperlink" for ancestor in run.iterancestors())
    new = parse(words("".join(_as_xml(child) for child in look) if look is not None else "", in_link))
    anchor = run
    for element in new:
        anchor.addnext(element)
        anchor = element
    _move_rest(first, run, anchor, look)


def remove_tag(tag: Tag) -> bool:
    """Take the placeholder's own text out; True when no text is left in its paragraph."""
    first = _cut(tag)
    if first is not None:
        del first.attrib["cut"]
    return not "".join(piece.text or "" for piece in text_pieces(tag.paragraph)).strip()


def _cut(tag: Tag) -> Any:
    """Remove the placeholder's characters; the piece that it began in, whose text after it is kept in its tail run."""
    position, first = 0, None
    for piece in text_pieces(tag.paragraph):
        text = piece.text or ""
        start, end = max(tag.start - position, 0), min(tag.end - position, len(text))
        if start < end:
            if first is None:
                first = piece
                piece.set("cut", str(start))
            piece.text = text[:start] + text[end:]
            piece.set(_XML_SPACE, "preserve")
        position += len(text)
    return first


def _move_rest(first: Any, run: Any, anchor: Any, look: Any) -> None:
    """Move what stood behind the placeholder in the same run into a run of its own behind ``anchor``."""
    cut = int(first.attrib.pop("cut"))
    rest = (first.text or "")[cut:]
    followers = list(first.itersiblings())
    first.text = (first.text or "")[:cut]
    if not rest and not followers:
        return
    behind = run.makeelement(f"{_W}r", {})
    if look is not None:
        behind.append(copy.deepcopy(look))
    if rest:
        piece = run.makeelement(f"{_W}t", {_XML_SPACE: "preserve"})
        piece.text = rest
        behind.append(piece)
    behind.extend(followers)
    anchor.addnext(behind)


def _as_xml(element: Any) -> str:
    from lxml import etree

    return etree.tostring(element, encoding="unicode", with_tail=False)

"""A Reading as the JSON document that ``read --json`` prints."""

from __future__ import annotations

from typing import Any

from bot.core.model import Heading, ListItem, Picture, PlacedBlock, Reading, Run, Table, block_text, plain


def as_json(reading: Reading) -> dict[str, Any]:
    """The document; every value is plain JSON. Blocks that came from an attachment stand with that attachment."""
    return {
        "class": reading.mail_class.value,
        "author": reading.author,
        "forwarded_by": reading.forwarded_by,
        "request_token": reading.request_token,
        "blocks": [_block(placed) for placed in reading.blocks if not placed.source],
        "leftovers": [leftover.model_dump() for leftover in reading.leftovers],
        "attachments": [
            use.model_dump() | {"blocks": [_block(placed) for placed in reading.blocks if placed.source == use.name]}
            for use in reading.attachments
        ],
        "nil": reading.nil,
        "back_on": reading.back_on.isoformat() if reading.back_on else None,
        "alternate_contact": list(reading.alternate_contact),
        "bounced": [bounced.model_dump() for bounced in reading.bounced],
        "confidence": reading.confidence,
        "replaces": reading.replaces,
        "tokens": list(reading.tokens),
        "findings": [finding.model_dump(mode="json") for finding in reading.findings],
    }


def _block(placed: PlacedBlock) -> dict[str, Any]:
    block = placed.block
    out: dict[str, Any] = {"type": "paragraph", "text": block_text(block), "field": placed.field}
    if isinstance(block, Table):
        out |= {"type": "table", "rows": [[plain(cell) for cell in row] for row in block.rows]}
        runs = tuple(run for row in block.rows for cell in row for run in cell)
    elif isinstance(block, Picture):
        return out | {"type": "image", "name": block.name, "digest": block.digest}
    else:
        runs = block.runs
        if isinstance(block, Heading):
            out |= {"type": "heading", "level": block.level}
        elif isinstance(block, ListItem):
            out |= {"type": "bullet", "level": block.level, "ordered": block.ordered, "number": block.number}
    out["links"] = _links(runs)
    out["bold"] = [run.text.strip() for run in runs if run.bold and run.text.strip()]
    return out


def _links(runs: tuple[Run, ...]) -> list[dict[str, str]]:
    links: list[dict[str, str]] = []
    previous: str | None = None
    for run in runs:
        if run.url and run.url == previous:
            links[-1]["text"] += run.text
        elif run.url:
            links.append({"text": run.text, "url": run.url})
        previous = run.url
    return [{"text": link["text"].strip(), "url": link["url"]} for link in links]

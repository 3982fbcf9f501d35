"""The HTML edition: the body of the mail to readers, and the same as a page that stands on its own.

Outlook on Windows draws mail with Word's engine: padding on table cells only, a width attribute beside the style, and
styles inside the elements. Gmail cuts a mail off at 102 kB: past 90 kB the edition is shortened step by step, and
says that the Word file has the rest.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from bot.core.model import Bulletin, Picture
from bot.render.chart import chart_png
from bot.render.flow import Numbers, flow
from bot.render.html_view import EditionView, edition_view
from bot.render.resources import environment
from bot.render.tidy import tidy
from bot.render.wordparts import printable_picture

BYTES_MAX = 90_000
LAYOUT = "edition.html.j2"
SHORTENED_MOST = 3

Images = Literal["cid", "data", "none"]


@dataclass(frozen=True, slots=True)
class InlineImage:
    """An image that the mail carries and the HTML names by ``cid:``."""

    cid: str  # without angle brackets
    media_type: str
    data: bytes


def render_html(
    bulletin: Bulletin,
    pictures: Mapping[str, bytes] | None = None,
    *,
    standalone: bool = False,
    images: Images | None = None,
    templates: Path | None = None,
) -> str:
    """The bulletin as one HTML document with its styles inside.

    For mail (``standalone`` False) images are named by ``cid:`` (:func:`inline_images` gives them) and the whole
    stays under 90 kB. ``standalone`` gives a page for the archive with its images inside. ``images`` chooses
    otherwise; ``templates`` is a folder whose ``edition.html.j2`` is used instead of ours.
    """
    bulletin = tidy(bulletin)
    chosen: Images = images or ("data" if standalone else "cid")
    source = _Sources(bulletin, pictures or {}, chosen)
    html = _written(edition_view(bulletin, source), standalone, templates)
    if standalone:
        return html
    for shorten in range(1, SHORTENED_MOST + 1):
        if len(html.encode("utf-8", "replace")) <= BYTES_MAX:
            break
        html = _written(edition_view(bulletin, source, shorten), standalone, templates)
    return html


def inline_images(bulletin: Bulletin, pictures: Mapping[str, bytes] | None = None) -> tuple[InlineImage, ...]:
    """The images that the mail's HTML names, in the order of print, each once."""
    pictures = pictures or {}
    found: dict[str, InlineImage] = {}
    for piece in flow(tidy(bulletin)):
        if isinstance(piece, Numbers):
            index = int(piece.anchor[1:].split("_")[0]) - 1
            table = bulletin.sections[index].statistics
            if table is not None:
                cid = _chart_cid(piece)
                found[cid] = InlineImage(cid, "image/png", chart_png(table))
        elif isinstance(piece, Picture):
            ready = printable_picture(pictures.get(piece.digest, b""))
            if ready is not None:
                cid = _picture_cid(piece)
                found[cid] = InlineImage(cid, f"image/{ready[1]}", ready[0])
    return tuple(found.values())


def _chart_cid(piece: Numbers) -> str:
    return f"chart-{piece.anchor.replace('_', '-')}@bulletin"


def _picture_cid(picture: Picture) -> str:
    return f"picture-{picture.digest[:24]}@bulletin"


class _Sources:
    """Gives the address of each image."""

    def __init__(self, bulletin: Bulletin, pictures: Mapping[str, bytes], images: Images) -> None:
        self.bulletin = bulletin
        self.pictures = pictures
        self.images = images
        self._ready: dict[str, tuple[bytes, str] | None] = {}

    def __call__(self, piece: Picture | Numbers) -> str | None:
        if self.images == "none":
            return None
        if isinstance(piece, Numbers):
            return f"cid:{_chart_cid(piece)}" if self.images == "cid" else self._chart(piece)
        ready = self._picture(piece.digest)
        if ready is None:
            return None
        return f"cid:{_picture_cid(piece)}" if self.images == "cid" else _data(f"image/{ready[1]}", ready[0])

    def _picture(self, digest: str) -> tuple[bytes, str] | None:
        if digest not in self._ready:
            ready = printable_picture(self.pictures.get(digest, b""))
            self._ready[digest] = (ready[0], ready[1]) if ready else None
        return self._ready[digest]

    def _chart(self, piece: Numbers) -> str | None:
        table = self.bulletin.sections[int(piece.anchor[1:].split("_")[0]) - 1].statistics
        return _data("image/png", chart_png(table)) if table is not None else None


def _data(media_type: str, data: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def _written(view: EditionView, standalone: bool, templates: Path | None) -> str:
    html = environment(templates).get_template(LAYOUT).render(view=view, standalone=standalone)
    return _inliner().inline(html)


@lru_cache(maxsize=1)
def _inliner() -> _Inliner:
    return _Inliner()


class _Inliner:
    """css-inline with the rules that cannot be inlined (dark mode, narrow screens) kept in the head."""

    def __init__(self) -> None:
        import css_inline

        self._inliner = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)

    def inline(self, html: str) -> str:
        """The document with its styles inside the elements."""
        return str(self._inliner.inline(html))

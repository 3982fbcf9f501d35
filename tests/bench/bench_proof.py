"""How long the proof-reading of an edition of ten pages takes, warm, in CPU time beside the 150 ms that it may take.

The pages are the clean ones of ``tests/data/proof``, about 3,000 words, with their directory and earlier editions.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from bot.core.proof import proofread
from bot.core.proofing import calendar
from tests.core.proof_pages import PAGES, page, page_context, sections_from

ALLOWED = 0.150  # seconds, for all checks
BOUNDS = {"all checks over ten pages": 1.0}


def rows(times: int = 7) -> Iterator[tuple[str, float, str, float]]:
    """One row: the best of several warm runs."""
    sections = [section for number in PAGES[:10] for section in sections_from(page(number))]
    context = page_context()
    proofread(sections, context)
    taken = []
    for _ in range(times):
        calendar.dates.cache_clear()  # a text that was read before would be a little quicker
        begun = time.process_time()
        proofread(sections, context)
        taken.append(time.process_time() - begun)
    yield "all checks over ten pages", min(taken), "what they may take", ALLOWED

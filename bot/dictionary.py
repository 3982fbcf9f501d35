"""A British dictionary, where pyenchant and its en_GB words are installed; else none, and that check is off.

Nothing of ours needs it: the lists and rules of the proof-reader work without.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import lru_cache

LANGUAGE = "en_GB"
OFF = (
    "Words are checked against the bot's own lists only: no British dictionary is installed here "
    "(pyenchant with en_GB words)."
)
ON = "Words are looked up in the British dictionary that is installed here."


@lru_cache(maxsize=1)
def british_dictionary() -> Callable[[str], bool] | None:
    """Whether a word stands in the dictionary, as a function; None where there is none."""
    try:
        enchant = importlib.import_module("enchant")
    except ImportError:  # not installed, or without the C library that it needs
        return None
    if not enchant.dict_exists(LANGUAGE):
        return None
    check: Callable[[str], bool] = enchant.Dict(LANGUAGE).check
    return check

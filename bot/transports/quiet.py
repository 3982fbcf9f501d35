"""Libraries that would write addresses, texts or whole mails into the log are kept quiet, whatever our own level is."""

from __future__ import annotations

import logging

# exchangelib logs the whole request when something unexpected happens, at the level of an error
_LEVELS = {
    "exchangelib": logging.CRITICAL + 1,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "imapclient": logging.WARNING,
    "msal": logging.WARNING,
    "requests_ntlm": logging.WARNING,
    "spnego": logging.WARNING,
    "urllib3": logging.WARNING,
}


def quieten() -> None:
    """Raise the levels of the libraries' loggers; harmless to repeat."""
    for name, level in _LEVELS.items():
        logger = logging.getLogger(name)
        if logger.level < level:
            logger.setLevel(level)

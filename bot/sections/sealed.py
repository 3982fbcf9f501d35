"""A mail under rights management: its readable part is the gateway's notice and not a word of the sender's."""

from __future__ import annotations

import re

from bot.mail.lines import Line
from bot.mail.parse import Message

_SEALED_FILE = re.compile(r"\.rpmsg$", re.IGNORECASE)
_SEALED_TYPE = "application/x-microsoft-rpmsg-message"
_NOTICE = re.compile(
    r"(?:has sent you an?|you.ve received an?|you have received an?|this is an?) (?:secure|protected|encrypted"
    r"|rights.protected) (?:e-?mail |mail )?message|this message is protected with",
    re.IGNORECASE,
)
NOTICE_WORDS = 150


def is_sealed(message: Message, lines: list[Line]) -> bool:
    """Is the mail only the notice round a sealed one? Its lines are set aside as ``protected_mail`` then."""
    sealed = [
        part for part in message.attachments if _SEALED_FILE.search(part.name or "") or part.media_type == _SEALED_TYPE
    ]
    own = [line for line in lines if not line.reason and line.text]
    words = " ".join(line.text for line in own)
    if len(words.split()) > NOTICE_WORDS or not (sealed or _NOTICE.search(words)):
        return False
    for line in own:
        line.reason = "protected_mail"
    return True

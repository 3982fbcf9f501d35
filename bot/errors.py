"""Every error says what may be done next.

A :class:`BotError` carries one plain sentence for a person (``message``), what to do (``hint``) and a stable
``code``. ``exit_code`` is what a command ends with: 0 done, 2 configuration, 3 a person is needed, 4 mailbox
unreachable.
"""


class BotError(Exception):
    """Base of all errors that a person may see."""

    exit_code = 3

    def __init__(self, message: str, hint: str = "", code: str = "error") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigError(BotError):
    """The configuration cannot be used; ``problems`` holds every fault, one sentence each."""

    exit_code = 2

    def __init__(self, message: str, hint: str = "", code: str = "config", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint, code)
        self.problems = problems


class InputError(BotError):
    """What a person sent cannot be used; answered by mail in plain words."""


class TemplateError(BotError):
    """A template of ours is broken: ``check`` fails, a tick parks the edition and tells the operator."""


class TransportError(BotError):
    """Base of what can go wrong between us and a mailbox."""

    exit_code = 4


class Unavailable(TransportError):
    """The mailbox did not answer; the next tick tries again."""


class LoginFailed(TransportError):
    """The mailbox refused our credentials; the operator must act, and we do not storm it with attempts."""


class NotSent(TransportError):
    """Certainly not accepted: it may be queued again."""


class Refused(TransportError):
    """Refused for good by the server; a person must look."""


class MaybeSent(TransportError):
    """Nobody knows whether it was accepted: probe, never repeat."""


class StoreError(BotError):
    """Base of what the store says."""


class OutOfDate(BotError):
    """A bot that runs knows less than the store: started again, it reads the configuration anew."""


class EditionUnreadable(StoreError):
    """An edition in the store, or a reply or draft of it, is not as this program writes them."""

    def __init__(self, bulletin: str, period: str) -> None:
        super().__init__(
            f"The edition {period} of {bulletin} was written by a newer program than this one, which cannot read it.",
            "Use the newer program.",
            "edition-unreadable",
        )
        self.bulletin = bulletin
        self.period = period


class Conflict(StoreError):
    """Somebody else was faster: read again and plan again."""


class SchemaMismatch(StoreError):
    """The store's schema is not the one this program needs; run ``migrate``."""

    exit_code = 2


class IllegalTransition(BotError):
    """A transition that the tables do not hold: our bug. Park the row and tell the operator."""

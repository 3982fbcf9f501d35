"""What the databases say when something goes wrong, put in plain sentences and in our own errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from bot.errors import Conflict, StoreError

_SQLITE = (  # first match on SQLite's own words
    ("disk is full", "disk-full", "The disk that holds the store is full; nothing was written.", "Free some space."),
    ("is locked", "busy", "The store is busy: another program keeps it locked.", "The next tick tries again."),
    ("malformed", "damaged", "The store's file is damaged.", "Stop the service and restore the last backup."),
    ("not a database", "damaged", "The store's file is not a database.", "Check the store URL, or restore a backup."),
    ("readonly", "read-only", "The store's file cannot be written.", "Check the rights of the file and its directory."),
    ("unable to open", "unreachable", "The store's file cannot be opened.", "Check the store URL and the rights."),
    ("disk i/o", "disk-error", "The disk that holds the store reports an error.", "Check the disk, then try again."),
)
_FULL = ("disk-full", "The disk of the database server is full; nothing was written.", "Free some space there.")
_BUSY = ("busy", "The database server was too busy for this step; nothing was written.", "The next tick tries again.")
_POSTGRES = {  # SQLSTATE -> code, sentence, hint
    "53100": _FULL,
    "55P03": _BUSY,
    "57014": _BUSY,
    "28P01": ("login", "The database server refused the log-in.", "Check the password of the store URL."),
    "28000": ("login", "The database server refused the log-in.", "Check the user of the store URL."),
    "3D000": ("unreachable", "The database does not exist on that server.", "Create it, then try again."),
    "25006": ("read-only", "The database server takes no changes (a standby?).", "Check the store URL."),
    "42501": ("rights", "The database user lacks a right that the bot needs.", "Grant it, then try again."),
}
_UNTOLD = "The store could not do this step; nothing was written."
_CONFLICT_STATES = {"23505", "40001", "40P01"}  # unique violation, serialization failure, deadlock
_CONFLICT_NAMES = {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}


@contextmanager
def plainly() -> Iterator[None]:
    """Turn what SQLAlchemy and the drivers raise into Conflict or StoreError."""
    try:
        yield
    except DBAPIError as error:
        raise translate(error) from error
    except SQLAlchemyError as error:
        raise StoreError(_UNTOLD, _first_line(error), "store") from error
    except ValidationError as error:
        what = f"A row of the store cannot be read as {error.title}."
        raise StoreError(what, "Was it written by a newer version of the program?", "row-unreadable") from error


def translate(error: DBAPIError) -> StoreError:
    """Our error for one of the driver's."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    name = str(getattr(error.orig, "sqlite_errorname", None) or "")
    if state in _CONFLICT_STATES or name in _CONFLICT_NAMES:
        return Conflict("Somebody else was faster; nothing was written.", "Read again and plan again.", "conflict")
    if isinstance(error, IntegrityError):
        return StoreError("The store refused a row that breaks its rules.", _first_line(error), "refused")
    if state in _POSTGRES:
        code, sentence, hint = _POSTGRES[state]
        return StoreError(sentence, hint, code)
    words = str(error.orig).lower()
    for sign, code, sentence, hint in _SQLITE:
        if name and sign in words:
            return StoreError(sentence, hint, code)
    if error.connection_invalidated or (not name and not state):
        return StoreError("The database server does not answer.", "The next tick tries again.", "unreachable")
    return StoreError(_UNTOLD, _first_line(error), "store")


def _first_line(error: BaseException) -> str:
    """The first line of what the driver said: it names a constraint, never a row's content."""
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__

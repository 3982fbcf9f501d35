"""Authentication-Results read by grammar: RFC 8601, and the form of Exchange Online, which names no server.

A substring search would believe ``dmarc=pass`` inside a comment or a quoted reason; so the value is cut into tokens
first, comments are dropped as the grammar says, and anything that does not fit makes the whole header unusable.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(
    rb"""(?P<space>[ \t\r\n]+)
      |(?P<quoted>"(?:[^"\\\r\n\0]|\\[^\r\n\0])*")
      |(?P<mark>[;=])
      |(?P<word>[^\s;="()\\\x00-\x1f\x7f-\xff]+)""",
    re.VERBOSE,
)


class MethodResult(NamedTuple):
    """One result: ``method`` and ``result`` in lower case, properties by name ("header.from") in lower case."""

    method: str
    result: str
    properties: dict[str, str]


class AuthResults(NamedTuple):
    """One header: the server that vouches ("" in Exchange Online's form) and its results."""

    authserv_id: str
    results: tuple[MethodResult, ...]

    def of(self, method: str) -> tuple[MethodResult, ...]:
        """Every result for a method."""
        return tuple(result for result in self.results if result.method == method)


def parse_auth_results(value: bytes, *, named: bool = True) -> AuthResults | None:
    """Read a header value, or None where it does not fit the grammar. ``named`` = an authserv-id comes first."""
    tokens = _tokens(value)
    if tokens is None:
        return None
    clauses = _clauses(tokens)
    server = ""
    if named:
        head = clauses.pop(0)
        if not head or "=" in head or len(head) > 2 or (len(head) == 2 and head[1] != "1"):
            return None
        server = head[0].lower()
    results = []
    for clause in clauses:
        if not clause or clause == ["none"]:
            continue
        result = _result(clause)
        if result is None:
            return None
        results.append(result)
    return AuthResults(server, tuple(results))


def authserv_id_claimed(value: bytes) -> str:
    """The server that a header claims to come from, in lower case, even where the rest does not fit the grammar."""
    tokens = _tokens(value.split(b";")[0]) or _tokens(re.split(rb"[\s;(]", value.strip(), maxsplit=1)[0]) or [""]
    return tokens[0].lower()


def _tokens(value: bytes) -> list[str] | None:
    """Words, quoted strings (unquoted) and the marks ; and = in order; None where the text is not of the grammar."""
    tokens: list[str] = []
    at = 0
    while at < len(value):
        if value[at : at + 1] == b"(":
            end = _comment_end(value, at)
            if end is None:
                return None
            at = end
            continue
        match = _TOKEN.match(value, at)
        if match is None:
            return None
        at = match.end()
        if match.lastgroup == "quoted":
            tokens.append(re.sub(rb"\\(.)", rb"\1", match.group()[1:-1]).decode("ascii", "replace"))
        elif match.lastgroup != "space":
            tokens.append(match.group().decode("ascii"))
    return tokens


def _comment_end(value: bytes, at: int) -> int | None:
    """Where the comment that opens at ``at`` ends; None if it never does."""
    depth = 0
    for match in re.compile(rb"\\.|[()]", re.DOTALL).finditer(value, at):
        mark = match.group()
        depth += {b"(": 1, b")": -1}.get(mark, 0)
        if depth == 0:
            return match.end()
    return None


def _clauses(tokens: list[str]) -> list[list[str]]:
    """The tokens between semicolons."""
    clauses: list[list[str]] = [[]]
    for piece in tokens:
        if piece == ";":
            clauses.append([])
        else:
            clauses[-1].append(piece)
    return clauses


def _result(clause: list[str]) -> MethodResult | None:
    """``method=result`` and its ``name=value`` properties; Exchange Online adds ``action=`` among them."""
    pairs: list[tuple[str, str]] = []
    at = 0
    while at < len(clause):
        if at + 2 >= len(clause) or clause[at + 1] != "=" or clause[at] == "=" or clause[at + 2] == "=":
            return None
        name, value = clause[at].lower(), clause[at + 2]
        at += 3
        while at < len(clause) and clause[at] == "=":  # a value may hold "=", as header.b= does
            value += "=" + "".join(clause[at + 1 : at + 2])
            at += 2
        pairs.append((name, value))
    method, result = pairs[0]
    names = [name for name, _ in pairs[1:]]
    if len(set(names)) < len(names):
        return None  # the same property twice could be read in two ways
    return MethodResult(method.split("/")[0], result.lower(), {name: value.lower() for name, value in pairs[1:]})

"""Query text -> its form and its dataset; refuses updates, SERVICE and deep nesting before the engine sees them.

SERVICE is also impossible in the worker, which cannot open a socket. The refusal here is for the message, and for a SERVICE that would never be evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin

from koopkg.errors import QueryError
from koopkg.messages import Foreign, Message
from koopkg.namespaces import PREFIXES

__all__ = ["MOST_NESTED", "SERVICE_REFUSED", "Dataset", "Form", "dataset_of", "inspect", "is_decided"]

Form = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]
SERVICE_REFUSED = Message("query: SERVICE is refused: this endpoint asks no other; leave the clause out and join the results yourself")
MOST_NESTED = 100
"""Brackets within brackets, or signs before one another. The engine reads and evaluates by recursion; three times as deep still fits the stack of a worker."""

_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")

_BLANK = re.compile(r"(?:[\x20\t\r\n]|#[^\r\n]*)*")
"""White space and comments; a comment ends at a carriage return too (SPARQL 1.1 Query Language, section 19.4)."""
_TOKEN = re.compile(
    r"""(?P<string>'''(?:[^'\\]|\\.|'(?!''))*'''|\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'(?:[^'\\\r\n]|\\.)*'|"(?:[^"\\\r\n]|\\.)*")
    |(?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    |(?P<variable>[?$]\w+)
    |(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<name>(?:[^\W\d_](?:[\w.-]{0,200}[\w-])?)?:(?:[\w:%-]|\\.|\.(?=[\w:%.\\-]))*)
    |(?P<blank>_:[\w.-]*\w)
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<word>[^\W\d]\w*)
    |(?P<sign>[\s\S])""",
    re.VERBOSE | re.DOTALL,
)
_DECLARED = re.compile(
    r"""(?>(?:[\x20\t\r\n]|\#[^\r\n]*)*(?:BASE|PREFIX(?:[\x20\t\r\n]|\#[^\r\n]*)*+[\w.-]*:)(?:[\x20\t\r\n]|\#[^\r\n]*)*+<[^<>"{}|^`\\\x00-\x20]*>)*""",
    re.IGNORECASE,
)
"""The declarations that a query begins with, as they are mostly written; what this does not match is looked at token by token."""
_TARGET = re.compile(r"""[?$][^\s{}<>()"'#]+|<[^<>"{}|^`\\\x00-\x20]*>|[^\s{}<>()"'#?$:]{0,200}:(?:[^\s{}<>()"'#\\]|\\.)*""")
"""What can stand between SERVICE and its group: a variable, an IRI or a prefixed name, more freely than the grammar has them."""
_LONGEST_PREFIX, _LONGEST_IRI = 200, 2_000
"""The bound above keeps the time linear in the length of a query; a longer prefix is refused, so that it hides nothing."""
_LONG_RUN = re.compile(rf"(?<![\w.-])[\w.-]{{{_LONGEST_PREFIX + 1},}}")
_DEEPENING = "([{!-+^"
_QUOTATION_MARKS = ("'", '"')
_SILENT = re.compile("silent", re.IGNORECASE)
_SERVICE, _FROM = re.compile("service", re.IGNORECASE), re.compile("from", re.IGNORECASE)
_CHANGING = re.compile(r"(?:now|rand|uuid)[\s(#]", re.IGNORECASE)
_CHANGING_WORDS = ("now", "rand", "uuid")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


@dataclass(frozen=True, slots=True)
class Dataset:
    """The graphs that a query is asked of, by IRI: those merged into the default graph, and those that GRAPH can name."""

    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def inspect(query: str) -> Form:
    """The form of a query that may be answered.

    Raises:
        QueryError: It is an update, asks another endpoint, has no query form or is nested too deeply.
    """
    if any(_asks_another_endpoint(text) for text in dict.fromkeys((query, _unescaped(query)))):
        raise QueryError(SERVICE_REFUSED, field="query")
    has_long_run = max(map(len, query.split()), default=0) > _LONGEST_PREFIX
    if has_long_run and any(query.startswith(":", run.end()) for run in _LONG_RUN.finditer(query)):
        raise QueryError("{field}: a prefix has more than {most} characters; choose a shorter one", field="query", most=_LONGEST_PREFIX)
    declared = _DECLARED.match(query)
    form = _form(_tokens(query, declared.end() if declared else 0))
    # Each level takes one of these signs, so most queries need not be looked through for them.
    if sum(map(query.count, _DEEPENING)) > MOST_NESTED and (depth := _depth(_tokens(query))) > MOST_NESTED:
        raise QueryError("{field}: is nested {depth} deep; at most {most} levels are read; write it flatter", field="query", depth=depth, most=MOST_NESTED)
    return form


def dataset_of(query: str, base_iri: str | None) -> Dataset | None:
    """The dataset that FROM and FROM NAMED of a query name; None if there is neither.

    Raises:
        QueryError: The address of a graph, or one that it is resolved against, is no address.
    """
    prefixes, base = dict(PREFIXES), base_iri or ""
    default: list[str] = []
    named: list[str] = []
    has_clause = False
    tokens = list(_tokens(query)) if _may_hold(query, "from") and _FROM.search(query) else []
    for place, token in enumerate(tokens):
        following = tokens[place + 1 : place + 3]
        word = token.text.upper() if token.kind == "word" else ""
        if word == "PREFIX" and len(following) == 2:
            prefixes[following[0].text.removesuffix(":")] = _resolved(following[1], base)
        elif word == "BASE" and following:
            base = _resolved(following[0], base)
        elif word == "FROM" and following:
            has_clause = True
            is_named = following[0].text.upper() == "NAMED"
            graph = _expanded(following[-1 if is_named else 0], prefixes, base)
            (named if is_named else default).append(graph)
    return Dataset(tuple(dict.fromkeys(default)), tuple(dict.fromkeys(named))) if has_clause else None


def is_decided(query: str) -> bool:
    """Whether the data alone decide the answer: nothing in the text can be a call of NOW, RAND, UUID or STRUUID."""
    return not any(_may_hold(text, *_CHANGING_WORDS) and _CHANGING.search(text) for text in dict.fromkeys((query, _unescaped(query))))


def _may_hold(text: str, *words: str) -> bool:
    """Whether one of some words may stand in a text; a tenth of the time of an expression that passes over the size of letters."""
    if not text.isascii():
        return True
    small = text.lower()
    return any(word in small for word in words)


def _expanded(token: _Token, prefixes: dict[str, str], base: str) -> str:
    if token.kind == "name":
        prefix, _, local = token.text.partition(":")
        return prefixes.get(prefix, "") + re.sub(r"\\(.)", r"\1", local)
    return _resolved(token, base)


def _resolved(token: _Token, base: str) -> str:
    """An IRI as written, resolved against the base address.

    Raises:
        QueryError: It cannot be, or grows beyond bounds.
    """
    try:
        resolved = urljoin(base, token.text[1:-1])
    except ValueError as error:
        raise QueryError("{field}: {iri} is no address ({reason}); correct it", field="query", iri=token.text, reason=Foreign(error)) from None
    if len(resolved) > _LONGEST_IRI:
        raise QueryError("{field}: an address resolves to more than {most:,} characters; write a shorter one", field="query", most=_LONGEST_IRI)
    return resolved


def _tokens(text: str, start: int = 0) -> Iterator[_Token]:
    """The tokens of a query from a place up to a quotation mark that nothing closes, `<` and what follows taken for an IRI wherever it can be one."""
    position = _skip(text, start)
    while position < len(text):
        token = _token(text, position)
        if token.text in _QUOTATION_MARKS:
            return
        yield token
        position = _skip(text, token.end)


def _token(text: str, position: int) -> _Token:
    match = _TOKEN.match(text, position)
    assert match is not None  # noqa: S101 -- its last alternative takes any character
    return _Token(str(match.lastgroup), match.group(), match.start(), match.end())


def _skip(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def _form(tokens: Iterable[_Token]) -> Form:
    for token in tokens:
        word = token.text.upper() if token.kind == "word" else ""
        if word in _FORMS:
            return word  # type: ignore[return-value]
        if word in _UPDATES:
            raise QueryError("{field}: {word} is an update; this endpoint only answers SELECT, ASK, CONSTRUCT and DESCRIBE", field="query", word=word)
    raise QueryError("query: has no query form; expected SELECT, ASK, CONSTRUCT or DESCRIBE", field="query")


def _depth(tokens: Iterable[_Token]) -> int:
    """How deep brackets are nested, a row of signs before one operand counted like brackets, and those in what may be an IRI or a comparison, too."""
    deepest = depth = row = 0
    for token in tokens:
        if token.kind == "iri":
            deepest = max(deepest, depth + token.text.count("(") + token.text.count("["))
        row = row + 1 if token.kind == "sign" and token.text in "!-+^" else 0
        if token.kind == "sign" and token.text in "([{":
            depth += 1
        elif token.kind == "sign" and token.text in ")]}":
            depth -= 1
        deepest = max(deepest, depth + row)
    return deepest


def _asks_another_endpoint(text: str) -> bool:
    """Whether a SERVICE clause can be read anywhere in the text.

    Only a parser knows whether `<` begins an IRI or compares (`1<2`), and whether three quotation marks begin a long string. Here both are followed: every
    place where a token can begin in any reading is visited once, so that no trick with one of them hides the word.
    """
    if not _may_hold(text, "service") or not _SERVICE.search(text):
        return False
    pending: list[int] = [0]
    visited: set[int] = set()
    while pending:
        position = _skip(text, pending.pop())
        if position in visited or position >= len(text):
            continue
        visited.add(position)
        token = _token(text, position)
        if _is_service(token, text):
            return True
        if token.text not in _QUOTATION_MARKS:  # nothing closes it: this reading ends here
            pending.append(token.end)
        if token.kind == "iri":
            pending.append(position + 1)
        elif token.text.startswith(("'''", '"""')):
            pending.append(position + 2)
    return False


def _is_service(token: _Token, text: str) -> bool:
    """Whether a token is, or ends in, the word SERVICE and what follows makes it a clause: SILENT or not, an endpoint, a group.

    The engine reads keywords without a blank between them, so `trueSERVICE` and `SERVICEex:name` count too.
    """
    if token.kind == "name":
        return bool(_SERVICE.search(token.text.partition(":")[0])) and text.startswith("{", _skip(text, token.end))
    if token.kind != "word" or not token.text.lower().endswith(("service", "servicesilent")):
        return False
    position = _skip(text, token.end)
    for start in (position, _skip(text, position + len("silent"))) if _SILENT.match(text, position) else (position,):
        target = _TARGET.match(text, start)
        if target and text.startswith("{", _skip(text, target.end())):
            return True
    return False


def _unescaped(text: str) -> str:
    """The text with codepoint escapes resolved, as the engine may read it (SPARQL 1.1 Query Language, section 19.2)."""
    return _ESCAPE.sub(lambda found: chr(code) if (code := int(found[1] or found[2], 16)) <= 0x10FFFF else found[0], text)

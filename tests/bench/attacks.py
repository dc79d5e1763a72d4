"""What hostile clients do, by kind: each function is one round of one client, and gives what the client was told."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import jwt
import orjson

from tests.bench.client import head, post, question, signed
from tests.bench.hostile_client import Hostile, dribbled, speaking, told
from tests.bench.texts import ASK, HONEST_NUMBERS, NOTE, SHAPES, SYLLABLES, new_question

_CHUNK: Final = b"x" * 65_536
_BODY_BYTES: Final = 2_000_000
_DEPTHS: Final = (5, 200)
_KINDS: Final = ("Center", "HtsHeading", "HtsChapter", "Agency", "Port", "Program")
_SEARCH: Final = (
    "query Find($text: String!) {{ search(text: $text, kinds: [{}], first: {}) {{ totalCount nodes {{ nodeId }} }} }}"
)
_COSTLY: Final = (
    "{ ports(first: 98) { nodes { name contacts(first: 100) { totalCount nodes { name email phone } } } } }",
    (
        "{ contacts(first: 98, orderBy: [{role: DESC}]) { nodes { name organisation { name contacts(first: 100) { nodes"
        " { name } } } } } }"
    ),
    (
        "{ agencies(first: 10) { nodes { name contacts(first: 90) { nodes { name deputies(first: 20) { nodes { name } }"
        " } } } } }"
    ),
    (
        "{ centers(first: 10) { nodes { contacts(first: 95) { nodes { name sitsAt { contacts(first: 18) { nodes { name"
        " } } } } } } } }"
    ),
)


Round = Callable[[Hostile], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of attack; signed as `persona` where it needs an account."""

    about: str
    round: Round
    persona: str | None = None
    several: bool = False
    """Whether each client has `--connections` of it at a time."""


async def _raised_bookmark(me: Hostile) -> str:
    """Every other round with a text that an honest client is about to ask the first time."""
    raised = raised_bookmark(me.job.bookmark, me.random.randrange(10**6, 10**9))
    number = me.job.new_number + me.random.randrange(40)
    text = (
        new_question(number) if me.round % 2 else "{ centers { totalCount nodes { code name managedFrom { name } } } }"
    )
    return await me.asks(question(text, headers={"Hub-Bookmark": raised}))


def raised_bookmark(bookmark: str, by: int) -> str:
    """The bookmark of a transaction that is yet to come: Neo4j's own form, unsigned, with a larger number in it."""
    prefix, _, packed = bookmark.partition(":")
    raw = base64.b64decode(packed + "=" * (-len(packed) % 4))
    # a list: the database's id in 16 bytes, the number of its last transaction as a packed integer, an empty list
    start, marker = raw[:19], raw[19]
    width = {0xC8: 1, 0xC9: 2, 0xCA: 4, 0xCB: 8}.get(marker, 0)
    number = int.from_bytes(raw[20 : 20 + width]) if width else marker
    packed_number = b"\xcb" + (number + by).to_bytes(8)
    return f"{prefix}:{base64.b64encode(start + packed_number + raw[20 + width :]).decode()}"


async def _large_head(me: Hostile) -> str:
    """One header of many MB, or many small ones."""
    many = b"".join(b"X-%d: %s\r\n" % (line, b"x" * 50) for line in range(1000))
    async with speaking(me) as (reader, writer):
        writer.write(head({})[:-2] + (b"X-Large: " if me.round % 2 else b""))
        sent = 0
        while sent < me.job.head_mb << 20:
            writer.write(_CHUNK if me.round % 2 else many)
            sent += len(_CHUNK if me.round % 2 else many)
            await writer.drain()
            if reader.at_eof():
                break
        writer.write(b"\r\nContent-Length: 2\r\n\r\n{}" if me.round % 2 else b"Content-Length: 2\r\n\r\n{}")
        return await told(reader, 30)


async def _slow_head(me: Hostile) -> str:
    async with speaking(me) as (reader, writer):
        return await dribbled(me, reader, writer, head({"X-Slow": "x" * 10_000}))


async def _slow_body(me: Hostile) -> str:
    async with speaking(me) as (reader, writer):
        writer.write(head({"Content-Length": "10000"}))
        return await dribbled(me, reader, writer, b"{" + b" " * 9_999)


async def _deep_document(me: Hostile) -> str:
    depth = me.random.randint(*_DEPTHS)
    list_, property_ = me.random.choice(
        (("ports", "name"), ("centers", "code"), ("contacts", "name"), ("agencies", "code"))
    )
    where = "{not: " * depth + f'{{{property_}: {{contains: "{me.random.choice(SYLLABLES)}"}}}}' + "}" * depth
    return (
        f"{await me.asks(question(f'{{ {list_}(first: 3, where: {where}) {{ nodes {{ name }} }} }}'))} ({_tens(depth)})"
    )


async def _deep_variables(me: Hostile) -> str:
    depth = me.random.randint(*_DEPTHS)
    where: dict[str, Any] = {"name": {"contains": me.random.choice(SYLLABLES)}}
    for _ in range(depth):
        where = {"not": where}
    text = "query Deep($where: ContactWhere) { contacts(first: 3, where: $where) { nodes { name } } }"
    return f"{await me.asks(question(text, {'where': where}))} ({_tens(depth)})"


async def _new_shapes(me: Hostile) -> str:
    return await me.asks(question(_new(me)))


async def _new_searches(me: Hostile) -> str:
    words = [f"{''.join(me.random.choices(SYLLABLES, k=3))}" for _ in range(me.random.randint(1, 6))]
    kinds = ", ".join(me.random.sample(_KINDS, me.random.randint(1, len(_KINDS))))
    return await me.asks(question(_SEARCH.format(kinds, me.random.randint(3, 20)), {"text": " ".join(words)}))


async def _costly(me: Hostile) -> str:
    return await me.asks(question(_COSTLY[(me.number + me.round) % len(_COSTLY)]))


async def _questions(me: Hostile) -> str:
    return await me.asks(question(ASK, {"title": f"Question {me.name}", "text": "Which heading is it? " * 20}))


async def _one_case(me: Hostile) -> str:
    return await me.asks(question(NOTE, _note(me), signed(me.job.tokens["large-broker"])))


async def _hidden_case(me: Hostile) -> str:
    """Ten clients keep a case of theirs locked; the rest do verbs in it that may not see it."""
    persona = "large-broker" if me.number < 10 else "association-officer"
    told = await me.asks(question(NOTE, _note(me), signed(me.job.tokens[persona])))
    return f"{told} ({'its own' if me.number < 10 else 'hidden'})"


async def _large_body(me: Hostile) -> str:
    return await me.asks(post(_NONSENSE[(me.number + me.round) % len(_NONSENSE)]))


_NONSENSE: Final = (
    b"nonsense " * (_BODY_BYTES // 9),
    b"[" * _BODY_BYTES,
    b'{"query": "' + b"{ a " * (_BODY_BYTES // 4 - 10) + b'"}',
    b'{"query": "{ centers { totalCount } }", "variables": {"a": [' + b"1, " * (_BODY_BYTES // 3 - 40) + b"1]}}",
    b"{}" + b" " * (_BODY_BYTES + 100_000),
)


async def _invalid_token(me: Hostile) -> str:
    token = me.job.tokens["large-broker"]
    header, claims, signature = token.split(".")
    forged = (
        base64.urlsafe_b64encode(orjson.dumps({"sub": me.name, "iss": "urn:sample", "aud": "hub"}))
        .rstrip(b"=")
        .decode()
    )
    tokens = (
        "x" * 2_000,
        f"{header}.{claims}.{signature[::-1]}",
        f"{header}.{forged}.{signature}",
        jwt.encode({"sub": me.name}, "a secret that is nobody's, of a fair length", algorithm="HS256"),
        f"{header}.{claims}.{''.join(me.random.choices('abcdefghijkl', k=len(signature)))}",
    )
    return await me.asks(question("{ centers { totalCount } }", None, signed(tokens[me.round % len(tokens)])))


async def _idle(me: Hostile) -> str:
    """Silent, half a head, or a request answered and then nothing."""
    async with speaking(me) as (reader, writer):
        how = ("silent", "half a head", "answered once")[me.round % 3]
        if me.round % 3 == 1:
            writer.write(head({})[:40])
        elif me.round % 3 == 2:
            writer.write(question("{ centers { totalCount } }"))
            await told(reader, 30)
        return f"{how}: {await told(reader, min(60, me.left_s))}"


async def _disconnecting(me: Hostile) -> str:
    """In the middle of a body, or soon after a whole request that is costly or new."""
    async with speaking(me) as (_, writer):
        choice = me.round % 3
        text = _COSTLY[me.round // 3 % len(_COSTLY)] if choice == 1 else _new(me)
        request = question(text)
        writer.write(request[: len(request) - 20] if choice == 0 else request)
        await writer.drain()
        await asyncio.sleep(me.random.uniform(0, 0.3))
        return ("half a body", "costly", "new")[choice] + " sent, then gone"


KINDS: Final[dict[str, Kind]] = {
    "raised-bookmark": Kind("a Hub-Bookmark of a transaction yet to come", _raised_bookmark),
    "large-heads": Kind("request heads of many MB", _large_head),
    "slow-heads": Kind("request heads of a byte a second", _slow_head, several=True),
    "slow-bodies": Kind("bodies of a byte a second", _slow_body, several=True),
    "deep-documents": Kind("`not` 5 to 200 deep in the document", _deep_document),
    "deep-variables": Kind("`not` 5 to 200 deep in variables", _deep_variables),
    "new-shapes": Kind("questions of a new shape all the time", _new_shapes),
    "new-searches": Kind("searches of one to six words never asked before", _new_searches),
    "costly": Kind("questions near the bound of cost", _costly),
    "questions": Kind("askQuestion without an account", _questions),
    "one-case": Kind("verbs in one case by one account", _one_case, "large-broker"),
    "hidden-case": Kind("verbs in a case that is hidden and locked", _hidden_case, "association-officer"),
    "large-bodies": Kind("2 MB of nonsense", _large_body),
    "invalid-tokens": Kind("tokens that are none", _invalid_token),
    "idle": Kind("connections that do nothing", _idle, several=True),
    "disconnecting": Kind("gone in the middle", _disconnecting),
}


def _new(me: Hostile) -> str:
    """A question of a shape that no honest client asks."""
    number = me.job.seed * 11_000 + me.number * 1_000 + me.round
    return new_question(HONEST_NUMBERS.stop + number % (SHAPES - HONEST_NUMBERS.stop))


def _note(me: Hostile) -> dict[str, Any]:
    return {"case": me.job.case, "text": f"Note {me.name}", "requestId": f"hostile-{me.name}"}


def _tens(depth: int) -> str:
    low = depth // 50 * 50
    return f"{low} to {low + 49} deep"

"""A whole reading on disk: its blocks, and what is kept of those that have changed."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from connectors.engine.ahead import ahead
from connectors.engine.spool import SHARED, SLOTS, Spool, block_hash, slot_of


def _filled(spool: Spool, count: int) -> None:
    keys = [f"k{number}" for number in range(count)]
    spool.add((slot_of(key), key, f"line {key}", f"hash {key}", key.encode(), None) for key in keys)
    spool.put_in_order()


def test_lines_are_what_blocks_have_and_give_the_same_hash() -> None:
    with Spool() as spool:
        _filled(spool, 300)
        blocks, lines = list(spool.blocks(8)), list(spool.lines(8))
        assert [number for number, _ in blocks] == [number for number, _ in lines] == list(range(8))
        for (_, rows), (_, of_block) in zip(blocks, lines, strict=True):
            assert [(row.slot, row.key, row.hash) for row in rows] == [line[:3] for line in of_block]
            compared = block_hash((key, hash_) for _, key, hash_, _ in of_block)
            assert compared == block_hash((row.key, row.hash) for row in rows)
        assert sum(len(rows) for _, rows in blocks) == 300


def test_slots_at_the_ends_of_blocks_are_in_one_of_them() -> None:
    slots = [0, SLOTS // 4 - 1, SLOTS // 4, SLOTS // 2, SLOTS - 1]
    with Spool() as spool:
        spool.add((slot, str(slot), "", "", b"", None) for slot in slots)
        spool.put_in_order()
        assert [[row.slot for row in rows] for _, rows in spool.blocks(4)] == [
            slots[:2],
            slots[2:3],
            slots[3:4],
            slots[4:],
        ]
        assert [len(lines) for _, lines in spool.lines(1)] == [5]


def test_of_changed_rows_all_comes_back_in_their_order_with_what_was_known() -> None:
    with Spool() as spool:
        _filled(spool, 100)
        known = {}
        for number, lines in spool.lines(4):
            changed = lines[::-3][::-1]
            known = {changed[0][1]: "before", changed[1][1]: None}
            spool.keep_changed(number, changed, known)
            rows, told = spool.changed(number)
            assert [row.key for row in rows] == [key for _, key, _, _ in changed]
            assert all(row.payload == row.key.encode() and row.place == f"line {row.key}" for row in rows)
            # a record that is retired is known, too, and a row without one is not
            assert told == known
        assert spool.changed(4) == ([], {})


def test_a_row_that_shares_its_address_is_compared_as_such() -> None:
    with Spool() as spool:
        spool.add((slot_of(key), key, "", "hash", b"", address) for key, address in (("a", 7), ("b", 7), ("c", 8)))
        spool.put_in_order()
        spool.mark_shared()
        [(_, lines)] = spool.lines(1)
        assert {key: hash_ for _, key, hash_, _ in lines} == {"a": f"hash{SHARED}", "b": f"hash{SHARED}", "c": "hash"}
        assert [row.hash for _, rows in spool.blocks(1) for row in rows] == [hash_ for _, _, hash_, _ in lines]


def test_what_is_asked_ahead_comes_in_order_and_is_few() -> None:
    under_way = most = 0

    async def ask(number: int) -> int:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001 * (5 - number % 5))
        under_way -= 1
        return number * number

    async def asked() -> list[tuple[int, int]]:
        return [pair async for pair in ahead((number, ask(number)) for number in range(12))]

    assert asyncio.run(asked()) == [(number, number * number) for number in range(12)]
    assert most == 3


def test_an_ask_that_fails_ends_the_others() -> None:
    ended = list[int]()

    async def ask(number: int) -> int:
        try:
            await asyncio.sleep(0 if number == 1 else 30)
        except asyncio.CancelledError:
            ended.append(number)
            raise
        raise ValueError(number)

    async def asked() -> None:
        def asks() -> Iterator[tuple[int, Coroutine[Any, Any, int]]]:
            yield from ((number, ask(number)) for number in (1, 2, 3, 4))

        async for _ in ahead(asks()):
            raise AssertionError

    with pytest.raises(ValueError, match="1"):
        asyncio.run(asked())
    assert ended == [2, 3]

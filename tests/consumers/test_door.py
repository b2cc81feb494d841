"""Sockets are let in a few at a time, in their order; nobody works for clients who have left."""

import asyncio
from typing import Any

import pytest

from consumers.door import EARLY, PATIENCE_S, Door, Full, Inbox, Left

Queue = asyncio.Queue[dict[str, Any]]
FRAME = {"type": "websocket.receive", "text": "{}"}
LEAVES = {"type": "websocket.disconnect", "code": 1001}


def inbox() -> tuple[Inbox, Queue]:
    sent: Queue = asyncio.Queue()
    return Inbox(sent.get), sent


async def visit(door: Door, name: str, order: list[str], leave: asyncio.Event, box: Inbox) -> None:
    async with door.turn(box):
        order.append(name)
        await leave.wait()


async def test_who_comes_first_is_served_first_and_never_more_than_fit() -> None:
    door, leave = Door(at_once=2), asyncio.Event()
    order: list[str] = []
    visits = [asyncio.create_task(visit(door, name, order, leave, inbox()[0])) for name in "abcde"]
    await asyncio.sleep(0.01)
    assert (order, door.waiting) == (["a", "b"], 3)
    leave.set()
    await asyncio.gather(*visits)
    assert (order, door.waiting) == (["a", "b", "c", "d", "e"], 0)


async def test_who_leaves_while_waiting_takes_nobody_s_place() -> None:
    door, leave = Door(at_once=1), asyncio.Event()
    order: list[str] = []
    boxes = {name: inbox() for name in "abc"}
    visits = {
        name: asyncio.create_task(visit(door, name, order, leave, box)) for name, (box, _) in boxes.items()
    }
    await asyncio.sleep(0.01)
    boxes["b"][1].put_nowait(FRAME)
    boxes["b"][1].put_nowait(LEAVES)
    with pytest.raises(Left):
        await visits["b"]
    assert door.waiting == 1
    # What it had said is still there to be read, in its order.
    assert [await boxes["b"][0].get(), await boxes["b"][0].get()] == [FRAME, LEAVES]
    leave.set()
    await asyncio.gather(visits["a"], visits["c"])
    assert order == ["a", "c"]


async def test_who_is_cancelled_leaves_the_place_to_the_next() -> None:
    door, leave = Door(at_once=1), asyncio.Event()
    order: list[str] = []
    visits = [asyncio.create_task(visit(door, name, order, leave, inbox()[0])) for name in "abc"]
    await asyncio.sleep(0.01)
    visits[1].cancel()
    visits[0].cancel()
    await asyncio.sleep(0.01)
    assert order == ["a", "c"]
    leave.set()
    await visits[2]
    async with door.turn(inbox()[0]):
        assert door.waiting == 0


async def test_frames_that_come_early_are_kept_in_order_and_bounded() -> None:
    door, leave = Door(at_once=1), asyncio.Event()
    first = asyncio.create_task(visit(door, "a", [], leave, inbox()[0]))
    await asyncio.sleep(0.01)
    box, sent = inbox()
    for number in range(EARLY + 5):
        sent.put_nowait({"type": "websocket.receive", "text": str(number)})
    second = asyncio.create_task(visit(door, "b", [], leave, box))
    await asyncio.sleep(0.01)
    assert sent.qsize() >= 4, "the server's own limit on unread frames still sees the rest"
    leave.set()
    await asyncio.gather(first, second)
    assert [(await box.get())["text"] for _ in range(EARLY + 5)] == [str(n) for n in range(EARLY + 5)]


async def test_a_queue_that_is_too_long_to_wait_in_says_so_at_once() -> None:
    door = Door(at_once=1)
    for _ in range(100):
        await door.enter(inbox()[0])
        door.leave(2.0)
    leave = asyncio.Event()
    visits = [asyncio.create_task(visit(door, "", [], leave, inbox()[0])) for _ in range(30)]
    await asyncio.sleep(0.01)
    refused = [visit for visit in visits if visit.done()]
    assert {type(visit.exception()) for visit in refused} == {Full}
    assert 15 < len(refused) < 25, "of two seconds each, so many are too many for the patience of clients"
    assert door.expected_wait_s <= PATIENCE_S
    leave.set()
    await asyncio.gather(*(visit for visit in visits if visit not in refused))

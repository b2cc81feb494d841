"""Boards that move, step by step, for several clients: what Python says, JavaScript must say too.

`python -m tests.golden_board` writes `tests/js/fixtures/board_*.json`. Each file holds
`{"name", "snapshot": view, "steps": [{"delta", "expect": view}]}` for one client; a view is what
`leaderboard.ranking.View` is, `player` null for a spectator. Everything here is fixed: the same files come
out on every machine and every day.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from leaderboard.ranking import Board, Standing, view

FOLDER = Path(__file__).parent / "js" / "fixtures"
START = 1_772_820_000_000
STEPS = 48


class Client(NamedTuple):
    """One golden file: who watches (None = a spectator), among how many, with how many rows shown."""

    name: str
    player: int | None
    players: int
    top: int


CLIENTS = (
    Client("spectator", None, players=12, top=5),
    Client("player", 4, players=12, top=5),
    Client("latecomer", 9, players=3, top=5),
    Client("narrow", 2, players=6, top=1),
    Client("everybody", 3, players=8, top=25),
)

NAMES = (
    "Ada",
    "Zoë 🦉",
    "نور",
    "निशा",
    "김하늘",
    "Björk",
    "I ❤ NY",
    "<b>Bobby</b>",
    "O'Hara",
    "東京",
    "Ö",
    "n°12",
)


def files() -> Iterator[tuple[Path, str]]:
    """(path, contents) of every golden board."""
    for client in CLIENTS:
        text = json.dumps(_recording(client), ensure_ascii=False, separators=(",", ":"))
        # One step a line, so that a change can be read in a diff.
        yield FOLDER / f"board_{client.name}.json", text.replace('{"delta":', '\n{"delta":') + "\n"


def _recording(client: Client) -> dict[str, Any]:
    # Seeded, and only with `random` and `choice` of small ranges: the same on every supported Python.
    chance = random.Random(client.name)
    held = {player: _newcomer(player) for player in range(1, client.players + 1)}
    board = Board(held.values(), client.top)
    recording: dict[str, Any] = {
        "name": client.name,
        "snapshot": msgspec.to_builtins(view(board, client.player)),
        "steps": [],
    }
    now = START
    while len(recording["steps"]) < STEPS:
        now += 1000
        delta = board.apply(
            [_change(chance, held, now, client.player) for _ in range(chance.choice((1, 1, 1, 2, 3, 5)))]
        )
        if delta is not None:
            expected = view(board, client.player)
            recording["steps"].append(
                {"delta": msgspec.to_builtins(delta), "expect": msgspec.to_builtins(expected)}
            )
    return recording


def _newcomer(player: int) -> Standing:
    return Standing(player=player, name=NAMES[player % len(NAMES)], points=0, last=None, version=1)


def _change(chance: random.Random, held: dict[int, Standing], now: int, own: int | None) -> Standing:
    """What might happen to anybody next: mostly a solve, now and then all that organisers can do."""
    player = chance.choice([*sorted(held), max(held) + 1, own or 1, own or 1])
    old = held.get(player) or msgspec.structs.replace(_newcomer(player), version=0)
    # Whole hundreds, and sometimes the instant of the last change, so that ties happen.
    solved: dict[str, Any] = {"points": old.points + chance.choice((50, 100)), "last": now - now % 2000}
    happens: dict[str, Any] = chance.choice(
        (
            *([solved] * 8),
            {"points": max(0, old.points - 50)},
            {"points": 0, "last": None},
            {"hidden": not old.hidden},
            *([{"hidden": False}] * (8 if old.hidden else 1)),
            {"finished": True},
            {"name": old.name + "!"},
        )
    )
    held[player] = msgspec.structs.replace(old, version=old.version + 1, **happens)
    return held[player]


if __name__ == "__main__":
    for path, text in files():
        path.write_text(text, encoding="utf-8")
        print(f"{path.name}: {len(text):,} characters")

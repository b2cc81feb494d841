"""The golden frames, the reference in docs/protocol.md, the AsyncAPI document: complete, true, up to date."""

import json
import types
import typing
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from consumers import protocol as p
from tests import golden_frames
from tests.golden_frames import Golden

RECORDS: dict[tuple[p.Role, str], tuple[type[msgspec.Struct], ...]] = {
    ("player", "in"): typing.get_args(p.PlayerCommand),
    ("spectator", "in"): typing.get_args(p.SpectatorCommand),
    ("organiser", "in"): typing.get_args(p.OrganiserCommand),
    ("player", "out"): typing.get_args(p.PlayerFrame),
    ("spectator", "out"): typing.get_args(p.SpectatorFrame),
    ("organiser", "out"): typing.get_args(p.OrganiserFrame),
}
GOLDEN = tuple(golden_frames.frames())
LABELS = [golden.label for golden in GOLDEN]


def _parts(value: Any) -> Iterator[msgspec.Struct]:
    """Every record in `value`, itself included."""
    if isinstance(value, msgspec.Struct):
        yield value
        for name in value.__struct_fields__:
            yield from _parts(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _parts(item)


def _choices(hint: Any) -> set[Any]:
    """What a member of type `hint` must be seen as: both booleans, every literal, null and not null."""
    if typing.get_origin(hint) is typing.Annotated:
        return _choices(typing.get_args(hint)[0])
    if hint is bool:
        return {True, False}
    if typing.get_origin(hint) is typing.Literal:
        return set(typing.get_args(hint))
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return set().union(*(_choices(option) or {"something"} for option in typing.get_args(hint)))
    return {None} if hint is type(None) else set()


# --- golden frames ------------------------------------------------------------------------------------------


def test_the_fixture_of_the_javascript_tests_is_up_to_date() -> None:
    assert golden_frames.PATH.read_text(encoding="utf-8") == golden_frames.render(), (
        "run: python -m tests.golden_frames"
    )


def test_every_record_of_every_role_has_a_golden_frame() -> None:
    seen = defaultdict(set)
    for golden in GOLDEN:
        seen[golden.role, golden.direction].add(type(golden.record))
    assert seen == {key: set(records) for key, records in RECORDS.items()}


def test_every_record_of_the_protocol_belongs_to_a_role() -> None:
    named = {record for records in RECORDS.values() for record in records}
    defined = {
        value
        for value in vars(p).values()
        if isinstance(value, type) and issubclass(value, (p.Inbound, p.Outbound))
    }
    assert defined - {p.Inbound, p.Outbound} == named


def test_the_golden_frames_show_every_choice_of_every_member() -> None:
    seen: dict[tuple[type, str], set[Any]] = defaultdict(set)
    for golden in GOLDEN:
        for part in _parts(golden.record):
            for name in part.__struct_fields__:
                seen[type(part), name].add(getattr(part, name))
    missing = []
    for (record, name), values in seen.items():
        choices = _choices(typing.get_type_hints(record, include_extras=True)[name])
        literal = choices - {"something"}
        if literal - values or ("something" in choices and not values - literal):
            missing.append(f"{record.__name__}.{name}: {choices - values}")
    assert not missing


def test_labels_are_unique() -> None:
    assert len(set(LABELS)) == len(LABELS)


@pytest.mark.parametrize("golden", GOLDEN, ids=LABELS)
def test_a_golden_frame_decodes_to_its_record_and_encodes_back(golden: Golden) -> None:
    entry = next(
        entry
        for entry in json.loads(golden_frames.PATH.read_text(encoding="utf-8"))
        if (entry["role"], entry["direction"], entry["name"], entry["variant"])
        == (golden.role, golden.direction, type(golden.record).__name__, golden.variant)
    )
    if golden.direction == "in":
        read = p.decode(golden.role, json.dumps(entry["frame"]))
        assert p.decode(golden.role, json.dumps(entry["frame"], ensure_ascii=False)) == read
    else:
        read = msgspec.convert(entry["frame"], type(golden.record), strict=True)
    assert type(read) is type(golden.record)
    assert read == golden.record
    assert json.loads(msgspec.json.encode(read)) == entry["frame"]


@pytest.mark.parametrize("golden", GOLDEN, ids=LABELS)
def test_a_golden_frame_is_as_small_as_the_protocol_promises(golden: Golden) -> None:
    limit = p.MAX_INBOUND if golden.direction == "in" else p.MAX_OUTBOUND
    assert len(msgspec.json.encode(golden.record)) <= limit

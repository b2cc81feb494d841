"""Whatever arrives, the decoder answers with an exact record or with a documented refusal."""

import json
import typing
from operator import attrgetter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers import protocol as p
from tests.golden_frames import ROLES, Golden, command_id, frames

CODES = {"bad_json", "bad_frame", "unknown_command", "too_large", "binary"}
COMMANDS: dict[p.Role, tuple[type[p.Inbound], ...]] = {
    "player": typing.get_args(p.PlayerCommand),
    "spectator": typing.get_args(p.SpectatorCommand),
    "organiser": typing.get_args(p.OrganiserCommand),
}
INBOUND = tuple(golden for golden in frames() if golden.direction == "in")
OUTBOUND = tuple(golden for golden in frames() if golden.direction == "out")
label = attrgetter("label")
ID = command_id("test")
ANSWER = {"t": "answer", "id": ID, "q": 4, "text": "lamp"}

roles = st.sampled_from(ROLES)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
)
tags = st.sampled_from(sorted({golden.as_entry()["frame"]["t"] for golden in INBOUND}))


def attempt(role: p.Role, text: str | None) -> tuple[Any, p.ProtocolError | None]:
    """The record or the refusal; anything else is a crash of the socket and fails the test."""
    try:
        command = p.decode(role, text)
    except p.ProtocolError as error:
        assert error.code in CODES
        assert error.text
        assert len(error.text) <= 200
        # What the client gets to read can be sent.
        p.encode(p.Error(id=p.command_id(text), code=error.code, text=error.text))
        return None, error
    assert type(command) in COMMANDS[role]
    assert p.decode(role, msgspec.json.encode(command).decode()) == command
    return command, None


def refusal(role: p.Role, frame: Any) -> str:
    """The code with which `frame` (text, or what is to be written as JSON) is refused."""
    command, error = attempt(role, frame if isinstance(frame, str) else json.dumps(frame))
    assert error is not None, command
    return error.code


# --- anything at all ----------------------------------------------------------------------------------------


@given(roles, st.text() | st.text(st.characters(codec=None), max_size=60))
def test_arbitrary_text(role: p.Role, text: str) -> None:
    attempt(role, text)


@given(roles, values)
def test_arbitrary_json(role: p.Role, value: Any) -> None:
    attempt(role, json.dumps(value))


@given(
    roles, tags, st.dictionaries(st.sampled_from(["id", "q", "text", "n", "ids", "pay", "before"]), values)
)
def test_arbitrary_members_under_a_known_tag(role: p.Role, tag: str, members: dict[str, Any]) -> None:
    attempt(role, json.dumps({**members, "t": tag}))


@given(st.sampled_from(INBOUND), st.data())
def test_one_member_of_a_valid_frame_replaced(golden: Golden, data: st.DataObject) -> None:
    frame = golden.as_entry()["frame"]
    frame[data.draw(st.sampled_from(sorted(frame)))] = data.draw(values)
    attempt(golden.role, json.dumps(frame))


@given(st.sampled_from(INBOUND), st.data())
def test_a_valid_frame_cut_or_garbled_anywhere(golden: Golden, data: st.DataObject) -> None:
    text = json.dumps(golden.as_entry()["frame"])
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    attempt(golden.role, text[:start] + data.draw(st.text(max_size=8)) + text[end:])


@given(st.sampled_from(INBOUND), st.data())
def test_a_member_missing(golden: Golden, data: st.DataObject) -> None:
    frame = golden.as_entry()["frame"]
    gone = data.draw(st.sampled_from(sorted(frame)))
    del frame[gone]
    command, error = attempt(golden.role, json.dumps(frame))
    if gone == "t":
        assert error is not None
        assert error.code == "unknown_command"
    elif error is None:
        usual = {"to": p.Audience(), "hint": False}
        none = {"before", "minutes", "only", "at", "token", "step", "seconds", "instead_of"}
        assert gone in usual.keys() | none or (golden.record.__class__, gone) == (p.Organisers, "text")
        assert getattr(command, gone) == usual.get(gone)
    else:
        assert error.code == "bad_frame"


@given(st.sampled_from(INBOUND), st.text(min_size=1), values)
def test_a_member_too_many(golden: Golden, name: str, value: Any) -> None:
    frame = golden.as_entry()["frame"]
    if name in type(golden.record).__struct_fields__ or name == "t":
        return
    text = json.dumps({**frame, name: value}, ensure_ascii=False)
    _, error = attempt(golden.role, text)
    assert error is not None
    assert error.code in {"bad_frame", "too_large", "bad_json"}


# --- who may say what ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("golden", INBOUND, ids=label)
def test_a_role_has_its_own_commands_only(role: p.Role, golden: Golden) -> None:
    command, error = attempt(role, json.dumps(golden.as_entry()["frame"]))
    if type(golden.record) in COMMANDS[role]:
        assert command == golden.record
    else:
        assert error is not None
        assert error.code == "unknown_command"


@pytest.mark.parametrize("golden", OUTBOUND, ids=label)
def test_no_server_frame_is_a_command(golden: Golden) -> None:
    frame = golden.as_entry()["frame"]
    if frame["t"] not in {
        "announcements",
        "around",
        "audit",
        "control_preview",
        "crowd",
        "exports",
        "hint",
        "mend_preview",
        "organisers",
        "preview",
        "question",
        "story",
        "timeline",
        "webhooks",
        "regrade",
        "integrity",
        "integrity_pair",
        "pulse_history",
    }:
        assert refusal(golden.role, frame) in {"unknown_command", "too_large"}
    else:
        assert refusal(golden.role, frame) == "bad_frame"


# --- each documented refusal --------------------------------------------------------------------------------


def test_binary_is_refused() -> None:
    assert attempt("player", None)[1] is not None
    with pytest.raises(p.ProtocolError, match="binary"):
        p.decode("player", None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "answer",
        "\0",
        "\ufeff" + json.dumps(ANSWER),
        json.dumps(ANSWER)[:-1],
        json.dumps(ANSWER) + ",",
        json.dumps(ANSWER) * 2,
        json.dumps(ANSWER).replace('"', "'"),
        '{"t":"ping","n":NaN}',
        '{"t":"ping","n":Infinity}',
        '{"t":"ping","n":-Infinity}',
        '{"t":"ping","n":01}',
        '{"t":"ping","n":+1}',
        '{"t":"ping","n":0x1}',
        '{"t":"ping","n":1,}',
        '{"t":"ping","n":1}//',
        '{"t":"answer","id":"' + ID + '","q":4,"text":"a\nb"}',
    ],
)
def test_what_is_not_json(text: str) -> None:
    assert refusal("player", text) == "bad_json"


@pytest.mark.parametrize(
    "frame", [None, True, 0, 1.5, "answer", [], [ANSWER], "null", "[]", '"t"', '{"t":"ping","n":1e999}']
)
def test_json_that_is_no_frame(frame: Any) -> None:
    assert refusal("player", json.dumps(frame) if frame == "answer" else frame) == "bad_frame"


@pytest.mark.parametrize(
    "tag", ["", "Answer", "answer ", "verdict", "announce", "__class__", "💥", "a" * 3000, 1, None, [], {}]
)
def test_unknown_commands(tag: Any) -> None:
    assert refusal("player", {**ANSWER, "t": tag}) == "unknown_command"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", 5),
        ("text", None),
        ("text", ["lamp"]),
        ("text", "x" * 257),
        ("text", "🏮" * 257),
        ("text", "nul \0"),
        ("text", "escape \x1b[2J"),
        ("text", "delete \x7f"),
        ("q", 0),
        ("q", -1),
        ("q", 10_001),
        ("q", 2**63),
        ("q", 2**64),
        ("q", 10**400),
        ("q", 4.0),
        ("q", 4.5),
        ("q", "4"),
        ("q", True),
        ("q", None),
        ("q", [4]),
        ("id", ""),
        ("id", 7),
        ("id", None),
        ("id", ID.upper()),
        ("id", ID + "\n"),
        ("id", " " + ID),
        ("id", ID.replace("-", "")),
        ("id", "{" + ID + "}"),
        ("$.t", 1),
        ("player", 5),
        ("__proto__", {}),
    ],
)
def test_a_known_command_with_a_wrong_member(name: str, value: Any) -> None:
    assert refusal("player", {**ANSWER, name: value}) == "bad_frame"


@pytest.mark.parametrize("text", [r"\ud800", r"\udc00", r"\ud800\ud800", r"a\udfffb", "\ud800", "\udfff"])
def test_lone_surrogates_escaped_and_raw(text: str) -> None:
    frame = json.dumps(ANSWER).replace("lamp", text)
    assert refusal("player", frame) == "bad_json"
    assert refusal("player", frame.replace('"text"', '"' + text + '"')) == "bad_json"


def test_an_escaped_surrogate_pair_is_one_character() -> None:
    command, _ = attempt("player", json.dumps(ANSWER).replace("lamp", r"\ud83c\udfee" * 256))
    assert command == p.Answer(id=ID, q=4, text="🏮" * 256)


@pytest.mark.parametrize(
    "text", ["", " ", "\t\n\r", "é", "e\u0301", "👩‍🚀", "\u202e\u2066", "مصباح", "</script>", "\u2028"]
)
def test_any_script_passes_as_typed(text: str) -> None:
    assert attempt("player", json.dumps({**ANSWER, "text": text}))[0].text == text


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"t":', '{"t":"ping","n":', '{"x":[', '{"x":{"t":'])
@pytest.mark.parametrize("closed", [True, False])
def test_deep_nesting(opening: str, closed: bool) -> None:
    depth = p.MAX_INBOUND // (len(opening) + 1)
    ends = {"[": "]", "{": "}"}
    closing = "".join(ends[mark] for mark in reversed(opening) if mark in ends) if closed else ""
    refusal("player", opening * depth + "1" + closing * depth)


def test_of_a_member_given_twice_the_last_holds() -> None:
    text = json.dumps(ANSWER)[:-1] + ',"q":5}'
    assert attempt("player", text)[0] == p.Answer(id=ID, q=5, text="lamp")


@pytest.mark.parametrize("tag", ["resync", "ping", "verdict"])
def test_a_second_tag_changes_nothing(tag: str) -> None:
    """The record is the one that the first tag names, and it has to agree with all of the frame."""
    refusal("player", json.dumps(ANSWER)[:-1] + f',"t":"{tag}"}}')


# --- how much -----------------------------------------------------------------------------------------------


def padded(character: str, size: int) -> str:
    """An `answer` of exactly `size` bytes, all that is added outside the JSON object being white space."""
    frame = json.dumps({**ANSWER, "text": character * 100}, ensure_ascii=False)
    return frame + " " * (size - len(frame.encode()))


@pytest.mark.parametrize("character", ["a", "é", "灯", "🏮"])
def test_the_limit_is_in_bytes(character: str) -> None:
    assert attempt("player", padded(character, p.MAX_INBOUND))[0] is not None
    assert refusal("player", padded(character, p.MAX_INBOUND + 1)) == "too_large"


def test_few_characters_can_be_too_many_bytes() -> None:
    announcement = {"t": "announce", "id": ID, "level": "info", "text": "灯" * 1500}
    text = json.dumps(announcement, ensure_ascii=False)
    assert len(text) < p.MAX_INBOUND
    assert refusal("organiser", text) == "too_large"


def test_too_large_comes_before_anything_else() -> None:
    assert refusal("player", "[" * (p.MAX_INBOUND + 1)) == "too_large"
    assert refusal("player", "\ud800" * p.MAX_INBOUND) == "too_large"


# --- commands of more than one shape ------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["start", "pause", "resume", "end", "extend"])
def test_minutes_belong_to_extend(action: str) -> None:
    control = {"t": "control", "id": ID, "action": action}
    bare, timed = (
        attempt("organiser", json.dumps(control)),
        attempt("organiser", json.dumps({**control, "minutes": 5})),
    )
    right, wrong = (timed, bare) if action == "extend" else (bare, timed)
    assert right[0] is not None
    assert wrong[1] is not None
    assert wrong[1].code == "bad_frame"


@pytest.mark.parametrize("ids", [[], list(range(1, 102)), [0], [2**53], ["1"], [1, None], {}])
def test_seen_takes_one_to_a_hundred_ids(ids: Any) -> None:
    assert refusal("player", {"t": "seen", "id": ID, "ids": ids}) == "bad_frame"


# --- whose command it was -----------------------------------------------------------------------------------


@given(st.sampled_from([golden for golden in INBOUND if hasattr(golden.record, "id")]), st.data())
def test_the_id_of_a_broken_frame_is_found(golden: Golden, data: st.DataObject) -> None:
    frame = golden.as_entry()["frame"]
    broken = data.draw(st.sampled_from(sorted(set(frame) - {"id"})))
    text = json.dumps({**frame, broken: data.draw(st.integers() | st.lists(st.booleans()))})
    assert p.command_id(text) == frame["id"]
    assert p.command_id(text[:-1]) == frame["id"]
    assert p.command_id(text.replace('"id": ', '"id"\n:\t')) == frame["id"]


@given(st.text(st.characters(codec=None)))
def test_looking_for_an_id_never_fails(text: str) -> None:
    found = p.command_id(text)
    assert found is None or found in text


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        json.dumps({**ANSWER, "id": ID.upper()}),
        json.dumps({"t": "answer", "text": f'"id":"{ID}"'}),
        " " * p.MAX_INBOUND + json.dumps(ANSWER),
    ],
)
def test_what_is_no_command_id(text: str | None) -> None:
    assert p.command_id(text) is None


# --- what is written ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("golden", OUTBOUND, ids=label)
def test_encoded_frames_are_json_that_everybody_reads(golden: Golden) -> None:
    text = p.encode(golden.record).decode("utf-8")
    assert json.loads(text) == golden.as_entry()["frame"]
    assert next(iter(json.loads(text))) == "t"


def test_records_are_frozen() -> None:
    for golden in frames():
        with pytest.raises(AttributeError):
            setattr(
                golden.record,
                golden.record.__struct_fields__[0] if golden.record.__struct_fields__ else "t",
                None,
            )


def test_clients_stay_away_after_a_final_close_only() -> None:
    codes = {value for name, value in vars(p.Close).items() if isinstance(value, int)}
    assert len(codes) == len([name for name in vars(p.Close) if name.isupper()]) - 1
    assert codes > p.Close.FINAL
    assert not {p.Close.NORMAL, p.Close.RESTART, p.Close.BUSY, p.Close.NOT_READING} & p.Close.FINAL

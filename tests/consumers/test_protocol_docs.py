"""The golden frames, the reference in docs/protocol.md, the AsyncAPI document: complete, true, up to date."""

import json
import re
import types
import typing
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from consumers import limits
from consumers import protocol as p
from consumers.routing import websocket_urlpatterns
from enigma_rt import protocol_docs
from enigma_rt.management.commands.asyncapi import documents
from game import errors
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


# --- the AsyncAPI document ----------------------------------------------------------------------------------

ROOT = Path(settings.BASE_DIR)
GUIDE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
ASYNCAPI = json.loads((ROOT / "docs" / "asyncapi.json").read_text(encoding="utf-8"))


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)


def _resolve(reference: str) -> Any:
    assert reference.startswith("#/")
    found = ASYNCAPI
    for step in reference[2:].split("/"):
        found = found[step]
    return found


def _validator(record: str) -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(
        {"$ref": f"#/components/schemas/{record}", "components": ASYNCAPI["components"]}
    )


def test_the_generated_documents_are_up_to_date() -> None:
    for path, text in documents(ROOT).items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run manage.py asyncapi"
    call_command("asyncapi", check=True)


def test_check_names_what_is_out_of_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "protocol.md").write_text(
        f"before\n{protocol_docs.BEGIN}\noutdated\n{protocol_docs.END}\nafter\n"
    )
    fixture = tmp_path / "tests" / "js" / "fixtures" / "frames.json"
    fixture.parent.mkdir(parents=True)
    fixture.write_text(golden_frames.render(), encoding="utf-8")
    monkeypatch.setattr(settings, "BASE_DIR", tmp_path)
    with pytest.raises(CommandError, match=r"docs/asyncapi\.json, docs/protocol\.md"):
        call_command("asyncapi", check=True)
    assert not (tmp_path / "docs" / "asyncapi.json").exists()
    call_command("asyncapi")
    call_command("asyncapi", check=True)
    guide = (tmp_path / "docs" / "protocol.md").read_text(encoding="utf-8")
    assert guide.startswith("before\n")
    assert guide.endswith("\nafter\n")
    assert "outdated" not in guide


@pytest.mark.parametrize("document", ["", protocol_docs.BEGIN, protocol_docs.END + protocol_docs.BEGIN])
def test_a_document_without_its_markers_is_refused(document: str) -> None:
    with pytest.raises(ValueError, match="needs one line"):
        protocol_docs.with_reference(document, "reference")


def test_every_reference_leads_somewhere() -> None:
    references = set(_references(ASYNCAPI))
    assert references
    for reference in references:
        assert isinstance(_resolve(reference), dict)


def test_every_record_is_a_message_of_its_channel() -> None:
    for (role, _direction), records in RECORDS.items():
        assert {record.__name__ for record in records} <= set(ASYNCAPI["channels"][role]["messages"])
    for channel in ASYNCAPI["channels"].values():
        for name, message in channel["messages"].items():
            assert message == {"$ref": f"#/components/messages/{name}"}
    used = {name for channel in ASYNCAPI["channels"].values() for name in channel["messages"]}
    assert used == set(ASYNCAPI["components"]["messages"])


@pytest.mark.parametrize(("role", "direction"), RECORDS)
def test_every_record_is_in_an_operation(role: p.Role, direction: str) -> None:
    carried = set()
    for operation in ASYNCAPI["operations"].values():
        if operation["channel"] != {"$ref": f"#/channels/{role}"}:
            continue
        answered = operation.get("reply", {}).get("messages", [])
        if operation["action"] == "receive":
            carried |= {("in", reference["$ref"]) for reference in operation["messages"]}
            carried |= {("out", reference["$ref"]) for reference in answered}
        else:
            carried |= {("out", reference["$ref"]) for reference in operation["messages"]}
    wanted = {
        (direction, f"#/channels/{role}/messages/{record.__name__}") for record in RECORDS[role, direction]
    }
    assert {pair for pair in carried if pair[0] == direction} == wanted


def test_schemas_are_schemas_of_draft_7() -> None:
    for schema in ASYNCAPI["components"]["schemas"].values():
        jsonschema.Draft7Validator.check_schema(schema)
        assert "prefixItems" not in json.dumps(schema)


@pytest.mark.parametrize("name", ASYNCAPI["components"]["messages"])
def test_the_examples_fit_their_schema(name: str) -> None:
    message = ASYNCAPI["components"]["messages"][name]
    assert message["payload"] == {"$ref": f"#/components/schemas/{name}"}
    assert message["summary"]
    assert message["examples"]
    for example in message["examples"]:
        _validator(name).validate(example["payload"])
        assert example["payload"]["t"] == message["name"]


@pytest.mark.parametrize("golden", GOLDEN, ids=LABELS)
def test_a_frame_without_one_of_its_members_does_not_fit(golden: Golden) -> None:
    """The published schema is as strict as the record: else a client could follow it and be refused."""
    record = type(golden.record)
    validator = _validator(record.__name__)
    frame = golden.as_entry()["frame"]
    required = {field.encode_name for field in msgspec.structs.fields(record) if field.required} | {"t"}
    for name in frame:
        rest = {key: value for key, value in frame.items() if key != name}
        assert validator.is_valid(rest) == (name not in required)
    assert validator.is_valid({**frame, "unknown": 1}) == (golden.direction == "out")


# --- the guide ----------------------------------------------------------------------------------------------


def _codes(title: str) -> set[str]:
    """What stands in code marks in the first column of the table under `title`."""
    section = GUIDE.split(f"\n{title}\n", 1)[1].split("\n#", 1)[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("|")]
    return {code for cell in cells for code in re.findall(r"`(\w+)`", cell)} | {
        cell.strip() for cell in cells if cell.strip().isdigit()
    }


def _error_codes(kind: type[errors.GameError]) -> Iterator[str]:
    for child in kind.__subclasses__():
        # The tree as game/errors.py has it: not what other modules derive from it.
        if child.__module__ == errors.__name__:
            if not child.__subclasses__():
                yield child.code
            yield from _error_codes(child)


def test_the_guide_explains_every_error_code() -> None:
    of_the_edge = {
        "bad_json",
        "bad_frame",
        "unknown_command",
        "too_large",
        "binary",
        "rate_limited",
        "server_error",
    }
    assert _codes("## Errors") == of_the_edge | set(_error_codes(errors.GameError))


def test_the_guide_explains_every_close_code() -> None:
    codes = {str(value) for value in vars(p.Close).values() if isinstance(value, int)}
    assert _codes("### Closing") == codes
    lines = GUIDE.splitlines()
    for code in codes:
        line = next(line for line in lines if line.startswith(f"| {code} |"))
        assert ("**stays away**" in line or "stays away" in line) == (int(code) in p.Close.FINAL)


def test_the_guide_names_the_addresses() -> None:
    for channel in protocol_docs.CHANNELS:
        assert f"| `{channel.address}` |" in GUIDE
        assert ASYNCAPI["channels"][channel.role]["address"] == channel.address


def test_the_addresses_are_those_that_are_served() -> None:
    served = {f"/{route.pattern}" for route in websocket_urlpatterns}
    # Test play and an organiser's look at a player's page speak the player's protocol: no channels of their own.
    others = {"/ws/test/<int:hunt>", "/ws/as/<int:player>"}
    assert served == {channel.address for channel in protocol_docs.CHANNELS} | others


def test_the_guide_names_the_limits_as_they_are() -> None:
    section = GUIDE.split("\n## Limits\n", 1)[1].split("\n## ", 1)[0]
    held = limits.DEFAULTS
    for said in (
        f"{p.MAX_INBOUND:,} bytes",
        f"{p.MAX_OUTBOUND:,} bytes",
        f"{held.burst} at once, then {1000 // held.refill_ms} a second",
        f"{held.flood} in a row",
        f"{held.bad_frames} in {held.bad_frames_ms // 1000} s",
        f"| {held.sockets} |",
        f"{held.handshakes} in {held.handshakes_ms // 1000} s",
        f"{limits.BEHIND_A_PROXY.sockets:,} sockets",
    ):
        assert said in section


def test_every_anchor_of_the_guide_exists() -> None:
    titles = re.findall(r"^#+ `?([^`\n]+)`?$", GUIDE, re.MULTILINE)
    anchors = {title.lower().replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]+)\)", GUIDE)) <= anchors


def test_every_session_frame_of_the_guide_is_a_frame() -> None:
    tags = {protocol_docs.tag(record) for records in RECORDS.values() for record in records}
    shown = re.findall(r'^[<>] \{"t":"(\w+)"', GUIDE, re.MULTILINE)
    assert len(shown) > 10
    assert set(shown) <= tags

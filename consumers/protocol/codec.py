"""The one decoder of what a role may send, and the one encoder."""

import re
from typing import Any, Literal, TypeAlias

import msgspec

from consumers import wire
from consumers.protocol.board import SpectatorCommand
from consumers.protocol.common import MAX_INBOUND, Outbound, ProtocolError
from consumers.protocol.console_commands import OrganiserCommand
from consumers.protocol.play import PlayerCommand

_encoder = msgspec.json.Encoder()
_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    "player": msgspec.json.Decoder(PlayerCommand, strict=True),
    "spectator": msgspec.json.Decoder(SpectatorCommand, strict=True),
    "organiser": msgspec.json.Decoder(OrganiserCommand, strict=True),
}
# A lone surrogate can only arrive as an escape (the socket's text is valid UTF-8); NUL and the other control
# characters likewise. Databases refuse the first two and people cannot see the rest.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_ID = re.compile(r'"id"\s*:\s*"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"')
Role: TypeAlias = Literal["player", "spectator", "organiser"]


def decode(role: Role, text: str | None) -> Any:
    """The command in `text` (None: the frame was binary) that `role` may send, as its frozen record.

    Raises ProtocolError with a code; never anything else, whatever the text.
    """
    if text is None:
        raise ProtocolError("binary", "Only text frames are understood.")
    # A character is at most 4 bytes: the cheap test first.
    if len(text) > MAX_INBOUND or (
        len(text) > MAX_INBOUND // 4 and len(text.encode("utf-8", "surrogatepass")) > MAX_INBOUND
    ):
        raise ProtocolError("too_large", f"A frame may have at most {MAX_INBOUND} bytes.")
    try:
        command = _DECODERS[role].decode(text)
    except msgspec.ValidationError as error:
        reason = str(error)
        # The whole path: `$.text` begins like `$.t`.
        unknown = reason.endswith(" - at `$.t`") or reason == "Object missing required field `t`"
        raise ProtocolError("unknown_command" if unknown else "bad_frame", reason[:200]) from None
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise ProtocolError("bad_json", "The frame is not a JSON object.") from None
    for name in ("text", "reason"):
        value = getattr(command, name, None)
        if value is not None and _FORBIDDEN.search(value):
            raise ProtocolError(
                "bad_frame", f"Control characters and lone surrogates are not allowed - at `$.{name}`"
            )
    return command


def command_id(text: str | None) -> str | None:
    """The command id in a frame that could not be decoded, if it has one: so that its error can name it."""
    match = _ID.search(text or "", 0, MAX_INBOUND)
    return match.group(1) if match else None


def encode(frame: Outbound) -> bytes:
    """The frame as UTF-8 JSON bytes."""
    return _encoder.encode(frame)


def pack(frame: Outbound) -> bytes:
    """The frame as it goes over the wire, the same for every socket."""
    return wire.wrap(_encoder.encode(frame))

"""Every frame of the realtime protocol, as a frozen typed record, and its one decoder and encoder.

PURE: no I/O, no clock. A frame is one JSON object in one WebSocket text message; its member `t` names the
record. Instants are integers, milliseconds since the Unix epoch (UTC), by the database's clock. Points and XP
are integers. `docs/protocol.md` explains every frame; its reference and `docs/asyncapi.json` are generated
from these records, docstrings included (`manage.py asyncapi`).

The records stand by who sends and gets them; whoever uses them writes `protocol.Answer`.
"""

# ruff: noqa: F403  (the rooms of one house: what each of them says is the protocol)

from consumers.protocol.board import *
from consumers.protocol.codec import *
from consumers.protocol.common import *
from consumers.protocol.console_commands import *
from consumers.protocol.console_frames import *
from consumers.protocol.play import *

"""How much one socket, one player and one address may ask of a server process.

PURE: time is an argument, in whole milliseconds of a clock that never goes back (the event loop's, not the
wall's). A limiter belongs to one process and one event loop; none of them is locked.

Wrong answers have a limit of their own in the game, stored with the player: a reconnect does not reset it.
"""

from collections import OrderedDict, deque
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct, json, structs

Ceiling: TypeAlias = Annotated[int, Meta(ge=1)]


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """All ceilings, decoded from a setting. The defaults suit a hunt; tests and benchmarks raise them."""

    burst: Ceiling = 20
    """Frames that may come at once."""
    refill_ms: Ceiling = 500
    """One more frame after each of these: 2 per second sustained."""
    flood: Ceiling = 100
    """Refused frames in a row after which a socket is closed with 4429."""
    bad_frames: Ceiling = 10
    bad_frames_ms: Ceiling = 60_000
    """The last of `bad_frames` within `bad_frames_ms` closes the socket with 4400."""
    handshakes: Ceiling = 600
    handshakes_ms: Ceiling = 10_000
    """Handshakes of one address within any `handshakes_ms`; high, as a whole campus can share an address."""
    sockets: Ceiling = 500
    """Open sockets of one address."""


DEFAULTS = Limits()
BEHIND_A_PROXY = Limits(handshakes=6_000, sockets=6_000)
"""A campus of five thousand behind one NAT, all on the one process that is left. The proxy, which knows all processes,
has ceilings of its own for an address (haproxy/haproxy.cfg)."""


def chosen(text: str, *, behind_proxy: bool) -> Limits:
    """The ceilings that a JSON object names, and the defaults. Raises msgspec.MsgspecError."""
    json.decode(text, type=Limits)
    return structs.replace(BEHIND_A_PROXY if behind_proxy else DEFAULTS, **json.decode(text))


class Bucket:
    """Credits for frames: `burst` at once, then one each `refill_ms`. For one socket, or for a player's
    together.

    Over any `w` ms at most burst + w // refill_ms are allowed. It is one instant instead of a count and a
    time: when the bucket would be full again.
    """

    __slots__ = ("_full_at", "_reach", "_refill")

    def __init__(self, limits: Limits = DEFAULTS) -> None:
        self._refill = limits.refill_ms
        self._reach = (limits.burst - 1) * limits.refill_ms
        self._full_at: int | None = None

    def take(self, now_ms: int) -> int:
        """Spends a credit: 0. Without one nothing is spent: the ms (at least 1) after which there is one."""
        full_at = now_ms if self._full_at is None else max(self._full_at, now_ms)
        wait = full_at - self._reach - now_ms
        if wait > 0:
            return wait
        self._full_at = full_at + self._refill
        return 0


class Flood:
    """Notices a socket that keeps sending although it is told to wait. One per socket."""

    __slots__ = ("_limit", "_refused")

    def __init__(self, limits: Limits = DEFAULTS) -> None:
        self._limit = limits.flood
        self._refused = 0

    def count(self, wait_ms: int) -> bool:
        """Counts what `Bucket.take` answered to a frame of this socket; True: close the socket with 4429."""
        self._refused = self._refused + 1 if wait_ms else 0
        return self._refused >= self._limit


class BadFrames:
    """Notices a socket that keeps sending what cannot be read. One per socket; small until it is needed."""

    __slots__ = ("_limit", "_times", "_window")

    def __init__(self, limits: Limits = DEFAULTS) -> None:
        self._limit = limits.bad_frames
        self._window = limits.bad_frames_ms
        self._times: deque[int] | None = None

    def count(self, now_ms: int) -> bool:
        """Counts one bad frame; True: it is the last straw, close the socket with 4400."""
        if self._times is None:
            self._times = deque(maxlen=self._limit)
        self._times.append(now_ms)
        return len(self._times) == self._limit and now_ms - self._times[0] < self._window


_SLOTS = 10


class HandshakeWindow:
    """Handshakes and open sockets by address. One per process.

    Handshakes are counted in slots of a tenth of the window, and a slot counts until all of it is past: the
    ceiling is never exceeded, and nobody waits more than a tenth longer. Refused handshakes are not counted:
    one client that hammers cannot lock out the others behind its address for good.

    It remembers the addresses with an open socket and those admitted within the last window, and no others.
    An IPv6 network of 64 bits counts as one address: a single machine has that many.
    """

    __slots__ = ("_limits", "_open", "_recent", "_width")

    def __init__(self, limits: Limits = DEFAULTS) -> None:
        self._limits = limits
        self._width = -(-limits.handshakes_ms // _SLOTS)
        self._open: dict[str, int] = {}
        # address -> [slot, handshakes in it], oldest first; the addresses in the order of their newest slot
        self._recent: OrderedDict[str, deque[list[int]]] = OrderedDict()

    def __len__(self) -> int:
        """How many addresses are remembered."""
        return len(self._open.keys() | self._recent.keys())

    def admit(self, address: str, now_ms: int) -> bool:
        """Whether one more socket may open. After each True, call `closed` once when that socket is gone."""
        address = network(address)
        slot = now_ms // self._width
        self._forget(slot)
        slots = self._recent.get(address)
        if slots is not None:
            while slots[0][0] < slot - _SLOTS:
                slots.popleft()
            if sum(count for _, count in slots) >= self._limits.handshakes:
                return False
        if self._open.get(address, 0) >= self._limits.sockets:
            return False
        if slots is None:
            slots = self._recent[address] = deque()
        else:
            self._recent.move_to_end(address)
        if slots and slots[-1][0] == slot:
            slots[-1][1] += 1
        else:
            slots.append([slot, 1])
        self._open[address] = self._open.get(address, 0) + 1
        return True

    def closed(self, address: str) -> None:
        """An admitted socket is gone."""
        address = network(address)
        left = self._open[address] - 1
        if left:
            self._open[address] = left
        else:
            del self._open[address]

    def _forget(self, slot: int) -> None:
        while self._recent:
            address, slots = next(iter(self._recent.items()))
            if slots[-1][0] >= slot - _SLOTS:
                return
            del self._recent[address]


@lru_cache(maxsize=4096)
def network(address: str) -> str:
    """What a client is counted by: an IPv4 address, the first 64 bits of an IPv6 one, other text as it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64)) + "/64"

"""One POST to an address that somebody has typed in: bounded in time and size, and never into this network.

A name is looked up once and the connection goes to the address that was judged: a name that answers differently the
second time, or a redirect, leads nowhere else.
"""

import ipaddress
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPException
from urllib.parse import SplitResult, urlsplit

import certifi
from django.conf import settings
from msgspec import Struct
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

WITHIN_S = 4.0
"""For the connection, and for each thing that is waited for after it."""
DEADLINE_S = 8.0
"""For all of it, whoever drips bytes."""
LINE = 160
SUCCESS = range(200, 300)
REDIRECTS = range(300, 400)

UNICAST = ipaddress.ip_network("2000::/3")
"""All of IPv6 that leads anywhere in the internet."""


class Refused(Exception):
    """Not to this address. The text says why, for people."""


class Answer(Struct, frozen=True):
    """`problem` is empty when it was taken; `retry_after_s` as the receiver asked for, else 0."""

    problem: str = ""
    retry_after_s: int = 0


def check(url: str) -> SplitResult:
    """The parts of an address that may be posted to, as far as its text shows. Raises Refused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("That is no web address.") from None
    if not url.isascii() or not url.isprintable() or " " in url or not parts.hostname or port == 0:
        raise Refused("That is no web address.")
    if parts.username is not None or parts.password is not None:
        raise Refused("An address with a password in it is not used.")
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.WEBHOOK_PLAIN):
        raise Refused("Only https:// addresses are used.")
    return parts


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post JSON. Never raises for what the other side or the network does."""
    try:
        parts = check(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return _exchange(parts, port, _resolve(parts.hostname or "", port), body, headers)
    except Refused as error:
        return Answer(str(error))
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        return Answer(_line(f"no connection: {type(error).__name__}: {error}"))


def _resolve(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused(f"{host} is not known to the name service.") from None
    addresses = [str(entry[4][0]) for entry in found]
    # All of them: of two answers the other one may be taken the next time.
    if not settings.WEBHOOK_PRIVATE and not all(is_public(address) for address in addresses):
        raise Refused(f"{host} is not a public address.")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether it leads out into the internet; an IPv4 address that is wrapped in IPv6 is looked at itself."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        wrapped = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo and parsed.teredo[1])
        if wrapped is None and parsed in ipaddress.ip_network("64:ff9b::/96"):
            wrapped = ipaddress.IPv4Address(int(parsed) & 0xFFFF_FFFF)
        if wrapped is None and parsed not in UNICAST:
            return False  # site-local, translated into a network of one's own, or nobody's yet
        parsed = wrapped or parsed
    return parsed.is_global and not parsed.is_multicast


def _exchange(parts: SplitResult, port: int, address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    host = parts.hostname or ""
    connection: HTTPConnection
    if parts.scheme == "https":
        connection = HTTPSConnection(
            *(address, port),
            timeout=WITHIN_S,
            server_hostname=host,
            assert_hostname=host,
            cert_reqs="CERT_REQUIRED",
            ca_certs=certifi.where(),
        )
    else:
        connection = HTTPConnection(address, port, timeout=WITHIN_S)
    deadline = threading.Timer(DEADLINE_S, _hang_up, [connection])
    deadline.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {
            "Host": parts.netloc,
            "Content-Type": "application/json",
            "User-Agent": "Enigma RT",
            **headers,
        }
        connection.request("POST", target, body=body, headers=sent, preload_content=False)
        response = connection.getresponse()
        if response.status in SUCCESS:
            return Answer()
        if response.status in REDIRECTS:
            return Answer(f"HTTP {response.status}: redirects are not followed")
        said = response.read(LINE, decode_content=False).decode(errors="replace")
        asked = response.headers.get("Retry-After", "")
        return Answer(
            _line(f"HTTP {response.status}: {said}"),
            int(asked) if asked.isascii() and asked.isdecimal() else 0,
        )
    finally:
        deadline.cancel()
        connection.close()


def _hang_up(connection: HTTPConnection) -> None:
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _line(text: str) -> str:
    """The first line, without what cannot be seen."""
    first = (text.splitlines() or [""])[0]
    return "".join(char if char.isprintable() else " " for char in first)[:LINE]

"""Names a wrong or unsafe setting before anything starts. Each message says what is wrong and how to cure it.

Django runs these before nearly every command; `serve`, `qcluster` and `play` refuse to start on an error.

enigma.E001  ENIGMA_ENV is unknown                     enigma.E008  Redis is missing
enigma.E002  a value of the environment is no value    enigma.E009  the database's password is empty or known to all
enigma.E003  the secret key is missing or known        enigma.E010  cookies would travel without TLS
enigma.E004  debugging in production                   enigma.E011  ENIGMA_PUBLIC_URL is no address of a site
enigma.E005  no host, or every host, is allowed        enigma.E012  ENIGMA_SOCKET_LIMITS cannot be read
enigma.E006  an origin is missing or inexact           enigma.W001  mail goes to the log
enigma.E007  SQLite in production                      enigma.W002  the proxy's headers are not believed
                                                       enigma.W003  static files have not been collected

E003 to E010, W001 and W002 look at production (ENIGMA_ENV=production) only.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, Warning  # Django's name

from consumers.limits import chosen
from enigma_rt.environment import POSTGRESQL, SQLITE

ENVIRONMENTS = ("development", "production")
SHORTEST_KEY = 40
FEWEST_CHARACTERS = 10
KNOWN_KEYS = (
    "django-insecure",
    "insecure",
    "changeme",
    "change-me",
    "change_me",
    "secret",
    "example",
    "default",
)
KNOWN_PASSWORDS = ("", "postgres", "password", "enigma", "changeme", "change-me", "secret", "admin")
USUAL_PORT = {"http": 80, "https": 443}
MAKE_A_KEY = "Set SECRET_KEY to a random one: python -c 'import secrets; print(secrets.token_urlsafe(50))'"

Found = Iterator[CheckMessage]


def register() -> None:
    """Called once, when the apps are ready."""
    for check in (*ALWAYS, *IN_PRODUCTION):
        checks.register(_as_check(check), Tags.security)


def _as_check(check: Callable[[], Found]) -> Callable[..., list[CheckMessage]]:
    def run(**_: Any) -> list[CheckMessage]:
        if check in IN_PRODUCTION and not settings.PRODUCTION:
            return []
        return list(check())

    return run


# --- always ---------------------------------------------------------------------------------------------------------


def environment_is_known() -> Found:
    if settings.ENIGMA_ENV not in ENVIRONMENTS:
        yield Error(
            f"ENIGMA_ENV is {settings.ENIGMA_ENV!r}, which means nothing here.",
            hint=f"Set it to one of {', '.join(ENVIRONMENTS)}, or leave it out (development).",
            id="enigma.E001",
        )


def values_can_be_read() -> Found:
    for problem in settings.ENVIRONMENT_PROBLEMS:
        yield Error(
            problem, hint="Correct it in the environment, or leave it out for the default.", id="enigma.E002"
        )


def public_url_is_an_address() -> Found:
    url = settings.PUBLIC_URL
    if url and not _is_origin(url, ("http", "https")):
        yield Error(
            f"ENIGMA_PUBLIC_URL is {url!r}, which is not the address of a site.",
            hint="Set it to what players type, without a path, like https://hunt.example.org",
            id="enigma.E011",
        )


def socket_limits_can_be_read() -> Found:
    try:
        chosen(settings.SOCKET_LIMITS, behind_proxy=settings.BEHIND_PROXY)
    except msgspec.MsgspecError as error:
        yield Error(
            f"ENIGMA_SOCKET_LIMITS cannot be read: {error}.",
            hint='Set it to a JSON object of ceilings from consumers/limits.py, like {"burst": 50}, or leave it out.',
            id="enigma.E012",
        )


# --- in production --------------------------------------------------------------------------------------------------


def key_is_secret() -> Found:
    key = settings.SECRET_KEY
    if not settings.SECRET_KEY_GIVEN:
        yield Error("SECRET_KEY is not set.", hint=MAKE_A_KEY, id="enigma.E003")
    elif len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_CHARACTERS:
        yield Error(
            f"SECRET_KEY is easy to guess: it needs {SHORTEST_KEY} characters, {FEWEST_CHARACTERS} of them different.",
            hint=MAKE_A_KEY,
            id="enigma.E003",
        )
    elif key.lower().startswith(KNOWN_KEYS):
        yield Error("SECRET_KEY looks like the one of an example.", hint=MAKE_A_KEY, id="enigma.E003")


def debug_is_off() -> Found:
    if settings.DEBUG or settings.DEBUG_WANTED:
        yield Error(
            "DEBUG is on: error pages would show settings and data to anybody.",
            hint="Leave DEBUG out of the environment.",
            id="enigma.E004",
        )


def hosts_are_named() -> Found:
    if not settings.ALLOWED_HOSTS:
        problem = "ALLOWED_HOSTS is empty: every request would be refused."
    elif "*" in settings.ALLOWED_HOSTS:
        problem = "ALLOWED_HOSTS allows every host: links in mails could be made to point anywhere."
    else:
        return
    yield Error(
        problem, hint="Set ALLOWED_HOSTS to the site's names, like hunt.example.org", id="enigma.E005"
    )


def origins_are_exact() -> Found:
    hint = "Set ENIGMA_ORIGINS to exact origins over TLS, separated by commas, like https://hunt.example.org"
    if not settings.ORIGINS:
        yield Error("ENIGMA_ORIGINS is empty: no page could open a socket.", hint=hint, id="enigma.E006")
    for origin in settings.ORIGINS:
        if not _is_origin(origin, ("https",)):
            yield Error(
                f"ENIGMA_ORIGINS holds {origin!r}, which is not an origin over TLS.",
                hint=hint,
                id="enigma.E006",
            )


def database_is_a_server() -> Found:
    if settings.DATABASES["default"]["ENGINE"] == SQLITE:
        yield Error(
            "The database is SQLite, which several processes and machines cannot share.",
            hint="Set DATABASE_URL to a PostgreSQL database, like postgres://enigma:PASSWORD@db/enigma",
            id="enigma.E007",
        )


def redis_is_there() -> Found:
    if not settings.REDIS_URL:
        yield Error(
            "REDIS_URL is not set: players on different processes would not see each other move.",
            hint="Set REDIS_URL, like redis://redis:6379/0",
            id="enigma.E008",
        )


def password_is_secret() -> Found:
    database = settings.DATABASES["default"]
    if database["ENGINE"] == POSTGRESQL and database.get("PASSWORD", "").lower() in KNOWN_PASSWORDS:
        yield Error(
            "The database's password is empty or one that everybody tries first.",
            hint="Give the database a random password and put it into DATABASE_URL.",
            id="enigma.E009",
        )


def cookies_need_tls() -> Found:
    if not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE):
        yield Error(
            "Session or CSRF cookies would also be sent without TLS.",
            hint="Leave SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE as enigma_rt/settings.py sets them.",
            id="enigma.E010",
        )


def mail_leaves_the_house() -> Found:
    if settings.EMAIL_BACKEND.endswith(".console.EmailBackend"):
        yield Warning(
            "Mail is written to the log: nobody can reset a forgotten password.",
            hint="Set EMAIL_URL, like smtp+tls://USER:PASSWORD@mail.example.org:587",
            id="enigma.W001",
        )


def proxy_is_believed() -> Found:
    if not settings.BEHIND_PROXY:
        yield Warning(
            "ENIGMA_PROXY is off: behind a proxy all players would share its address, and the limits of one.",
            hint="Set ENIGMA_PROXY=1 behind a proxy that sets X-Forwarded-For itself, as haproxy/haproxy.cfg does.",
            id="enigma.W002",
        )


def static_files_are_collected() -> Found:
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if settings.HASHED_STATIC and not manifest.is_file():
        yield Warning(
            f"Static files have not been collected: there is no {manifest}, and pages cannot be made without it.",
            hint="Run manage.py collectstatic, or set ENIGMA_STATIC_ROOT to where they are.",
            id="enigma.W003",
        )


def _is_origin(text: str, schemes: tuple[str, ...]) -> bool:
    """scheme://host[:port] and nothing more, written as browsers write it: in lower case, no port that goes without
    saying."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    plain = parts.scheme in schemes and host != "" and "*" not in host and port != USUAL_PORT[parts.scheme]
    bracketed = f"[{host}]" if ":" in host else host
    return plain and text == f"{parts.scheme}://{bracketed}" + (f":{port}" if port is not None else "")


ALWAYS = (
    environment_is_known,
    values_can_be_read,
    public_url_is_an_address,
    socket_limits_can_be_read,
    static_files_are_collected,
)
IN_PRODUCTION = (
    key_is_secret,
    debug_is_off,
    hosts_are_named,
    origins_are_exact,
    database_is_a_server,
    redis_is_there,
    password_is_secret,
    cookies_need_tls,
    mail_leaves_the_house,
    proxy_is_believed,
)

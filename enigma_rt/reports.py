"""Errors to a Sentry, if SENTRY_DSN names one: what went wrong, nothing of what anybody has typed or signed in with."""

from typing import Any

from enigma_rt import logs

SECRET = (
    *("answer", "text", "body", "data", "email", "username", "sessionid", "session_key", "digest", "token"),
    *("cookies", "csrfmiddlewaretoken", "password1", "password2", "query_string"),
)
"""Names whose values are never sent, at any depth, beside Sentry's own list (cookies, passwords, sessions, tokens)."""
HIDDEN_URL = ("query_string", "data", "cookies", "env")


def start(dsn: str, environment: str, **options: Any) -> None:
    """Send this process's errors, and those of its children, to `dsn`. `options` go to the library as they are."""
    # Costs memory and start-up time that only those pay who want it.
    import sentry_sdk
    from sentry_sdk.scrubber import DEFAULT_DENYLIST, EventScrubber

    sentry_sdk.init(
        dsn,
        environment=environment,
        send_default_pii=False,
        # A frame's variables hold answers, sessions, settings.
        include_local_variables=False,
        max_request_body_size="never",
        # What is logged as an error is reported. Nothing is patched but logging: no framework is traced.
        auto_enabling_integrations=False,
        traces_sample_rate=None,
        event_scrubber=EventScrubber(denylist=[*DEFAULT_DENYLIST, *SECRET], recursive=True),
        before_send=clean,
        **options,
    )


def clean(event: Any, hint: dict[str, Any]) -> Any:
    """Adds the ids that the log's lines have, and takes off what the scrubber cannot tell by its name."""
    event.setdefault("tags", {}).update({name: str(value) for name, value in logs.ids().items()})
    for name in ("user", "server_name"):
        event.pop(name, None)
    for name in HIDDEN_URL:
        event.get("request", {}).pop(name, None)
    # Records carry whatever was passed beside the message: whole requests, among others.
    event.pop("extra", None)
    return event

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest


class EnigmaConfig(AppConfig):
    name = "enigma_rt"

    def ready(self) -> None:
        from enigma_rt import checks

        checks.register()
        if settings.SENTRY_DSN:
            from enigma_rt import reports

            reports.start(settings.SENTRY_DSN, settings.ENIGMA_ENV)
        from django_q.signals import post_spawn

        post_spawn.connect(report, dispatch_uid="enigma_rt.cluster")
        user_logged_out.connect(close_sockets, dispatch_uid="enigma_rt.close_sockets")


def report(**_: Any) -> None:
    """The scheduled work's process has begun."""
    from enigma_rt import cluster

    cluster.begin()


def close_sockets(request: HttpRequest, **_: Any) -> None:
    """The sockets of a session end with it. Django sends this signal while the session still has its key."""
    from game.services.players import signed_out

    if request.session.session_key:
        signed_out(request.session.session_key)

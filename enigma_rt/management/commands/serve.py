"""Runs one web process: pages and sockets."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from enigma_rt import launcher


class Command(BaseCommand):
    help = "Serves pages and sockets. SIGTERM ends it without anybody losing anything (ENIGMA_DRAIN_SECONDS)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000, help="0: any free one")
        parser.add_argument(
            "--fd", type=int, help="a listening socket that was inherited, instead of host and port"
        )

    def handle(self, *args: Any, host: str, port: int, fd: int | None, **options: Any) -> None:
        self.check(include_deployment_checks=settings.PRODUCTION)
        try:
            listening = launcher.open_port(host, port) if fd is None else launcher.adopt_port(fd)
        except launcher.CannotListen as error:
            raise CommandError(str(error)) from None
        sys.exit(
            launcher.serve(listening, drain_s=settings.DRAIN_SECONDS, behind_proxy=settings.BEHIND_PROXY)
        )

"""What differs from django-allauth's own ways with accounts."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from game.queries import roles
from game.queries.play import current_hunt


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("This address and this password do not belong together."),
        "email_taken": _("An account with this address is here already."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes, then try again."),
    }

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Organisers come for the console, everybody else to play. Where somebody was going has precedence."""
        return reverse("play" if roles.of(request.user.pk) is None else "console")

    def format_email_subject(self, subject: str) -> str:
        return f"{_title()}: {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        super().send_mail(template_prefix, email, context | {"title": _title()})


def _title() -> str:
    """What letters are about: players know the hunt, not the program."""
    hunt = current_hunt()
    return "Enigma RT" if hunt is None else hunt.title

"""What differs from django-allauth's own ways with accounts."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from game.queries import roles


class AccountAdapter(DefaultAccountAdapter):
    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Organisers come for the console, everybody else to play. Where somebody was going has precedence."""
        return reverse("play" if roles.of(request.user.pk) is None else "console")

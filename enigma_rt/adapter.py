"""What differs from django-allauth's own ways with accounts."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):
    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Organisers come for the console, everybody else to play. Where somebody was going has precedence."""
        return reverse("console" if request.user.is_staff else "play")

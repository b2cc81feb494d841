"""Which language a page is in: what its reader has chosen, or else what their browser asks for."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.translation import gettext_noop

BACKSTAGE = ("/console", "/author")
"""Organisers' pages are not translated yet: whole in English rather than half in another language."""

SAID_BY_DJANGO = (
    gettext_noop("This field is required."),
    gettext_noop("Enter a valid email address."),
    gettext_noop("This password is too common."),
    gettext_noop("The password is too similar to the %(verbose_name)s."),
)
"""What forms say in Django's words. Our catalogues go before its own: these sentences are players' to read."""


class LanguageMiddleware(LocaleMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if request.path_info.startswith(BACKSTAGE):
            translation.activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = translation.get_language()

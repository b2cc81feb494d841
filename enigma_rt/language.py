"""Which language a page is in: what its reader has chosen, or else what their browser asks for."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

BACKSTAGE = ("/console", "/author")
"""Organisers' pages are not translated yet: whole in English rather than half in another language."""


class LanguageMiddleware(LocaleMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if request.path_info.startswith(BACKSTAGE):
            translation.activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = translation.get_language()

"""`{% words "play" %}`: the script element with a page's words in the language of its reader, or nothing.
`{% languages as choices %}`: what can be chosen."""

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from enigma_rt.words import address

register = template.Library()


@register.simple_tag
def words(page: str) -> SafeString | str:
    found = address(get_language() or "", page)
    return format_html('<script src="{}"></script>', found) if found else ""


@register.simple_tag
def languages() -> list[tuple[str, str]]:
    """(code, name) of each, in its own words: whoever reads none of the others finds it."""
    return list(settings.LANGUAGES)

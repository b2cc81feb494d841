"""`{% words "play" %}`: the script element with a page's words in the language of its reader, or nothing."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from enigma_rt.words import address

register = template.Library()


@register.simple_tag
def words(page: str) -> SafeString | str:
    found = address(get_language() or "", page)
    return format_html('<script src="{}"></script>', found) if found else ""

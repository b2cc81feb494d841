"""For pages that are read without a server and without a script: `{{ n|grouped }}` is a number as the page's language
writes it, `{{ ms|moment }}` an instant in UTC, `{{ ms|stamp }}` the same for machines."""

from datetime import UTC, datetime

from django import template
from django.utils import formats

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    return str(formats.number_format(number, use_l10n=True, force_grouping=True))


@register.filter
def moment(ms: int) -> str:
    return f"{formats.date_format(datetime.fromtimestamp(ms // 1000, UTC), 'DATETIME_FORMAT')} UTC"


@register.filter
def stamp(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).isoformat().replace("+00:00", "Z")

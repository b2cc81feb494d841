"""`{{ ms|span }}`: how long something took, as a clock shows it: 2:05, 1:02:05."""

from django import template

register = template.Library()


@register.filter
def span(ms: int) -> str:
    seconds = round(ms / 1000)
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"

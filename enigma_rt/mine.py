"""A player's own page: their hunt, question by question, and how they stood in it."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from game.queries import mine as queries
from game.queries.mine import MineView
from game.queries.play import current_hunt
from game.rules.moments import Step

WIDE, HIGH, EDGE = 640, 240, 12
LONGEST_BAR = 4.0
"""Times the median: what took longer ends at the edge."""


@require_safe
@never_cache
@login_required
def me(request: HttpRequest) -> HttpResponse:
    hunt = current_hunt()
    if hunt is None:
        return redirect("landing")
    assert isinstance(request.user, AbstractBaseUser)
    view = queries.mine(hunt, request.user.pk)
    if view is None:
        return redirect("join")
    lines = [{"step": step, "bar": bar(step), "causes": causes(step.causes)} for step in view.steps]
    context = {"hunt": hunt, "me": view, "lines": lines, "others": causes(view.others), "curve": curve(view)}
    return render(request, "me.html", context)


def causes(found: tuple[tuple[str, int], ...]) -> list[tuple[str, int]]:
    words = {
        "solve": _("solved"),
        "hint": _("hint"),
        "accept_close": _("close answer"),
        "grant": _("from the organisers"),
        "regrade": _("judged again"),
    }
    return [(words.get(cause, cause), points) for cause, points in found]


def curve(view: MineView) -> dict[str, Any] | None:
    """The rank over time as SVG: best at the top, on a scale on which the front of the field has room. Made of numbers
    only; colours come from the style sheet."""
    ranks = list(view.ranks)
    if len(set(view.instants)) <= 1:
        return None
    best, worst = min(ranks), max(ranks)
    span = max(1, worst - best)
    across, down = (WIDE - 2 * EDGE) / (len(ranks) - 1), (HIGH - 2 * EDGE) / span
    points = [(EDGE + across * i, EDGE + down * (rank - best)) for i, rank in enumerate(ranks)]
    # Steps: a rank holds until the next one is known.
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in points[1:])
    svg = (
        f'<svg viewBox="0 0 {WIDE} {HIGH}" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="ground" d="M{EDGE} {EDGE}H{WIDE - EDGE}M{EDGE} {HIGH - EDGE}H{WIDE - EDGE}"/>'
        f'<path class="field" d="{path}V{HIGH - EDGE}H{EDGE}Z"/><path class="line" d="{path}"/></svg>'
    )
    return {
        "svg": _drawn(svg),
        "best": best,
        "worst": worst,
        "first": ranks[0],
        "last": ranks[-1],
        "from": view.instants[0],
        "until": view.instants[-1],
    }


def bar(step: Step) -> SafeString | str:
    """A question's time as a bar, the median as a mark in its middle part; "" where there is nothing to compare."""
    if step.elapsed is None or not step.median:
        return ""
    long = min(LONGEST_BAR, step.elapsed / step.median) / LONGEST_BAR * 100
    pace = "quick" if step.elapsed <= step.median else "slow"
    parts = (
        '<rect class="track" width="100" height="10"/>',
        f'<rect class="{pace}" width="{max(1.0, long):.1f}" height="10"/>',
        f'<path d="M{100 / LONGEST_BAR:g} 0V10"/>',
    )
    head = '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
    return _drawn(f"{head}{''.join(parts)}</svg>")


def _drawn(svg: str) -> SafeString:
    return mark_safe(svg)  # noqa: S308  # made of numbers, not of anybody's text

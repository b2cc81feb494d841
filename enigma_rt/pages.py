"""The pages, thin: who may see them and what they are told. What they show live comes through the sockets."""

import sys
from collections.abc import Generator
from datetime import UTC, datetime

import segno
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from enigma_rt import archive
from enigma_rt.allowed import need
from enigma_rt.downloads import Download
from enigma_rt.forms import JoinForm, pop_wish
from game import errors
from game.queries import accounts, exports
from game.queries import play as queries
from game.queries.archive import read
from game.queries.clock import now_ms
from game.queries.play import HuntView
from game.rules.scoring import base_award
from game.rules.settings import HuntSettings
from game.services import audit, players
from game.services.archive import release
from game.services.audit import Detail

IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A picture can be an SVG: opened by itself it may neither run nor load anything."""
EXPORT_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
DAY_S = 24 * 3600
YEAR_S = 365 * DAY_S


def hunt_view() -> HuntView | None:
    """The current hunt as its pages know it."""
    hunt = queries.current_hunt()
    return queries.hunt_view(hunt, now_ms()) if hunt else None


def _account(request: HttpRequest) -> AbstractBaseUser:
    """Of somebody who has signed in."""
    assert isinstance(request.user, AbstractBaseUser)
    return request.user


@require_safe
@cache_control(private=True, no_cache=True)
def landing(request: HttpRequest) -> HttpResponse:
    hunt = hunt_view()
    name = (
        accounts.player_name(_account(request).pk, hunt.id)
        if hunt and request.user.is_authenticated
        else None
    )
    return render(request, "landing.html", {"hunt": hunt, "player_name": name})


@require_safe
@never_cache
@login_required
def play(request: HttpRequest) -> HttpResponse:
    hunt = hunt_view()
    if hunt is None:
        return redirect("landing")
    if accounts.player_name(_account(request).pk, hunt.id) is None:
        return redirect("join")
    return render(request, "play.html", {"hunt": hunt})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def join(request: HttpRequest) -> HttpResponse:
    """The name under which an account plays in the current hunt. `form` is null when there is nothing to join."""
    row = queries.current_hunt()
    hunt = queries.hunt_view(row, now_ms()) if row else None
    if hunt and accounts.player_name(_account(request).pk, hunt.id) is not None:
        return redirect("play")
    if row is None or hunt is None or hunt.phase == "ended":
        return render(request, "join.html", {"hunt": hunt, "form": None})
    form = JoinForm(row, request.POST if request.method == "POST" else pop_wish(request))
    if request.method == "POST" and form.is_valid():
        try:
            players.join(_account(request), row, form.cleaned_data["name"])
        except errors.GameError as refusal:
            form.refuse(refusal)
        else:
            return redirect("play")
    # Also a form that was refused is a page that is there, as at sign-up: a browser calls 422 a failure in its console.
    return render(request, "join.html", {"hunt": hunt, "form": form})


@require_safe
@cache_control(private=True, no_cache=True)
def rules(request: HttpRequest) -> HttpResponse:
    """`settings` holds every number of the hunt (game/rules/settings.py), `curve` its way of counting points."""
    row = queries.current_hunt()
    numbers = queries.settings_of(row) if row else None
    context = {
        "hunt": queries.hunt_view(row, now_ms()) if row else None,
        "settings": numbers,
        "curve": numbers and curve(numbers.curve),
        **(decline(numbers) if numbers else {}),
    }
    return render(request, "rules.html", context)


def decline(numbers: HuntSettings) -> dict[str, int]:
    """What is left of 100 points after one half-life and after two: easier to see than a formula."""
    minutes = numbers.half_life_minutes
    once, again = (base_award(numbers, 100, minutes * 60 * n, 0) for n in (1, 2))
    return {"once": once, "again": again, "twice": 2 * minutes}


def curve(name: str) -> dict[str, str]:
    """A curve's name and what it means, for people."""
    return {
        "elapsed": {
            "name": _("Against the clock"),
            "text": _(
                "What an answer is worth falls with the time that you have had the question. Pauses do not count."
            ),
        },
        "solve_order": {
            "name": _("First come, first served"),
            "text": _(
                "What an answer is worth depends on how many hunters have solved the question before you."
            ),
        },
    }[name]


@require_safe
@cache_control(private=True, no_cache=True)
def board(request: HttpRequest) -> HttpResponse:
    address = (settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}") + reverse("landing")
    return render(
        request, "board.html", {"hunt": hunt_view(), "join_url": address, "join_qr": qr_code(address)}
    )


def qr_code(text: str) -> SafeString:
    """An inline SVG without styles, which the content policy would strip: black on a white field of its own, whatever
    lies behind it. The quiet zone of four modules is part of the picture."""
    svg = segno.make(text, error="m", micro=False).svg_inline(border=4, light="#fff", omitsize=True)
    return mark_safe(svg)  # noqa: S308  # made of modules and coordinates, not of the text


@require_safe
@never_cache
@login_required
def console(request: HttpRequest) -> HttpResponse:
    need(request, "/console")
    return render(request, "console.html", {"hunt": hunt_view()})


@require_GET
@never_cache
@login_required
def view_as(request: HttpRequest, player: int) -> HttpResponse:
    """What a player is shown, to an organiser. Its socket writes down who looks (`consumers/viewer.py`)."""
    need(request, "/console/as")
    hunt = hunt_view()
    name = accounts.name_of(hunt.id, player) if hunt else None
    if name is None:
        raise Http404
    return render(request, "console_as.html", {"hunt": hunt, "player": player, "name": name})


@require_GET
@never_cache
@login_required
def export(request: HttpRequest, what: str, form: str) -> HttpResponse:
    """A table of the current hunt as a file; who took what is written down."""
    emails = what == "results" and request.GET.get("emails") == "1"
    need(request, "/console/export?emails" if emails else "/console/export")
    row = queries.current_hunt()
    if row is None or what not in exports.TABLES:
        raise Http404
    asked: Detail = {"what": what, "form": form, "emails": emails}
    audit.once(
        _account(request).pk, row.id, None, f"export.{'emails' if emails else what}", asked, lambda _hunt: {}
    )
    day = datetime.fromtimestamp(now_ms() / 1000, UTC).strftime("%Y%m%dT%H%MZ")
    return Download(
        exports.export(row.id, what, form, emails=emails),
        f"{row.slug}-{what}-{day}.{form}",
        EXPORT_TYPES[form],
    )


@require_GET
@never_cache
@login_required
def site(request: HttpRequest) -> HttpResponse:
    """The current hunt as pages for any web host, in a zip, once it is over; `?answers=1` releases the answers, and
    `?language=…` chooses the languages. Who took it is written down."""
    need(request, "/console/site")
    row = queries.current_hunt()
    if row is None:
        raise Http404
    answers = request.GET.get("answers") == "1"
    try:
        chosen = archive.languages(request.GET.getlist("language"))
        release(_account(request).pk, row.id, answers=answers, languages=chosen)
    except errors.Invalid as refusal:
        return _sorry(request, 409, _("Not yet"), str(refusal.text))
    except ValueError:
        raise Http404 from None
    name = f"{row.slug}-site"

    def parts() -> Generator[bytes]:
        yield from archive.zipped(read(row.id, answers=answers), chosen, name)

    return Download(parts(), f"{name}.zip", "application/zip")


@require_safe
def image(request: HttpRequest, token: str) -> HttpResponse:
    """A question's picture, for those who have reached it. Nobody else learns that it exists."""
    user = request.user
    found = queries.image(token, user.pk) if user.is_authenticated else None
    if found is None:
        raise Http404
    data, media_type = found
    response = HttpResponse(data, content_type=media_type)
    response["Content-Security-Policy"] = IMAGE_POLICY
    response["ETag"] = etag = quote_etag(token)
    patch_cache_control(response, private=True, immutable=True, max_age=YEAR_S)
    answer = get_conditional_response(request, etag=etag, response=response)
    assert isinstance(answer, HttpResponse)
    return answer


@require_safe
@cache_control(public=True, max_age=DAY_S)
def icon(request: HttpRequest) -> HttpResponse:
    """Where browsers look for it on pages that do not name it, such as the admin's."""
    return redirect(static("enigma/img/icon.svg"))


# --- what went wrong ------------------------------------------------------------------------------------------------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _sorry(request, 400, _("That request makes no sense"), _("Go back and try again."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    text = str(exception) or _("This page belongs to the organisers of the hunt.")
    return _sorry(request, 403, _("Not for this account"), text)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _sorry(
        request, 404, _("Nothing is here"), _("The address may have a letter wrong, or the page has moved.")
    )


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return _sorry(request, 429, _("Too often"), _("Wait a few minutes, then try again."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Made without the database, which may be what is wrong: then it is 503, and a moment later all may be well."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        response = _sorry(None, 503, _("The machine is busy"), _("Try again in a moment. Nothing is lost."))
        response["Retry-After"] = "5"
        return response
    return _sorry(
        None, 500, _("The machine slipped"), _("It is our fault, and it is noted. Try again in a moment.")
    )


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token does not fit: nearly always a page left open over a log-in in another tab."""
    return _sorry(request, 403, _("That page was too old"), _("Open it again and send it once more."))


def _sorry(request: HttpRequest | None, status: int, title: str, text: str) -> HttpResponse:
    page = render_to_string("error.html", {"status": status, "title": title, "text": text}, request)
    response = HttpResponse(page, status=status)
    patch_cache_control(response, no_store=True)
    return response

"""The author's desk over HTTP: a page, a preview in a frame of its own, and JSON to read and write a hunt's content.

JSON and not the socket, because a question with its story is larger than a frame may be. Every write carries a command
id and the token of what its author saw.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST, require_safe
from msgspec import Struct

from enigma_rt.allowed import need, user_id
from game import errors
from game.packs import PackError, PackQuestion
from game.packs.archive import ARCHIVE_BYTES, packed, unpacked
from game.packs.pictures import IMAGE_BYTES
from game.queries import roles
from game.rules.tester import trial
from game.services import audit, authoring, desk, packs, testplay
from game.services.authoring import HuntDraft, Picture

BODY_BYTES = 4 * IMAGE_BYTES
"""A question of the longest texts with a picture in Base64."""
STATUS = {
    errors.Outdated: 409,
    errors.IdConflict: 409,
    errors.NotFound: 404,
    errors.Forbidden: 403,
    errors.RetryLater: 503,
}

View = Callable[..., HttpResponse]
Asked = TypeVar("Asked", bound=Struct)


class Draft(Struct, frozen=True, forbid_unknown_fields=True):
    """A question that is being written: `question` is null for a new one, to be at place `at` from 0."""

    question: int | None
    at: int
    content: PackQuestion
    pictured: bool = False


class Guess(Struct, frozen=True, forbid_unknown_fields=True):
    answers: tuple[str, ...]
    close: tuple[str, ...]
    threshold: int
    text: str


class Save(Struct, frozen=True, forbid_unknown_fields=True):
    command: UUID
    token: str
    content: PackQuestion
    picture: Picture | None = None


class Add(Struct, frozen=True, forbid_unknown_fields=True):
    """`at`: its position, from 1."""

    command: UUID
    order: str
    at: int
    content: PackQuestion
    picture: Picture | None = None


class Remove(Struct, frozen=True, forbid_unknown_fields=True):
    command: UUID
    token: str


class Order(Struct, frozen=True, forbid_unknown_fields=True):
    command: UUID
    order: str
    ids: tuple[int, ...]


class WriteHunt(Struct, frozen=True, forbid_unknown_fields=True):
    command: UUID
    token: str
    hunt: HuntDraft


class Restore(Struct, frozen=True, forbid_unknown_fields=True):
    """`version` is the hunt's that its author saw."""

    command: UUID
    version: int


@require_safe
@never_cache
@login_required
@csp_replace({"frame-src": [SELF]})
def page(request: HttpRequest) -> HttpResponse:
    """The desk of the current hunt, or of the one in ?hunt=SLUG; without any the page where one is begun."""
    role = need(request, "/author")
    slug = request.GET.get("hunt", "")
    hunt = desk.hunt_by(slug)
    if hunt is None:
        if slug:
            raise Http404
        return redirect("hunts")
    context = {
        "hunt": hunt,
        "settings": _plain(desk.settings_about()),
        "owner": roles.may(role, "control"),
    }
    return render(request, "author.html", context)


@require_safe
@never_cache
@login_required
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF], "connect-src": [NONE]})
def preview(request: HttpRequest) -> HttpResponse:
    """The player's page without a hunt: what it shows comes from the desk around it."""
    need(request, "/author")
    return render(request, "author_preview.html")


def api(view: View) -> View:
    """For authors, and in JSON whatever happens: refusals are {"code", "text"}."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _json(
                {"code": "signed_out", "text": _("You are signed out. Sign in again, then send it.")}, 401
            )
        try:
            roles.require(user_id(request), "/author")
            return view(request, *args, **kwargs)
        except errors.GameError as refusal:
            return _json(_refusal(refusal), STATUS.get(type(refusal), 422))
        except PackError as error:
            problems = [str(problem) for problem in error.problems]
            return _json({"code": "invalid", "text": "\n".join(problems), "problems": problems}, 422)

    return never_cache(answered)


@require_GET
@api
def state(request: HttpRequest, hunt: int) -> HttpResponse:
    """Everything, or 204 as long as the hunt is at the version that is asked with (?version=)."""
    if request.GET.get("version") == str(desk.version_of(hunt)):
        return HttpResponse(status=204)
    return _json(desk.desk(hunt))


@require_POST
@api
def look(request: HttpRequest, hunt: int) -> HttpResponse:
    """A draft as players would see it, and what is wrong with it. Changes nothing."""
    draft = _body(request, Draft)
    return _json(desk.look(hunt, draft.question, draft.at, draft.content, draft.pictured))


@require_POST
@api
def guess(request: HttpRequest, hunt: int) -> HttpResponse:
    """How a guess would be judged, and why; {"problem"} while the answers themselves are faulty. Changes nothing."""
    asked = _body(request, Guess)
    try:
        return _json(trial(asked.answers, asked.close, asked.threshold, asked.text))
    except ValueError as error:
        return _json({"problem": str(error)})


@require_POST
@api
def picture(request: HttpRequest, hunt: int) -> HttpResponse:
    """Whether a file is a picture that may be shown. Changes nothing: it comes again with its question."""
    return _json({"media_type": authoring.checked_picture(_raw(request, BODY_BYTES)).media_type})


@require_POST
@api
def add(request: HttpRequest, hunt: int) -> HttpResponse:
    asked = _body(request, Add)
    return _json(
        authoring.add(
            user_id(request), hunt, asked.order, asked.at, asked.content, asked.picture, asked.command
        )
    )


@require_POST
@api
def save(request: HttpRequest, hunt: int, question: int) -> HttpResponse:
    asked = _body(request, Save)
    return _json(
        authoring.save(
            user_id(request), hunt, question, asked.token, asked.content, asked.picture, asked.command
        )
    )


@require_POST
@api
def remove(request: HttpRequest, hunt: int, question: int) -> HttpResponse:
    asked = _body(request, Remove)
    return _json(authoring.remove(user_id(request), hunt, question, asked.token, asked.command))


@require_POST
@api
def order(request: HttpRequest, hunt: int) -> HttpResponse:
    asked = _body(request, Order)
    return _json(authoring.reorder(user_id(request), hunt, asked.order, asked.ids, asked.command))


@require_POST
@api
def write_hunt(request: HttpRequest, hunt: int) -> HttpResponse:
    asked = _body(request, WriteHunt)
    row = desk.hunt_row(hunt)
    if (asked.hunt.starts_at, asked.hunt.ends_at) != (row.starts_at, row.ends_at):
        # When the night begins and ends is for those to say who may begin and end it.
        roles.require(user_id(request), "control")
    return _json(authoring.write_hunt(user_id(request), hunt, asked.token, asked.hunt, asked.command))


@require_GET
@api
def versions(request: HttpRequest, hunt: int) -> HttpResponse:
    return _json({"versions": desk.version_list(hunt)})


@require_GET
@api
def version(request: HttpRequest, hunt: int, number: int) -> HttpResponse:
    """What version `number` has changed, and what would change if it were brought back."""
    return _json({"changed": desk.compared(hunt, number), "restoring": desk.restored(hunt, number)[1]})


@require_POST
@api
def restore(request: HttpRequest, hunt: int, number: int) -> HttpResponse:
    asked = _body(request, Restore)
    pack, _changes = desk.restored(hunt, number)
    note = _("version %(n)d brought back") % {"n": number}
    return _json(
        authoring.replace_by(
            user_id(request),
            hunt,
            asked.version,
            pack,
            "content.restore",
            {"number": number, "text": note},
            note,
            asked.command,
        )
    )


@require_POST
@api
def import_pack(request: HttpRequest, hunt: int) -> HttpResponse:
    """A pack as a zip. Without `command` only what it would change; with it and the `version` seen it is brought in."""
    upload = request.FILES.get("file")
    if upload is None or upload.size is None or upload.size > ARCHIVE_BYTES:
        raise errors.Invalid(_("Send a .zip of at most %(n)d MiB.") % {"n": ARCHIVE_BYTES >> 20})
    pack = unpacked(upload)
    if "command" not in request.POST:
        return _json(
            {"changes": desk.arriving(hunt, pack), "title": pack.title, "questions": len(pack.questions)}
        )
    try:
        command, seen = UUID(request.POST["command"]), int(request.POST.get("version", ""))
    except ValueError:
        raise errors.Invalid from None
    name = (upload.name or "")[:100]
    note = _("imported %(file)s") % {"file": name}
    return _json(
        authoring.replace_by(
            user_id(request), hunt, seen, pack, "content.pack", {"text": name}, note, command
        )
    )


@require_GET
@api
def export(request: HttpRequest, hunt: int) -> HttpResponse:
    """The content as a pack in a zip; who took it is written down."""
    row = desk.hunt_row(hunt)
    audit.once(user_id(request), hunt, None, "export.pack", {}, lambda _hunt: {})
    response = HttpResponse(packed(packs.export_pack(row)), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{row.slug}.zip"'
    return response


@require_POST
@never_cache
@login_required
def test(request: HttpRequest, hunt: int) -> HttpResponse:
    """Test play from question `q` on, in the tab that asks; what was played before is forgotten."""
    need(request, "/author")
    try:
        testplay.begin(user_id(request), hunt, int(request.POST.get("q", "")))
    except (ValueError, errors.GameError):
        raise Http404 from None
    return redirect("author_play", hunt=hunt)


@require_safe
@never_cache
@login_required
def play(request: HttpRequest, hunt: int) -> HttpResponse:
    """The player's page, of the test player."""
    need(request, "/author")
    seat = testplay.seat(user_id(request), hunt)
    if seat is None:
        raise Http404
    return render(request, "author_play.html", {"hunt": seat.hunt, "of": desk.hunt_row(hunt)})


def _body(request: HttpRequest, kind: type[Asked]) -> Asked:
    try:
        return msgspec.json.decode(_raw(request, BODY_BYTES), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise errors.Invalid(_("That is not what is sent here: %(why)s") % {"why": error}) from None


def _raw(request: HttpRequest, most: int) -> bytes:
    """The body, read past Django's limit for forms, up to our own."""
    data: bytes = request.read(most + 1)
    if len(data) > most:
        raise errors.Invalid(_("That is too large."))
    return data


def _refusal(error: errors.GameError) -> dict[str, str]:
    return {"code": error.code, "text": str(error.text)}


def _json(value: object, status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(value), content_type="application/json", status=status)


def _plain(value: object) -> str:
    return json.dumps(msgspec.to_builtins(value))

"""The hunts of this server as pages for authors: which there are, a new one, and which of them players are shown."""

from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enigma_rt.allowed import need, user_id
from game import errors
from game.models import Hunt
from game.packs import PackError
from game.packs.archive import ARCHIVE_BYTES, unpacked
from game.queries import roles
from game.services import desk, shelf


@require_safe
@never_cache
@login_required
def hunts(request: HttpRequest) -> HttpResponse:
    return shown(request)


@require_POST
@never_cache
@login_required
def begin(request: HttpRequest) -> HttpResponse:
    """A hunt of that title without a question; its desk."""
    need(request, "/author")
    try:
        return _desk(shelf.begin(user_id(request), request.POST.get("title", ""), _command(request)))
    except errors.GameError as refusal:
        return shown(request, about="begin", problems=str(refusal.text).splitlines())


@require_POST
@never_cache
@login_required
def bring(request: HttpRequest) -> HttpResponse:
    """A hunt as the pack has it that was sent as a zip; its desk."""
    need(request, "/author")
    upload = request.FILES.get("file")
    try:
        if upload is None or upload.size is None or upload.size > ARCHIVE_BYTES:
            raise errors.Invalid(_("Send a .zip of at most %(n)d MiB.") % {"n": ARCHIVE_BYTES >> 20})
        name = (upload.name or "")[:100]
        return _desk(shelf.bring(user_id(request), unpacked(upload), name, _command(request)))
    except errors.GameError as refusal:
        return shown(request, about="bring", problems=str(refusal.text).splitlines())
    except PackError as error:
        return shown(request, about="bring", problems=[str(problem) for problem in error.problems])


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def current(request: HttpRequest, hunt: int) -> HttpResponse:
    """Says what becoming the current hunt will do, and to how many; then does it."""
    need(request, "control")
    lines = {line.id: line for line in desk.hunts()}
    if hunt not in lines:
        raise Http404
    present = next((line for line in lines.values() if line.current), None)
    problem = ""
    if request.method == "POST":
        try:
            instead = int(request.POST.get("instead") or 0) or None
            shelf.show(user_id(request), hunt, instead, _command(request))
            return redirect("hunts")
        except ValueError:
            raise Http404 from None
        except errors.GameError as refusal:
            problem = str(refusal.text)
    found = desk.desk(hunt).findings
    shown_ = {
        "line": lines[hunt],
        "present": present,
        "faults": sum(finding.kind == "fault" for finding in found),
        "notes": sum(finding.kind == "warning" for finding in found),
        "problem": problem,
        "command": uuid4(),
    }
    return render(request, "author_current.html", shown_, status=409 if problem else 200)


def shown(request: HttpRequest, about: str = "", problems: list[str] | None = None) -> HttpResponse:
    """The page of all hunts, with what is wrong with what was sent."""
    role = need(request, "/author")
    context = {
        "lines": desk.hunts(),
        "owner": roles.may(role, "control"),
        "about": about,
        "problems": problems,
        "title": request.POST.get("title", ""),
        "command": uuid4(),
    }
    return render(request, "author_hunts.html", context, status=422 if problems else 200)


def _desk(hunt: Hunt) -> HttpResponse:
    return redirect(f"{reverse('author')}?hunt={hunt.slug}")


def _command(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("command", ""))
    except ValueError:
        raise errors.Invalid from None

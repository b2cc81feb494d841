"""A finished hunt leaves the house as pages for any web host; with its answers, if its organisers release them."""

from collections.abc import Sequence

from game.models import Hunt
from game.queries import archive
from game.services import audit
from game.services.audit import Detail


def release(user_id: int | None, hunt_id: int, *, answers: bool, languages: Sequence[str]) -> None:
    """Write down that it was taken, by whom, and whether with the answers. `user_id` is null for the server's shell.

    Raises Invalid unless the hunt is over and nothing of it is held back, NotFound.
    """

    def act(hunt: Hunt) -> Detail:
        archive.check(hunt)
        return {}

    asked: Detail = {"answers": answers, "languages": list(languages)}
    action = "export.site_answers" if answers else "export.site"
    audit.once(user_id, hunt_id, None, action, asked, act)

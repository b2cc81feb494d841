"""All projectors show one scene, until somebody lets them choose again."""

from uuid import UUID

from django.contrib.auth import get_user_model

from enigma_rt.bus import publish_on_commit
from game import errors
from game.models import Hunt
from game.queries.clock import now_ms
from game.rules.scenes import SCENES
from game.services import audit
from game.services.audit import Detail


def pin(user_id: int, hunt_id: int, scene: str | None, command: UUID | None = None) -> Detail:
    """Every projector shows `scene`; None: what its director chooses. Idempotent per command.

    The hunt keeps its version: no player's page has to ask for anything. Raises Invalid for a scene that there is not,
    NotFound, IdConflict.
    """
    if scene is not None and scene not in SCENES:
        raise errors.Invalid

    def act(hunt: Hunt) -> Detail:
        before = hunt.scene
        hunt.scene = scene or ""
        hunt.scene_by = get_user_model().objects.get(id=user_id).get_username() if scene else ""
        hunt.scene_at = now_ms() if scene else 0
        hunt.save(update_fields=["scene", "scene_by", "scene_at"])
        publish_on_commit("hunt", {"hunt": hunt.id, "version": hunt.version})
        return {"before": {"scene": before}, "after": {"scene": hunt.scene}}

    return audit.once(user_id, hunt_id, command, "projector.pin", {"scene": scene}, act)

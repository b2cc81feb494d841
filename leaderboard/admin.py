"""Standings, to look at: they follow from the ledger, and changing one would only hide that it does not."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from leaderboard.models import Standing

if TYPE_CHECKING:
    StandingAdminBase = admin.ModelAdmin[Standing]
else:
    StandingAdminBase = admin.ModelAdmin

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@admin.register(Standing)
class StandingAdmin(StandingAdminBase):
    list_display = ("name", "hunt", "points", "last", "finished", "hidden", "version")
    list_filter = ("hunt", "finished", "hidden")
    list_select_related = ("hunt",)
    list_per_page = 50
    search_fields = ("name",)
    ordering = ("-hunt", "-points", "last_solve")
    show_full_result_count = False
    fields = ("player", "hunt", "name", "points", "last", "finished", "hidden", "version", "changed")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("last solve (UTC)"), ordering="last_solve")
    def last(self, standing: Standing) -> str | None:
        return None if standing.last_solve is None else readable(standing.last_solve)

    @admin.display(description=_("changed (UTC)"), ordering="changed_at")
    def changed(self, standing: Standing) -> str:
        return readable(standing.changed_at)


def readable(instant: int) -> str:
    return f"{EPOCH + timedelta(milliseconds=instant):%Y-%m-%d %H:%M:%S}"

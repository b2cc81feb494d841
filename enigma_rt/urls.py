"""The addresses of the pages. Ours have no slash at the end; with one they are found too."""

from allauth.account import urls as account_urls
from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from enigma_rt import author, author_urls, installable, mine, pages, replays, words

urlpatterns = [
    path("", pages.landing, name="landing"),
    path("play", pages.play, name="play"),
    path("me", mine.me, name="me"),
    path("join", pages.join, name="join"),
    path("rules", pages.rules, name="rules"),
    path("board", pages.board, name="board"),
    path("replay", replays.page, name="replay"),
    path("replay.json", replays.data, name="replay-data"),
    path("console", pages.console, name="console"),
    re_path(r"^console/export/(?P<what>[a-z]+)\.(?P<form>csv|json)$", pages.export, name="export"),
    path("console/as/<int:player>", pages.view_as, name="view_as"),
    path("console/site.zip", pages.site, name="site"),
    path("author", author.page, name="author"),
    path("author/", include(author_urls)),
    path("image/<str:token>", pages.image, name="image"),
    re_path(
        r"^(?P<page>play|me|join|rules|board|replay|console|author)/$", RedirectView.as_view(url="/%(page)s")
    ),
    path("language", set_language, name="set_language"),
    path("manifest.webmanifest", installable.manifest, name="manifest"),
    path("sw.js", installable.worker, name="worker"),
    path("offline", installable.offline, name="offline"),
    path("favicon.ico", pages.icon),
    path("apple-touch-icon.png", installable.apple_icon),
    re_path(
        r"^words/(?P<language>[a-zA-Z-]+)/(?P<page>[a-z]+)/(?P<version>[0-9a-f]{12})\.js$",
        words.script,
        name="words",
    ),
    path("accounts/", include(account_urls)),
    path(settings.ADMIN_URL, admin.site.urls),
]

handler400 = "enigma_rt.pages.bad_request"
handler403 = "enigma_rt.pages.forbidden"
handler404 = "enigma_rt.pages.not_found"
handler429 = "enigma_rt.pages.too_many_requests"  # allauth's
handler500 = "enigma_rt.pages.server_error"

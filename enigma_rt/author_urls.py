"""The addresses of the author's desk."""

from django.urls import path

from enigma_rt import author, author_hunts

urlpatterns = [
    path("hunts", author_hunts.hunts, name="hunts"),
    path("hunts/begin", author_hunts.begin, name="hunt_begin"),
    path("hunts/bring", author_hunts.bring, name="hunt_bring"),
    path("hunts/<int:hunt>/current", author_hunts.current, name="hunt_current"),
    path("preview", author.preview, name="author_preview"),
    path("<int:hunt>/state", author.state, name="author_state"),
    path("<int:hunt>/look", author.look),
    path("<int:hunt>/guess", author.guess),
    path("<int:hunt>/picture", author.picture),
    path("<int:hunt>/questions", author.add),
    path("<int:hunt>/questions/<int:question>", author.save),
    path("<int:hunt>/questions/<int:question>/remove", author.remove),
    path("<int:hunt>/order", author.order),
    path("<int:hunt>/hunt", author.write_hunt),
    path("<int:hunt>/versions", author.versions),
    path("<int:hunt>/versions/<int:number>", author.version),
    path("<int:hunt>/versions/<int:number>/restore", author.restore),
    path("<int:hunt>/test", author.test, name="author_test"),
    path("<int:hunt>/play", author.play, name="author_play"),
    path("<int:hunt>/pack", author.import_pack),
    path("<int:hunt>/export", author.export, name="author_export"),
]

"""Static files as production serves them: every module under one hashed name, found by every import of it."""

import gzip
import json
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client, override_settings

# With comments and strings away that only look like it: what the browser's parser would see as an import.
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)
IMPORT = re.compile(
    r"""(?:^|[;}\s])(?:import|export)\b[^;"'`()=]*?\bfrom\s*["']([^"'\n]+)["']"""  # import … from, export … from
    r"""|(?:^|[;}\s])import\s*["']([^"'\n]+)["']"""  # import "x"
    r"""|\bimport\(\s*["']([^"'\n]+)["']"""  # import("x")
)
HASHED = re.compile(r"\.[0-9a-f]{12}\.[a-z]+\d?$")
OURS = ("enigma/",)


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder that `collectstatic` makes with the production storage."""
    folder = tmp_path_factory.mktemp("static")
    storages = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "enigma_rt.static.HashedStatic"},
    }
    with override_settings(STATIC_ROOT=str(folder), STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield folder


def manifest(folder: Path) -> dict[str, str]:
    """Source name -> hashed name."""
    paths: dict[str, str] = json.loads((folder / "staticfiles.json").read_text())["paths"]
    return paths


def imports(source: str) -> list[str]:
    return ["".join(found) for found in IMPORT.findall(COMMENT.sub(" ", source))]


def modules(folder: Path) -> dict[str, str]:
    """Hashed name -> source, of our modules and the vendored ones."""
    names = [
        hashed for name, hashed in manifest(folder).items() if name.startswith(OURS) and name.endswith(".js")
    ]
    assert names
    return {name: (folder / name).read_text() for name in names}


def test_every_import_leads_to_a_hashed_name_that_exists(collected: Path) -> None:
    seen = 0
    wrong = []
    for name, source in modules(collected).items():
        for target in imports(source):
            seen += 1
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
            if not target.startswith(".") or not HASHED.search(target) or not (collected / path).is_file():
                wrong.append(f"{name} imports {target}")
    assert wrong == []
    assert seen > 50


def test_no_import_is_lost_on_the_way(collected: Path) -> None:
    """As many imports as before: what the storage did not understand it would have left alone, or cut."""
    for name, hashed in manifest(collected).items():
        if name.startswith(OURS) and name.endswith(".js"):
            found = finders.find(name)
            assert isinstance(found, str)
            assert len(imports(Path(found).read_text())) == len(imports((collected / hashed).read_text())), (
                name
            )


def test_a_module_has_one_name(collected: Path) -> None:
    """Two names of one module are two instances of it, with two states."""
    names: dict[str, set[str]] = {}
    for name, source in modules(collected).items():
        for target in imports(source):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
            names.setdefault(HASHED.sub("", path), set()).add(path)
    assert [found for found in names.values() if len(found) > 1] == []


def test_what_style_sheets_name_exists(collected: Path) -> None:
    for name, hashed in manifest(collected).items():
        if name.startswith(OURS) and name.endswith(".css"):
            for target in re.findall(r"url\([\"']?([^\"')]+)[\"']?\)", (collected / hashed).read_text()):
                if not target.startswith(("data:", "#")):
                    path = posixpath.normpath(posixpath.join(posixpath.dirname(hashed), target))
                    assert HASHED.search(target), f"{name}: {target}"
                    assert (collected / path).is_file(), f"{name}: {target}"


def test_text_is_compressed_beforehand(collected: Path) -> None:
    hashed = manifest(collected)["enigma/css/base.css"]
    packed = (collected / f"{hashed}.gz").read_bytes()
    assert gzip.decompress(packed) == (collected / hashed).read_bytes()


@pytest.mark.django_db
def test_pages_and_browsers_use_the_hashed_names(collected: Path) -> None:
    page = Client().get("/").content.decode()
    assets = re.findall(r'(?:src|href)="/static/([^"]+)"', page)
    assert assets
    for asset in assets:
        assert HASHED.search(asset), asset
        assert (collected / asset).is_file(), asset


@pytest.mark.django_db
def test_they_are_kept_for_ever(collected: Path) -> None:
    hashed = manifest(collected)["enigma/css/base.css"]
    with override_settings(WHITENOISE_AUTOREFRESH=False, WHITENOISE_USE_FINDERS=False):
        response = Client().get(f"/static/{hashed}", headers={"accept-encoding": "gzip"})
        assert response.status_code == 200
        assert "immutable" in response["Cache-Control"]
        assert response["Content-Encoding"] == "gzip"
        response.close()


def test_the_check_itself_sees_imports() -> None:
    source = """
    import {a} from "./a.js";import b from './b.js';
    import "./c.js"
    export * from "./d.js";
    export {e,
      f} from "./e.js"
    const g = await import("./g.js"); // import h from "./h.js"
    /* import "./i.js"; */ const text = "see http://example.org/";
    """
    assert imports(source) == ["./a.js", "./b.js", "./c.js", "./d.js", "./e.js", "./g.js"]

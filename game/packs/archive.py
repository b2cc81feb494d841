"""A hunt pack as one file, a zip of its folder: what an author sends with a browser, and takes home."""

import io
import stat
import tempfile
import zipfile
from pathlib import Path
from typing import IO

import msgspec

from game.packs.pictures import IMAGE_BYTES
from game.packs.reading import FILE_BYTES, IMAGES_BYTES, is_safe_path, read_pack
from game.packs.records import FILE, Pack, PackError, Problem
from game.packs.writing import hunt_toml

ARCHIVE_BYTES = FILE_BYTES + IMAGES_BYTES
ENTRIES = 2_000
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
WRITTEN_AT = (2000, 1, 1, 0, 0, 0)
"""The same pack is the same file."""


def packed(pack: Pack) -> bytes:
    """The pack as a zip; `unpacked` gives it back."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry(FILE), hunt_toml(pack).encode())
        for path, image in pack.images.items():
            archive.writestr(_entry(path), image.data)
    return file.getvalue()


def unpacked(file: IO[bytes]) -> Pack:
    """The pack in a zip, with or without a folder around it. Raises PackError with all that is wrong.

    Nothing of the archive is believed: not its sizes (each file is read up to what a pack may hold, and all of them
    together), not its paths (what does not stay in its folder is refused), not its kinds (links are refused).
    """
    try:
        archive = zipfile.ZipFile(file)
        infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise _failed("", "is not a zip", "Send the pack's folder as a .zip") from None
    if len(infos) > ENTRIES:
        raise _failed("", f"has {len(infos):,} files", f"{ENTRIES:,} are the most")
    with archive, tempfile.TemporaryDirectory(prefix="pack-") as name:
        folder = Path(name)
        _extract(archive, _wanted(infos), folder)
        try:
            return read_pack(folder)
        except PackError as error:
            # Where it was read is nobody's business.
            cures = [problem.cure.replace(str(folder), "the pack") for problem in error.problems]
            raise PackError(
                [
                    msgspec.structs.replace(problem, cure=cure)
                    for problem, cure in zip(error.problems, cures, strict=True)
                ]
            ) from None


def _entry(path: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, WRITTEN_AT)
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, (stat.S_IFREG | 0o644) << 16
    return info


def _wanted(infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """The files of the pack by their path in it; what other files lie beside it is left alone."""
    names = [info.filename for info in infos if info.filename.rpartition("/")[2] == FILE]
    if not names:
        raise _failed(FILE, "is not in the zip", "Zip the folder that holds it")
    root = min(names, key=lambda name: name.count("/")).removesuffix(FILE)
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        if info.is_dir() or not info.filename.startswith(root):
            continue
        path = info.filename.removeprefix(root)
        if ".." in Path(info.filename).parts or info.filename.startswith(("/", "\\")):
            raise _failed(info.filename, "leads out of the pack", "Zip the folder anew")
        if path != FILE and not is_safe_path(path):
            continue  # no picture of a pack is called like this
        if path in found:
            raise _failed(path, "is in the zip twice", "Zip the folder anew")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise _failed(path, "is a link", "Put the file itself into the folder")
        if info.flag_bits & 1:
            raise _failed(path, "is locked with a password", "Zip it without one")
        if info.compress_type not in METHODS:
            raise _failed(path, "is compressed in an unusual way", "Zip it as usual (deflate)")
        found[path] = info
    return found


def _extract(archive: zipfile.ZipFile, files: dict[str, zipfile.ZipInfo], folder: Path) -> None:
    left = ARCHIVE_BYTES
    for path, info in files.items():
        limit = FILE_BYTES if path == FILE else IMAGE_BYTES
        try:
            with archive.open(info) as source:
                # One more than it may have, so that reading.py says what is too large, and in its own words.
                data = source.read(limit + 1)
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except (
            zipfile.BadZipFile,
            zipfile.LargeZipFile,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,  # where it says a file is, before its own beginning
        ):
            raise _failed(path, "cannot be read from the zip", "Zip the folder anew") from None
        except Exception as error:  # zlib.error has no base of its own
            if type(error).__module__ != "zlib":
                raise
            raise _failed(path, "is damaged", "Zip the folder anew") from None
        left -= len(data)
        if left < 0:
            raise _failed("", "is too large", f"All of it together may have {ARCHIVE_BYTES:,} bytes")


def _failed(path: str, text: str, cure: str) -> PackError:
    return PackError([Problem(path or "the file", "", text, cure)])

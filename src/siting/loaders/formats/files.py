"""Files as input: where a path leads, whether the file is what its name says, and its hash.

Owns everything that is checked before a reader for a format sees the first byte, because those
readers follow links, URLs and archive members that a planner never meant.
"""

from __future__ import annotations

import glob
import hashlib
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from siting.boundary import reading
from siting.did_you_mean import hint_near
from siting.errors import LoadError
from siting.loaders.formats.xlsx.disguise import no_workbook
from siting.message import Message, Term, message

VECTOR_SUFFIXES = (".gpkg", ".geojson", ".json", ".shp", ".fgb", ".parquet", ".geoparquet", ".gdb")
TABLE_SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm")
# One city is far below these; an archive above them is broken or hostile.
LARGEST_UNPACKED_BYTES = 4 * 1024**3
# Empty columns of a dbf reach a hundred; the format's own limit is a thousand.
LARGEST_RATIO = 300
_RATIO_MATTERS_BYTES = 64 * 1024**2
_SHAPEFILE_PARTS = frozenset((".shp", ".shx", ".dbf", ".prj", ".cpg"))
_MAGIC = {
    ".gpkg": (b"SQLite format 3\x00", "geopackage"),
    ".fgb": (b"fgb\x03", "flatgeobuf"),
    ".parquet": (b"PAR1", "parquet"),
    ".geoparquet": (b"PAR1", "parquet"),
    ".shp": (b"\x00\x00\x27\x0a", "shapefile"),
    ".xlsx": (b"PK", "workbook"),
    ".xlsm": (b"PK", "workbook"),
    ".zip": (b"PK", "zip"),
}
# 32 bytes and the mark at the end of the fields; without it readers see a table of no columns.
_LEAST_DBF_HEADER = 33
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class InputFile:
    """One input as the run's manifest lists it.

    Parameters
    ----------
    path
        As resolved; a Shapefile stands for its parts, a folder for the files in it.
    sha256
        Hexadecimal digest of the content; of the names and contents where there are several files.
    bytes
        Size of all of them.
    """

    path: Path
    sha256: str
    bytes: int


def resolve_path(folder: Path, written: str | Path, *, subject: str) -> Path:
    """Return the file that a project file means, relative to the folder of that project file.

    Raises
    ------
    LoadError
        URLs, database connections and GDAL's virtual paths, which would read something else than
        a file; empty text; files that are not there (with the nearest names that are); pipes and
        devices, which never end.

    Examples
    --------
    >>> resolve_path(Path("."), "/vsicurl/http://x/a.gpkg", subject="homes") # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    siting.errors.LoadError: homes names '/vsicurl/http://x/a.gpkg', which is not a file. Give ...
    """
    text = str(written)
    virtual = text.replace("\\", "/").lower().startswith("/vsi")
    prefix = text.partition(":")[0]
    # One letter before the colon is a Windows drive.
    if not text.strip() or "\0" in text or virtual or (":" in text and len(prefix) > 1):
        raise LoadError(message("file.not_a_file", subject=subject, name=text))
    path = _without_links_above(folder / text, subject)
    try:
        is_there = path.exists()
    except OSError as fault:
        why = fault.strerror or ""
        told = message("file.name_unusable", subject=subject, name=text, reason=why)
        raise LoadError(told) from None
    if not is_there:
        raise LoadError(_absent(path, text, subject))
    if not (path.is_file() or path.is_dir()):
        raise LoadError(message("file.pipe", subject=subject, name=text))
    return path


def _without_links_above(path: Path, subject: str) -> Path:
    """Resolve the folder and keep the last name: what a link is called says how it is read."""
    try:
        return path.parent.resolve() / path.name
    except (OSError, RuntimeError):
        raise LoadError(message("file.folders_in_circle", subject=subject, path=path)) from None


def _absent(path: Path, text: str, subject: str) -> Message:
    there = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    if path.is_symlink():
        return message("file.broken_link", subject=subject, name=text, path=path)
    hint = hint_near(path.name, there)
    return message("file.absent", subject=subject, name=text, path=path, hint=hint)


def check_content(path: Path, *, subject: str) -> None:
    """Raise where a file is absent, empty, cut short, or not what its name says.

    Raises
    ------
    LoadError
        With what was found and what to do.
    """
    suffix = path.suffix.lower()
    if not path.exists():
        raise LoadError(_absent(path, str(path), subject))
    if suffix == ".gdb":
        _check_folder(path, subject)
        return
    if path.is_dir():
        raise LoadError(message("file.folder", subject=subject, name=path.name))
    if not path.is_file():
        raise LoadError(message("file.pipe_itself", path=path))
    with path.open("rb") as stream:
        head = stream.read(512)
    if not head:
        raise LoadError(message("file.empty", subject=subject, name=path.name))
    _check_magic(path, suffix, head, subject)
    _check_length(path, suffix, head, subject)


def input_file(path: Path) -> InputFile:
    """Hash an input for the manifest.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.csv").write_bytes(b"x")
    ...     input_file(Path(folder) / "a.csv").bytes
    1
    """
    members = _members(path)
    digest = hashlib.sha256()
    size = 0
    for member in members:
        if len(members) > 1:
            digest.update(member.name.encode("utf-8") + b"\0")
        size += _feed(digest, member)
    return InputFile(path, digest.hexdigest(), size)


def _members(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(p for p in path.rglob("*") if p.is_file())
    if path.suffix.lower() == ".shp":
        beside = path.parent.glob(f"{_glob_escaped(path.stem)}.*")
        return sorted(p for p in beside if p.suffix.lower() in _SHAPEFILE_PARTS)
    return [path]


def _glob_escaped(stem: str) -> str:
    return glob.escape(stem)


def _feed(digest: hashlib._Hash, path: Path) -> int:
    size = 0
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
            size += len(block)
    return size


def _check_folder(path: Path, subject: str) -> None:
    if not path.is_dir() or not any(path.glob("*.gdbtable")):
        raise LoadError(message("file.no_geodatabase", subject=subject, name=path.name))


def _check_magic(path: Path, suffix: str, head: bytes, subject: str) -> None:
    if suffix in (".geojson", ".json"):
        if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            raise LoadError(message("file.no_geojson", subject=subject, name=path.name))
        return
    if suffix in (".xlsx", ".xlsm", ".xls") and head.startswith(_OLD_OFFICE):
        raise LoadError(message("file.old_workbook", subject=subject, name=path.name))
    if suffix in (".xlsx", ".xlsm") and (fault := no_workbook(head)):
        raise LoadError(message("file.no_workbook", subject=subject, name=path.name, fault=fault))
    magic, kind = _MAGIC.get(suffix, (b"", ""))
    if not head.startswith(magic):
        told = {"subject": subject, "name": path.name, "start": repr(head[:8])}
        raise LoadError(message("file.other_content", kind=Term("file_kind", kind), **told))


def _check_length(path: Path, suffix: str, head: bytes, subject: str) -> None:
    """Compare the length with the one in the header, where readers are silent about a cut."""
    if suffix == ".gpkg":
        _check_size(path, _sqlite_bytes(head), subject)
    elif suffix == ".shp":
        _check_size(path, _shp_bytes(head), subject)
        table = _beside(path, ".dbf")
        if table is None or _beside(path, ".shx") is None:
            raise LoadError(message("file.shapefile_parts", subject=subject, name=path.name))
        with table.open("rb") as stream:
            top = stream.read(32)
        if len(top) == 32 and struct.unpack("<H", top[8:10])[0] < _LEAST_DBF_HEADER:
            why = message("file.no_dbf_header")
            told = message("file.damaged", subject=subject, name=table.name, error=why)
            raise LoadError(told)
        _check_size(table, _dbf_bytes(top), subject)


def _beside(path: Path, suffix: str) -> Path | None:
    """Return the part of a Shapefile with that suffix, in whichever case it is written."""
    for candidate in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
        if candidate.exists():
            return candidate
    return None


def _check_size(path: Path, expected: int, subject: str) -> None:
    size = path.stat().st_size
    if size < expected:
        sizes = {"size": size, "expected": expected}
        raise LoadError(message("file.cut_off", subject=subject, name=path.name, **sizes))


def _sqlite_bytes(head: bytes) -> int:
    """Page size times pages; the page count counts only when its version stamp is current."""
    if len(head) < 100:
        return 100
    page: int = struct.unpack(">H", head[16:18])[0]
    pages: int = struct.unpack(">I", head[28:32])[0]
    return (65536 if page == 1 else page) * pages if head[24:28] == head[92:96] else 0


def _shp_bytes(head: bytes) -> int:
    words: int = struct.unpack(">i", head[24:28])[0] if len(head) >= 28 else 50
    return 2 * words


def _dbf_bytes(head: bytes) -> int:
    if len(head) < 32:
        return 32
    records, header, width = struct.unpack("<IHH", head[4:12])
    return int(header + records * width)


def check_archive(archive: zipfile.ZipFile, *, subject: Message | str) -> None:
    """Raise where an archive would unpack to more than a city's data can be.

    Raises
    ------
    LoadError
        More than 4 GiB unpacked, a compression ratio that only a bomb has, or a password.
    """
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    bomb = size > _RATIO_MATTERS_BYTES and size / packed > LARGEST_RATIO
    if size > LARGEST_UNPACKED_BYTES or bomb:
        sizes = {"packed": packed, "size": size}
        raise LoadError(message("file.unpacks_too_large", subject=subject, **sizes))
    if any(member.flag_bits & 1 for member in members):
        raise LoadError(message("file.password", subject=subject))


@contextmanager
def open_archive(path: Path, *, subject: str) -> Iterator[zipfile.ZipFile]:
    """Open a zip archive after checking its size; a broken one is a LoadError."""

    def told(said: Message | str) -> Message:
        return message("file.bad_archive", subject=subject, name=path.name, error=said)

    with reading(subject, told=told), zipfile.ZipFile(path) as archive:
        inside = message("file.in_archive", subject=subject, name=path.name)
        check_archive(archive, subject=inside)
        yield archive


@contextmanager
def unpacked(path: Path, *, subject: str, member: str | None = None) -> Iterator[tuple[Path, bool]]:
    """Unpack the one dataset in a zip archive into a temporary folder, deleted afterwards.

    Members are written under names made here, so that no name in the archive can lead outside.

    Parameters
    ----------
    member
        File name of the dataset where the archive holds several.

    Yields
    ------
    Path, bool
        The dataset, and whether it was ``member`` that named it.

    Raises
    ------
    LoadError
        No dataset in it, or several and none named; see :func:`check_archive`.
    """
    with open_archive(path, subject=subject) as archive, tempfile.TemporaryDirectory() as folder:
        chosen = _choose_dataset(archive, path, subject, member)
        target = Path(folder) / f"layer{chosen.suffix.lower()}"
        for name in archive.namelist():
            part = _part_of(PurePosixPath(name.replace("\\", "/")), chosen, target)
            if part is not None and not name.endswith("/"):
                part.parent.mkdir(exist_ok=True)
                with archive.open(name) as source, part.open("wb") as sink:
                    shutil.copyfileobj(source, sink)
        yield target, member in _names_of(chosen)


def _choose_dataset(
    archive: zipfile.ZipFile, path: Path, subject: str, member: str | None
) -> PurePosixPath:
    found: dict[PurePosixPath, None] = {}
    for name in archive.namelist():
        inner = PurePosixPath(name.replace("\\", "/"))
        folder = next((p for p in inner.parents if p.suffix.lower() == ".gdb"), None)
        if folder is not None:
            found[folder] = None
        elif inner.suffix.lower() in VECTOR_SUFFIXES and "__MACOSX" not in inner.parts:
            found[inner] = None
    # With one dataset the name is that of a layer inside it.
    if member is not None and len(found) > 1:
        found = {inner: None for inner in found if member in _names_of(inner)}
    if len(found) != 1:
        names = [inner.name for inner in found] or archive.namelist()[:10]
        told = {"subject": subject, "name": path.name}
        raise LoadError(message("file.layers_in_archive", count=len(found), names=names, **told))
    return next(iter(found))


def _names_of(inner: PurePosixPath) -> tuple[str, ...]:
    return inner.name, inner.stem, str(inner)


def _part_of(inner: PurePosixPath, chosen: PurePosixPath, target: Path) -> Path | None:
    """Return where a member of the archive goes; None where it does not belong to the dataset."""
    if chosen in inner.parents:
        return target / inner.name
    same = inner.parent == chosen.parent and inner.stem == chosen.stem
    if same and (inner == chosen or chosen.suffix.lower() == ".shp"):
        return target.with_suffix(inner.suffix.lower())
    return None

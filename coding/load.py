"""Read a licensed dictionary: MedDRA as distributed (llt.asc, mdhier.asc), or a table of terms as CSV."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction

from coding.models import Dictionary, Term, normal

BATCH = 5000
COLUMNS = ("code", "text", "current")  # then pairs of code and text, from the next level up to the highest


class BadDictionary(ValueError):
    """The files are not what they should be; the words say where and what to do."""


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """The terms of a folder of MedDRA, or of a CSV file."""
    return _meddra(path) if path.is_dir() else _table(path)


def digest_of(path: Path) -> str:
    """SHA-256 over the files read, in the order of their names."""
    files = sorted(path.glob("*.asc")) if path.is_dir() else [path]
    found = hashlib.sha256()
    for file in files:
        found.update(file.read_bytes())
    return found.hexdigest()


def _lines(file: Path) -> Iterator[list[str]]:
    if not file.exists():
        raise BadDictionary(f"{file.name} is not in this folder. Give the folder MedAscii of the MedDRA release.")
    for line in file.read_text("utf-8-sig").splitlines():
        if line.strip():
            yield line.split("$")


def _meddra(folder: Path) -> Iterator[dict[str, Any]]:
    """Lowest-level terms with the primary path of their preferred term."""
    paths: dict[str, list[dict[str, str]]] = {}
    for fields in _lines(folder / "mdhier.asc"):
        if len(fields) < 12:
            raise BadDictionary("mdhier.asc has a line with fewer than 12 fields. Is it a whole MedDRA release?")
        if fields[11] == "Y":  # the primary system organ class
            steps = zip(("PT", "HLT", "HLGT", "SOC"), fields[:4], fields[4:8], strict=True)
            paths[fields[0]] = [{"level": level, "code": code, "text": text} for level, code, text in steps]
    for fields in _lines(folder / "llt.asc"):
        if len(fields) < 10 or fields[2] not in paths:
            raise BadDictionary(
                f"llt.asc: term {fields[0]} has no preferred term in mdhier.asc. Load both of one release."
            )
        yield {"code": fields[0], "text": fields[1], "is_current": fields[9] == "Y", "path": paths[fields[2]]}


def _table(file: Path) -> Iterator[dict[str, Any]]:
    """Columns code, text, current (Y or N), then level, code and text of each step up."""
    reader = csv.reader(io.StringIO(file.read_text("utf-8-sig")))
    head = next(reader, [])
    if tuple(head[:3]) != COLUMNS or (len(head) - 3) % 3:
        raise BadDictionary("The first line must be: code,text,current and then level,code,text for each step up.")
    for number, row in enumerate(reader, 2):
        if len(row) != len(head) or not row[0] or not row[1] or row[2] not in ("Y", "N"):
            raise BadDictionary(f"Line {number} lacks a code, a text or Y or N, or has another number of columns.")
        steps = [row[place : place + 3] for place in range(3, len(row), 3)]
        path = [{"level": level, "code": code, "text": text} for level, code, text in steps if code]
        yield {"code": row[0], "text": row[1], "is_current": row[2] == "Y", "path": path}


@transaction.atomic
def load(path: Path, kind: str, version: str, language: str) -> Dictionary:
    """Load a version of a dictionary, which is in force from then on. Raises BadDictionary; loads all or nothing."""
    if Dictionary.objects.filter(kind=kind, version=version, language=language).exists():
        raise BadDictionary(f"{kind} {version} ({language}) is loaded already.")
    terms = list(rows_of(path))
    if not terms:
        raise BadDictionary("There is no term in these files.")
    made = Dictionary.objects.create(
        kind=kind, version=version, language=language, sha256=digest_of(path), terms_count=len(terms)
    )
    Term.objects.bulk_create(
        (Term(dictionary=made, normal=normal(term["text"])[:300], **term) for term in terms), batch_size=BATCH
    )
    return made

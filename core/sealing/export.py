"""Write out all that verify_trail.py checks, for a machine without the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from core.sealing.source import Database, snapshot
from verify_trail import STREAMS


def export(folder: Path, told: Callable[[str], None] = lambda _line: None) -> dict[str, Any]:
    """Everything as it is at one moment, into an empty folder. Gives the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty. Choose a new folder.")
    with snapshot():
        source = Database()
        files = {}
        for name in STREAMS:
            path = folder / f"{name}.jsonl"
            files[path.name] = _lines(path, source, name)
            told(f"{path.name}: {files[path.name]['rows']} rows")
        _contents(folder / "files", source)
    manifest = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "software_version": settings.SOFTWARE_VERSION,
        "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    return manifest


def _lines(path: Path, source: Database, name: str) -> dict[str, Any]:
    digest, count = hashlib.sha256(), 0
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    with path.open("wb") as file:
        for line in source.lines(name):
            written = encode(line).encode() + b"\n"
            digest.update(written)
            file.write(written)
            count += 1
    return {"rows": count, "sha256": digest.hexdigest()}


def _contents(folder: Path, source: Database) -> None:
    folder.mkdir()
    for pk in source.files():
        (folder / str(pk)).write_bytes(source.content(pk) or b"")

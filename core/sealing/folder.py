"""The copies of the seals outside the database: in a folder, or a bucket mounted as one. Nothing is overwritten."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from accounts.events import record
from accounts.models import EventKind
from core.models import Seal
from core.sealing import keys
from verify_trail import key_id, seal_name

log = logging.getLogger(__name__)


class FolderFault(Exception):
    """The folder holds something else than what belongs there."""


def keep(seal: Seal) -> bool:
    """Put a seal into the folder. What keeps it from there is logged and on record; nothing else is held up."""
    try:
        write_key(Path(settings.SEAL_FOLDER), keys.signing_key().public_key())
        write(Path(settings.SEAL_FOLDER), seal)
    except (FolderFault, OSError) as fault:
        log.exception("Seal %s has no copy outside the database.", seal.number)
        record(EventKind.SEAL, what=f"{seal.number}", detail={"fault": str(fault)})
        return False
    return True


def keep_missing() -> int:
    """Put every seal into the folder that is not there. Gives how many could not be put there."""
    folder = Path(settings.SEAL_FOLDER)
    there = {path.name for path in folder.glob("seal-*.json")}
    numbers = Seal.objects.order_by("number").values_list("number", flat=True)
    missing = [number for number in numbers if seal_name(number) not in there]
    return sum(not keep(seal) for seal in Seal.objects.filter(number__in=missing).order_by("number"))


def write(folder: Path, seal: Seal) -> None:
    """Signature first: where the document is, its signature is. Raises FolderFault, OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / seal_name(seal.number)
    _put(path.with_suffix(".sig"), bytes.fromhex(seal.signature))
    _put(path, seal.document.encode())


def write_key(folder: Path, key: Ed25519PublicKey) -> None:
    """The public key, under its name. Raises FolderFault, OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    _put(folder / f"key-{key_id(key)[:16]}.pub", keys.public_pem(key))


def _put(path: Path, content: bytes) -> None:
    """Whole or not at all, and on the disk when it returns."""
    if path.exists():
        if path.read_bytes() != content:
            raise FolderFault(f"{path} holds something else already. It is kept as it is.")
        return
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

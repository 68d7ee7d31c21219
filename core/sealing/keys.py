"""The key that signs seals. It lies in a file beside the system, never in the database."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

HOW = "Make one with `manage.py seal --draw-key`, and keep a copy of it in a safe place."


def signing_key() -> Ed25519PrivateKey:
    """The key of this system. A checkout with servers of its own draws it on first use."""
    path = Path(settings.SEAL_KEY_FILE)
    if not path.exists() and path.parent == settings.BASE_DIR / ".local":
        draw(path)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise ImproperlyConfigured(f"There is no key to seal with at {path} (SEAL_KEY_FILE). {HOW}") from None
    except ValueError as error:
        raise ImproperlyConfigured(f"{path} (SEAL_KEY_FILE) holds no key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ImproperlyConfigured(f"{path} (SEAL_KEY_FILE) holds no Ed25519 key. {HOW}")
    return key


def draw(path: Path) -> bool:
    """Draw a key once, readable for its owner alone. False where one is there: it is never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, path)  # unlike a rename it fails where another process was quicker
    except FileExistsError:
        return False
    finally:
        unfinished.unlink()
    return True


def public_pem(key: Ed25519PublicKey) -> bytes:
    """The public key as a file that OpenSSL reads as well."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

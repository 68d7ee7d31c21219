"""Fixtures of the whole suite: databases, the live application, the browser, and no way out of this machine."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from core.sealing import keys
from core.testing import chromium as machine
from core.testing.databases import clone, name_in_use
from core.testing.network import addresses, stay_inside

pytest_plugins = ["core.testing.fixtures"]

# Marks everything this process leaves in Redis: the demo trial next door may use the same one.
RUN = f"test-{os.getpid()}"


def pytest_configure() -> None:
    settings.DEMO = False
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT = settings.BASE_DIR / "static"  # nothing is collected for a test
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # argon2 is slow on purpose
    settings.CACHES["default"]["KEY_PREFIX"] = RUN
    settings.CELERY_TASK_DEFAULT_QUEUE = RUN
    # What tests seal is not this checkout's own.
    own = Path(tempfile.mkdtemp(prefix="mgtrial-seals-"))
    settings.SEAL_FOLDER, settings.SEAL_KEY_FILE = str(own / "seals"), str(own / "seal.key")
    keys.draw(own / "seal.key")
    # Playwright keeps an event loop running in this thread. Django would give code under it other connections than code
    # before it, and neither could close the other's: here a thread has its connections, and that is all.
    connections.__dict__["_connections"] = threading.local()


def pytest_unconfigure() -> None:
    shutil.rmtree(Path(settings.SEAL_KEY_FILE).parent, ignore_errors=True)
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        for key in server.scan_iter(match=f"*{RUN}*"):
            server.delete(key)


@pytest.fixture(scope="session", autouse=True)
def _inside() -> Iterator[None]:
    with stay_inside(allowed=addresses(settings.REDIS_URL)):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """This process's clone of the migrated template; its tests run as the runtime role and roll back."""
    with django_db_blocker.unblock(), clone() as name, name_in_use(name), django_db_blocker.block():
        yield


@pytest.fixture
def _django_db_helper(request: pytest.FixtureRequest) -> None:
    """pytest-django's own, but it leaves a test with `committed_db` alone and refuses what empties tables."""
    if "committed_db" in request.fixturenames:
        request.getfixturevalue("committed_db")
        return
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction")):
        pytest.fail("Tables of the trail cannot be emptied after a test: use the fixture committed_db.", pytrace=False)
    request.getfixturevalue("_django_db_helper")


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database of this test's own, with real commits, for all its threads; dropped afterwards. Gives its name."""
    with django_db_blocker.unblock(), clone() as name, name_in_use(name):
        yield name


@pytest.fixture
def live_app(committed_db: str) -> Iterator[LiveServer]:
    """The application behind a real port, on a database of this test's own; `live_app.url` is its address."""
    server = LiveServer("localhost")
    with server._live_server_modified_settings:
        yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; take a `chromium.new_context(base_url=live_app.url)` of it per person."""
    path = machine.executable()
    # Playwright runs an event loop in this thread, and Django would refuse the database there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()

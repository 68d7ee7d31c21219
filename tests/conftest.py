"""Fixtures of the browser tests: people, a page that must not complain, signing in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.testing import PASSWORD, Cast, make_cast

SignIn = Callable[[Page, User], None]


@pytest.fixture
def everyone(live_app: LiveServer) -> Cast:
    """The cast, in the live application's own database."""
    return make_cast()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of: script errors, refused content, requests to another host."""
    return []


@pytest.fixture
def open_browser(
    chromium: Browser, live_app: LiveServer, complaints: list[str]
) -> Iterator[Callable[[], BrowserContext]]:
    """A browser of its own, as on another machine."""
    opened: list[BrowserContext] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    def watch(request: Request) -> None:
        if not request.url.startswith((live_app.url, "data:")):
            complaints.append(f"a page asked another host: {request.url}")

    def make() -> BrowserContext:
        context = chromium.new_context(base_url=live_app.url, viewport={"width": 1280, "height": 900})
        context.on("console", hear)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("request", watch)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def page(open_browser: Callable[[], BrowserContext]) -> Page:
    """One page of a browser."""
    return open_browser().new_page()


@pytest.fixture
def sign_in() -> SignIn:
    """Sign in on a page, by keyboard."""

    def act(page: Page, user: User) -> None:
        page.goto("/sign-in/")
        page.fill("[name=username]", user.username)
        page.fill("[name=password]", PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    return act

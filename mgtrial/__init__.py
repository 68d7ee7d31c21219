"""The project: settings, the visit schedule and the protocol's parameters. The only package that knows all apps."""

from __future__ import annotations

from mgtrial.celery import app as celery_app

__all__ = ["celery_app"]

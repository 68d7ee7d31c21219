"""The id of the request that is being answered: stamped on every change record and event."""

from __future__ import annotations

from accounts.request import request_id

__all__ = ["request_id"]

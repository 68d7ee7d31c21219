"""What stands in the way of a lock: everything about a form, a visit, a subject, a site or the study, as a list."""

from core.lockcheck.findings import Finding, Link, Strength, digest, look, softened
from core.lockcheck.target import Standing, Target, standing

__all__ = ["Finding", "Link", "Standing", "Strength", "Target", "digest", "look", "softened", "standing"]

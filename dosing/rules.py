"""Rules about lymphodepletion and infusion, across forms. What happened is recorded; what went amiss is said."""

from __future__ import annotations

from dosing import rules_infusion, rules_lymphodepletion, rules_product

__all__ = ["rules_infusion", "rules_lymphodepletion", "rules_product"]

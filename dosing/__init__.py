"""Lymphodepletion and CAR-T infusion."""

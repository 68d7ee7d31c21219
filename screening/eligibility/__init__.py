"""Eligibility in two stages: what each criterion reads, how it is answered, and the signed decision that stands."""

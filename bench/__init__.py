"""Measurements; never run by the suite. `make bench` prints ratios taken in one interleaved run."""

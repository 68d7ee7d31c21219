"""Exception listings: what in the trail an inspector would look at first, each with its threshold (AUD-06)."""

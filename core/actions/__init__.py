"""Every change of data is a function in here: `by=` always, `reason=` on change, one transaction with its record."""

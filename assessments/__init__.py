"""Forms used at more than one visit: scales, vital signs, laboratory, pregnancy test."""

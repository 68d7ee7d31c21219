"""What happened to the subjects of the demo, one function each."""

"""What follows from a subject's records: endpoints, kinetics, times since infusion. Reads only."""

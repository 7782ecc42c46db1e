"""Files kept by the hash of their bytes."""

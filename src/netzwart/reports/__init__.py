"""Everything that becomes paper, and its machine-readable twins."""

"""What the counters did: raw for two days, by hour for a quarter, by day for good."""

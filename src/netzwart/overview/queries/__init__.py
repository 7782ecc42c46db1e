"""Named reads that join the domains below: what no single domain can know."""

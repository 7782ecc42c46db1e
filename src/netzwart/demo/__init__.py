"""A demo city and a simulated network: everything in it is invented, and says so."""

"""What netzwart knows about devices: profiles as data, and how answers become facts."""

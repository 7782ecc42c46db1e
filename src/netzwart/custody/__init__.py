"""What became of each funded device: the watch over them, and the euros that evidence covers."""

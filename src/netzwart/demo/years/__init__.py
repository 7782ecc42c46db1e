"""Two school years of a city in minutes: what the watch over funded devices finds, and when."""

"""Schools, their buildings and rooms, and the calendar they live by."""

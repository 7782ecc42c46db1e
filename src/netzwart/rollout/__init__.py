"""Projects, waves and what they plan, survey and accept."""

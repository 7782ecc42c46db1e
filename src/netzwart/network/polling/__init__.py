"""The status poll: what is asked, what comes back, when and how it is recorded."""

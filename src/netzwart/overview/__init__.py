"""What needs attention today, and the pages that join schools, devices, network and money."""

"""Who hangs on which cable: slow tables of the nodes, links, the school's plan, MAC addresses."""

"""What nodes tell unasked: traps and informs, and the directed polls that verify them."""

"""The wires: what speaks SNMP and SSH, behind the surface of `replies.py`."""

"""Labels for devices: on sheets and rolls as PDF, and as ZPL for label printers."""

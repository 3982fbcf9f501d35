"""The commands: bad arguments, and what runs beside them."""

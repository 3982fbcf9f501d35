"""The checks of the proof-reader, one module per kind of mistake; the table of them is in :mod:`bot.core.proof`."""

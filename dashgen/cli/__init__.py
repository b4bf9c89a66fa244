"""One thin module per command; whatever is slow to import is imported inside the command."""

import gc

# A command lives for a second and makes hundreds of classes: looking for cycles among them is wasted.
gc.set_threshold(500_000, 50, 50)

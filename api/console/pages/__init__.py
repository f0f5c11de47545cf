"""The pages: one file each, thin; what they draw is made in ``view``."""

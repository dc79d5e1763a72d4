"""Figures: what the hub's answers cost beside the same questions by hand. Ratios within one run; never a test."""

"""Sizes and speeds, run by hand."""

"""The store and everything that goes in or out of it."""

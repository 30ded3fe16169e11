"""Parts of pages, of which a page makes the one that is open; what the parts of a page share stands in its name."""

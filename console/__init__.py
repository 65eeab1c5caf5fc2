"""The staff's pages in the browser."""

"""The staff's web pages: the office does its day's work in them."""

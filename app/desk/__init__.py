"""The desk: tickets from the first call to the last word about them."""

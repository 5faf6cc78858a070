"""The customers and the daily work with them."""

"""Selling: opportunities, and what follows from them."""

"""Measurements on made-up customers: ``make bench``."""

"""Believable demo data: 30 people, about 3,000 customers with contacts and two years of history. A door.

Words      demo
Uses       security, sign_in, customers
"""

"""Expiry and renewals 服务期与续费: until when customers are served, who is told before it ends, and what comes after.

Words      line (one product of one customer), end, expiring, overdue, renewal, not renewed, limited, reminder, stage
Lifecycle  a line is ended (not renewed) and taken up again; else its state follows from the day and its fees
Announces  nothing
Uses       security, sign_in, runs, audit, customers, followups, products, fees
"""

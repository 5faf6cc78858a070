"""Service fees 服务费: what customers paid, the ledger that finance works through, and the closing of months.

Words      fee, ledger, approve, reject, void, reverse, refund, voucher, month
Lifecycle  rules.LIFECYCLE
Announces  facts.FeesChanged
Uses       security, sign_in, files, audit, approvals, customers, products, deals
"""

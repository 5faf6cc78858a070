"""Service fees 服务费: what customers paid, the ledger that finance works through, and the closing of months.

Words      fee, ledger, approve, reject, void, reverse, refund, further payment, open amount, voucher, month
Lifecycle  rules.LIFECYCLE
Announces  nothing: domains above hear by services.on_change, within the transaction
Uses       security, sign_in, files, audit, runs, imports, approvals, customers, products, deals
"""

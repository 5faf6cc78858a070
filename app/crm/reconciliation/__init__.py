"""Bank reconciliation 银行对账: what the bank says came in, beside what was entered as service fees.

Words      statement, bank line, payer, proposal, match, learned payer
Lifecycle  rules.LIFECYCLE (of a bank line)
Announces  nothing
Uses       security, sign_in, audit, runs, customers, fees
"""

"""Customers: the companies and persons we serve, their contacts, phones, tags and who may see them.

Words      customer, contact, link (a contact's place at a customer), phone entry, collaborator, tag
Lifecycle  none of its own: a customer is there, or logically deleted and can be restored
Announces  facts.CustomerCreated, facts.CustomerChanged, facts.CustomerDeleted;
           facts.CustomersImported, facts.CustomersRemoved for many at once
Uses       security, logs, files, audit, imports, recycle, runs, search
"""

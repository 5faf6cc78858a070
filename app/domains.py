"""The table of contents: every domain, lowest layer first. A domain may use only the domains above it here."""

DOMAINS = (
    "system.security",
    "system.sign_in",
    "system.dictionary",
    "system.logs",
    "system.notifications",
    "system.files",
    "system.jobs",
    "system.keys",
    "system.audit",
    "system.settings",
    "system.preferences",
    "system.runs",
    "system.channels",
    "system.recycle",
    "system.approvals",
    "system.imports",
    "system.segments",
    "system.search",
    "system.announcements",
    "system.letters",
    "crm.customers",
    "crm.followups",
    "crm.pool",
    "crm.assignments",
    "crm.recalls",
    "crm.keychanges",
    "crm.products",
    "crm.deals",
    "crm.fees",
    "crm.reconciliation",
    "crm.renewals",
    "sales.opportunities",
)

#: Doors: they have screens but no business of their own.
DOORS = ("home",)

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
    "system.recycle",
    "system.imports",
    "system.segments",
    "system.search",
    "crm.customers",
    "crm.followups",
    "crm.pool",
    "crm.assignments",
    "crm.recalls",
    "crm.products",
    "crm.deals",
    "crm.fees",
    "sales.opportunities",
)

#: Doors: they have screens but no business of their own.
DOORS = ("home",)

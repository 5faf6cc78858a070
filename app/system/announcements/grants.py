"""Which built-in role gets which button of announcements. Seeds: an administrator may change them."""

READ = ["can_list", "can_show"]
WRITE = [*READ, "can_add", "can_edit", "can_delete", "can_publish", "can_history"]
RECEIPTS = ["can_list", "can_export"]
READERS = "dispatcher agent service_manager technician finance sales marketing kb_editor executive".split()

GRANTS = {role: {"AnnouncementView": READ} for role in READERS} | {
    "admin": {"AnnouncementView": WRITE, "ReceiptView": RECEIPTS},
    "supervisor": {"AnnouncementView": WRITE, "ReceiptView": RECEIPTS},
    "hr": {"AnnouncementView": WRITE, "ReceiptView": RECEIPTS},
    "auditor": {"AnnouncementView": [*READ, "can_history"], "ReceiptView": RECEIPTS},
}

"""Which built-in role gets which screen and button of files. A content cannot be masked: roles that see phone numbers
masked (dispatcher, marketing, executive) are given no files.
"""

LOOK = ["can_show"]
WORK = [*LOOK, "can_add", "can_edit", "can_delete"]

GRANTS = {
    "admin": {"AttachmentView": WORK, "FileView": ["can_list"]},
    "supervisor": {"AttachmentView": WORK},
    "agent": {"AttachmentView": WORK},
    "service_manager": {"AttachmentView": LOOK},
    "finance": {"AttachmentView": WORK},
    "sales": {"AttachmentView": WORK},
    "auditor": {"AttachmentView": LOOK, "FileView": ["can_list"]},
}

"""What the tests of the screens of follow-ups share."""

import re

PHONE = "+8613800138000"
FORM = {"progress": "interested", "content": "约下周看方案", "channel": "phone", "direction": "outbound"}


def shown(page):
    return re.sub(r"\s+", " ", page.text)


def new(customer, **more):
    found = f"/followups/new?customer={customer}"
    return found + "".join(f"&{name}={value}" for name, value in more.items())

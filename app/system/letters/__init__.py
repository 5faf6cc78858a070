"""Letters 私信: messages between people, and to departments, with who has read them.

Words      letter, recipient, conversation, reply, put away
Lifecycle  none: a letter is sent, and read by each of its recipients
Announces  nothing
Uses       security
"""

"""Channels: what is told in the inbox also leaves by e-mail, group robots and text messages.

Words      channel, family (e-mail, robots, SMS), delivery (one message, recipient and channel), letter (what leaves
           together), hold (quiet hours, digest), lease, template
Lifecycle  waiting → sending → sent | failed → sending … | given up → waiting (resent); rules.lifecycle
Announces  facts.LettersWaiting
Uses       runs, preferences, audit, notifications, sign_in, security
"""

"""Jobs: work that goes on while the person does something else, and what the house does by itself.

Words      job, kind, step, lease, attempt, turn (one due run of an entry of the timetable)
Lifecycle  waiting → running → done | failed | cancelled; running → waiting when its worker died
Announces  facts.JobWaiting, facts.JobEnded
Uses       security, sign_in, files
"""

"""The program that opens strangers' files: a child process with little memory, little time and no rights to more.

`reading` starts it as `python -I <this folder>`; it imports nothing of the application, so it starts in 60 ms.
It writes the rows it found to a spool file and one JSON report to standard output; any crash harms nobody.
"""

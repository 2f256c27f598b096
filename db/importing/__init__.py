"""Tables from other trackers: reading them, understanding their columns, and loading them as issues.

All but `loading`, `undoing` and `process` is pure and leans on the standard library alone: it runs in a
child process, which holds neither connections nor tokens and starts in a blink.
"""

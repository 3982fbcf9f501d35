"""What happens next: (edition, event, now) -> plan. The only place that decides; pure functions, one module a subject.

rules: what a bulletin's configuration says · due: the calendar · replies: a lead's reply · decisions: the editor's
words · returns: absences, bounces, readers' replies and mail that is nobody's.
"""

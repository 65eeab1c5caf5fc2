"""Acara: places, sign-ups, the waiting list, offers and reminders of the office's days.

`rules` is pure; `arranging` is the staff's (create, move, cancel, copy, plan), `signing` the owner's (sign up, leave,
answer); `seating` counts places, `queue` offers freed ones, `plans` writes reminders and `reminding` sends them;
`lists` looks events up, `sources` counts who came by which link, `inviting` keeps the list of invited people,
`tickets` makes the QR picture and the calendar file. Locks: person, business, event, share.
"""

"""What the demo's team has been working on: titles, kinds and some of what was said. Times are made in `seed`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    """One issue of the demo; `words` is its description, `said` the comments under it."""

    title: str
    labels: tuple[str, ...] = ()
    priority: str = ""
    words: str = ""
    said: tuple[str, ...] = ()


def _all(label: str, titles: str, *more: str) -> tuple[Story, ...]:
    return tuple(Story(title.strip(), (label, *more)) for title in titles.strip().splitlines())


_TOLD = (
    Story(
        "Login fails on Safari after the cookie change",
        ("bug", "ios", "customer"),
        "urgent",
        "Since Tuesday's release nobody on Safari 18 stays logged in.\n\n"
        "1. Open the booking page\n2. Log in\n3. Reload: back at the login form\n\n"
        "Chrome and Firefox are fine. Looks like `SameSite=None` without `Secure`.",
        (
            "Seen by three customers this morning, all on iPhones.",
            "Confirmed: the cookie has no Secure flag behind the new proxy.",
            "Fix is up, needs one review.",
        ),
    ),
    Story(
        "Payment page times out on slow connections",
        ("bug", "payments"),
        "high",
        "The card form gives up after 10 seconds. On a boat with 3G it needs 15.",
        ("Could we raise it to 30 and show a spinner?", "Do it, and log how often it happens."),
    ),
    Story(
        "Harbour master cannot see tomorrow's arrivals before 22:00",
        ("bug", "calendar", "customer"),
        "high",
        "The list switches to the next day at midnight UTC, not at local midnight.",
        ("Same root cause as the ferry report in June?", "Yes, the same helper."),
    ),
    Story(
        "Show the water depth beside each berth",
        ("feature", "map"),
        "medium",
        "Skippers ask for it before anything else. We have the numbers in the survey table.",
        ("Metres only, or feet too?", "Both: it is a setting of the person already."),
    ),
    Story(
        "Invoices in Danish kroner are rounded twice",
        ("bug", "payments"),
        "high",
        "1,249.50 becomes 1,250.00 and then 1,250. The ledger is off by half a krone each.",
        ("The second rounding is in the PDF.",),
    ),
    Story(
        "Export the berth plan as CSV",
        ("feature", "reports"),
        "low",
        "For the yearly report to the port authority.",
    ),
)

_TITLES = (
    *_all(
        "bug",
        """
        Double booking when two people confirm in the same second
        Search forgets the chosen dates after going back
        Push notifications arrive twice on Android
        Map tiles stay grey when zooming out fast
        Confirmation mail has yesterday's date
        Weather widget shows Fahrenheit to everybody
        Uploading a boat photo over 10 MB fails without a message
        Berth length is compared as text, so 9 m is longer than 12 m
        Calendar jumps to January when a week crosses the year
        Refund button stays enabled after a refund
        Emoji in a boat's name break the port list
        Password reset link opens in the app and then nothing happens
        Sorting by price puts free berths last
        Dark mode: white text on a white button
        Opening hours are wrong on public holidays
        Guest harbour fee is charged for cancelled stays
        Two-factor code is refused when the clock is a minute late
        The tide table is empty for Bergen
        Session expires while writing a long message
        QR code on the pier sign leads to the old domain
        Deleting a boat leaves its bookings without a name
        The app asks for the location again and again
        Report of occupancy counts the winter berths twice
        Postcode check refuses Irish addresses
        Price preview and invoice differ by the tourist tax
        """,
    ),
    *_all(
        "bug",
        """
        Card payments stuck in pending after a bank redirect
        Receipt is sent in English to German customers
        VAT number of Swiss companies is refused
        Monthly statement lists payouts in the wrong order
        Chargeback mails go to the old address
        """,
        "payments",
    ),
    *_all(
        "feature",
        """
        Waiting list for fully booked weekends
        Share a booking with the crew
        Remember the boat from the last booking
        Offline map of the harbour
        Let a skipper prolong a stay from the lock screen
        Photos of each berth
        Pay electricity by the kilowatt-hour
        Group bookings for regattas
        Show which berths are in the lee
        Booking for boats that are towed in
        Quiet hours for notifications
        A widget with the next high tide
        Import boats from the registry
        Allow a second phone number
        Sign in with a passkey
        Messages between neighbours in a harbour
        Reserve a crane slot with the berth
        Loyalty points for returning guests
        """,
    ),
    *_all(
        "ops",
        """
        Move the database to the larger machine
        Alert when the payment queue is older than five minutes
        Rotate the signing keys
        Backups are not tested by anybody
        Disk of the log server is full every second Friday
        Staging uses the production mail server
        Certificate of the map server expires in March
        Deploys take 14 minutes; most of it is waiting
        On-call handover has no checklist
        Upgrade PostgreSQL before support ends
        Health check says fine while the queue is stuck
        Write down how to restore one harbour's data
        """,
    ),
    *_all(
        "design",
        """
        Berth colours cannot be told apart by colour-blind people
        New icons for the facilities
        The empty state of the booking list is a blank page
        Buttons are too small for wet fingers
        The price should stand before the photos
        Onboarding has seven steps; three would do
        Tablet layout for the harbour office
        """,
    ),
    *_all(
        "docs",
        """
        Explain cancellation rules in plain words
        API examples still use the old tokens
        How to print the pier signs
        Help page for the crane
        Translate the terms into Norwegian
        """,
    ),
)

STORIES: tuple[Story, ...] = (*_TOLD, *_TITLES)

REMARKS = (
    "I can reproduce it on staging.",
    "Is this still wanted? Nobody has asked since spring.",
    "Talked to the harbour in Kiel: they need it before the season.",
    "Half of it is done, the rest next week.",
    "This is the same as what support reported yesterday.",
    "Let's keep it small: one switch, no settings page.",
    "Waiting for the new keys from the bank.",
    "Released. Please check on your side.",
    "Works for me now, thanks!",
    "Needs a decision from Ada first.",
)

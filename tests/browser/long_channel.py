"""A channel of 2,000 messages, for the tests and for tests/bench/page.py."""

from __future__ import annotations

from bot.playground import LocalSlack, posting

MESSAGES = 2_000

# From the newest message to the oldest, page of history by page; answers with the frames it took.
SCROLL = """async () => {
  const scroller = document.querySelector('main .scroller');
  const frames = [];
  let last = performance.now();
  for (;;) {
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
    if (document.querySelector('main .list-intro') && scroller.scrollTop === 0) break;
    scroller.scrollTop = Math.max(0, scroller.scrollTop - 400);
  }
  frames.sort((a, b) => a - b);
  return {count: frames.length, median: frames[frames.length >> 1], p95: frames[Math.floor(frames.length * 0.95)],
          shown: document.querySelectorAll('main .message').length};
}"""


def fill(slack: LocalSlack) -> None:
    """#random gets them, over forty days, of three people."""
    channel = slack.channel("random")
    people = [slack.person(name).user for name in ("ada", "grace", "linus")]
    start = slack.service.clock.now() - 40 * 86_400
    for at in range(MESSAGES):
        text = f"Message {at}: *some* words, `code` and <https://example.com/{at}|a link> :tada:"
        message = posting.by_person(people[at // 7 % 3], text, [])
        message["ts"] = f"{start + at * 1_700:.6f}"
        channel.log.add(message)

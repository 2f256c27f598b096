"""Takes the pictures of the documentation from the real bot in the local Slack: `make pictures`.

`python -m tests.browser.pictures list home` takes those two alone.
"""

from __future__ import annotations

import asyncio
import io
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.async_api import Locator, Page, ViewportSize, async_playwright, expect

from bot.demo.planting import plant
from bot.logs import set_up_logs
from bot.playground import LocalSlack
from bot.process import running
from bot.settings import Settings
from tests.browser import chromium
from tests.browser.conftest import ARGS, READY
from tests.browser.steps import command, enter, newest, pick

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
CHANNEL = "support"
COLOURS = 128
WINDOW: ViewportSize = {"width": 1280, "height": 800}
TALL: ViewportSize = {"width": 1280, "height": 2000}
CSV = """title,description,priority,status,assignee
Jetty light is broken,Third lamp from the left,high,OPEN,Ada Marlow
Repaint the bollards,,low,IN_PROGRESS,Grace Okafor
,No title here,medium,OPEN,
Old ramp is slippery,Gone since May,medium,Parked,Linus Brandt
"""

# A list that has grown first goes to its end again.
_IN_VIEW = """async shown => {
    const drawn = () => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    await drawn();
    shown.scrollIntoView({block: "start"});
    await drawn();
}"""

Shot = Callable[["Studio"], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """The window of one person; `url` is the local Slack's."""

    page: Page
    url: str

    async def ask(self, text: str, *, shows: str | re.Pattern[str]) -> Locator:
        """The answer to a command."""
        await command(self.page, text)
        answer = newest(self.page)
        await expect(answer).to_contain_text(shows)
        return answer

    async def dialog(self, text: str, *, title: str) -> Locator:
        """The form that a command opens."""
        await command(self.page, text)
        dialog = self.page.get_by_role("dialog")
        await expect(dialog).to_contain_text(title)
        return dialog

    async def close(self) -> None:
        await self.page.keyboard.press("Escape")
        await expect(self.page.get_by_role("dialog")).to_be_hidden()

    async def keep(self, name: str, what: Locator | None = None) -> None:
        """Writes docs/pictures/<name>.png, of the whole window or of one thing in it."""
        await self.page.mouse.move(0, 0)
        await self.page.evaluate("document.activeElement?.blur()")
        if what is not None:
            # Tall enough that nothing scrolls out of it.
            await self.page.set_viewport_size(TALL)
            await what.evaluate(_IN_VIEW)
            taken = await what.screenshot()
            await self.page.set_viewport_size(WINDOW)
        else:
            taken = await self.page.screenshot()
        _write(FOLDER / f"{name}.png", taken)


def _write(path: Path, taken: bytes) -> None:
    """With few colours: these are pictures of text."""
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1000} kB\n")


def field(dialog: Locator, label: str) -> Locator:
    return dialog.get_by_label(re.compile(rf"^{label}"))


async def channel(studio: Studio) -> None:
    page = studio.page
    await command(page, "/issue")
    dialog = page.get_by_role("dialog")
    await field(dialog, "Title").fill("Crane 2 stops when it rains")
    await field(dialog, "Description").fill("Twice today. It works again after ten minutes in the shed.")
    await pick(field(dialog, "Assignee"), "grace")
    await pick(field(dialog, "Priority"), "High")
    await studio.keep("create", dialog)
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog).to_be_hidden()
    card = page.locator("main .message:not(.ephemeral)").filter(has_text="Crane 2 stops").first
    await expect(card).to_contain_text("Assign to me")
    await card.hover()
    await card.get_by_role("button", name="Reply in thread").click()
    thread = page.get_by_role("complementary")
    composer = thread.get_by_role("textbox", name=re.compile("Reply"))
    for line in ("The brake pads were wet, I dried them", "New seals are ordered, they come on Thursday"):
        await composer.fill(line)
        await composer.press("Enter")
        await expect(thread).to_contain_text(line)
    await card.get_by_role("button", name="Start").click()
    await expect(card).to_contain_text("In progress")
    await expect(card).to_contain_text("3 replies")
    await studio.keep("channel")


async def one_line(studio: Studio) -> None:
    answer = await studio.ask(
        "/issue new Login fails on Safari 18 @ada +bug !high due:friday", shows="Login fails on Safari 18"
    )
    await studio.keep("new", answer)


async def show(studio: Studio) -> None:
    await studio.keep("show", await studio.ask("/issue show LDG-78", shows="Comments:"))


async def listing(studio: Studio) -> None:
    answer = await studio.ask("/issue list status:open label:bug sort:priority", shows="Query:")
    await studio.keep("list", answer)


async def search(studio: Studio) -> None:
    await studio.keep("search", await studio.ask("/issue search login safari", shows="Best matches"))


async def mistake(studio: Studio) -> None:
    answer = await studio.ask("/issue list status:opne labl:bug", shows="Did you mean")
    await studio.keep("mistake", answer)


async def bulk(studio: Studio) -> None:
    await studio.keep(
        "bulk", await studio.dialog("/issue bulk label:bug status:open", title="Change many issues")
    )
    await studio.close()


async def delete(studio: Studio) -> None:
    await studio.keep("delete", await studio.ask("/issue delete LDG-12", shows="brings it back"))


async def history(studio: Studio) -> None:
    filed = await studio.ask("/issue new Gate 4 does not open for the early ferry +gate", shows="Gate 4")
    key = re.search(r"LDG-\d+", await filed.inner_text())
    assert key is not None
    await studio.ask(f"/issue assign {key[0]} me", shows="is assigned to")
    await studio.ask(f"/issue status {key[0]} in progress", shows="In progress")
    await studio.ask(f"/issue close {key[0]} not planned", shows="Not planned")
    await studio.keep("history", await studio.ask(f"/issue history {key[0]}", shows="History of"))


async def reports(studio: Studio) -> None:
    # Ages are those of today, whatever the period.
    for report, period in (("assignees", "90d"), ("latency", "90d"), ("flow", "90d"), ("aging", "")):
        answer = await studio.ask(f"/issue report {report} {period}", shows="How this is computed")
        await studio.keep(f"report-{report}", answer)


async def schedule(studio: Studio) -> None:
    await studio.keep("schedule", await studio.dialog("/issue schedule", title="Schedule a report"))
    await studio.close()


async def subscribe(studio: Studio) -> None:
    await studio.keep("subscribe", await studio.dialog("/issue subscribe", title="Follow issues here"))
    await studio.close()


async def notify(studio: Studio) -> None:
    await studio.keep("notify", await studio.dialog("/issue notify", title="Notifications"))
    await studio.close()


async def saved(studio: Studio) -> None:
    for query, name, whole in (
        ("label:bug priority:high,urgent", "bad bugs", True),
        ("assignee:me due:<7d", "my week", False),
    ):
        answer = await studio.ask(f"/issue list {query}", shows="Query:")
        await answer.get_by_role("button", name="Save this query").click()
        dialog = studio.page.get_by_role("dialog")
        await field(dialog, "Name").fill(name)
        if whole:
            await dialog.get_by_label("For the whole workspace").check()
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog).to_be_hidden()
    await studio.keep("saved", await studio.ask("/issue saved", shows="my week"))


async def digest(studio: Studio) -> None:
    answer = await studio.ask("/issue report digest 30d", shows="How this is computed")
    await studio.keep("report-digest", answer)


async def subscriptions(studio: Studio) -> None:
    await studio.ask("/issue subscribe label:bug priority:high,urgent", shows="label:bug")
    await studio.keep("subscriptions", await studio.ask("/issue subscriptions", shows="label:bug"))


async def token(studio: Studio) -> None:
    await studio.keep("token", await studio.dialog("/issue token new ci", title="API token"))
    await studio.close()


async def webhook(studio: Studio) -> None:
    await studio.keep("webhook", await studio.dialog("/issue webhook new", title="Incoming webhook"))
    await studio.close()


async def tell(studio: Studio) -> None:
    await studio.keep("tell", await studio.dialog("/issue tell new", title="Outgoing webhook"))
    await studio.close()


async def settings(studio: Studio) -> None:
    for name, word, title in (
        ("settings", "", "Settings"),
        ("settings-policy", " policy", "Who may do what"),
        ("settings-labels", " labels", "Labels"),
        ("settings-people", " people", "People"),
    ):
        await studio.keep(name, await studio.dialog(f"/issue settings{word}", title=title))
        await studio.close()


async def channel_settings(studio: Studio) -> None:
    await studio.keep("channel-settings", await studio.dialog("/issue channel", title="This channel"))
    await studio.close()


async def importing(studio: Studio) -> None:
    page = studio.page
    await page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.items.add(new File([text], "harbour.csv", {type: "text/csv"}));
            for (const kind of ["dragenter", "dragover", "drop"])
                document.querySelector("main").dispatchEvent(
                    new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
        }""",
        CSV,
    )
    dropped = page.locator("main").get_by_role("article").filter(has_text="harbour.csv").last
    await dropped.get_by_role("button", name=re.compile("1 repl", re.IGNORECASE)).click()
    preview = (
        page.get_by_role("complementary").get_by_role("article").filter(has_text="Nothing is written before")
    )
    await expect(preview).to_be_visible()
    await studio.keep("import-preview", preview)
    await preview.get_by_role("button", name="Change mapping").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("What do the columns")
    await studio.keep("import-mapping", dialog)
    await studio.close()
    await preview.get_by_role("button", name="Import", exact=True).click()
    done = page.get_by_role("complementary").get_by_role("article").filter(has_text="2 issues imported")
    await expect(done.get_by_role("button", name="Undo")).to_be_visible()
    await studio.keep("import-done", done)


async def home(studio: Studio) -> None:
    await studio.page.get_by_role("link", name=re.compile("^Lodge")).click()
    await studio.page.get_by_role("tab", name="Home").click()
    await expect(studio.page.get_by_role("tabpanel")).to_contain_text("LDG-")
    await studio.keep("home")
    tab = studio.page.get_by_role("tabpanel")
    await tab.get_by_role("button", name="Filter").click()
    dialog = studio.page.get_by_role("dialog")
    await pick(dialog.get_by_label(re.compile("^Priority")), "High")
    await field(dialog, "Words or a query").fill("is:overdue")
    await studio.keep("home-filter", dialog)
    await studio.close()


SHOTS: dict[str, Shot] = {
    "channel": channel,
    "new": one_line,
    "show": show,
    "list": listing,
    "search": search,
    "mistake": mistake,
    "bulk": bulk,
    "history": history,
    "delete": delete,
    "reports": reports,
    "schedule": schedule,
    "subscribe": subscribe,
    "notify": notify,
    "saved": saved,
    "digest": digest,
    "subscriptions": subscriptions,
    "token": token,
    "webhook": webhook,
    "tell": tell,
    "settings": settings,
    "channel-settings": channel_settings,
    "import": importing,
    "home": home,
}


@asynccontextmanager
async def opened() -> AsyncIterator[Studio]:
    """Ada's window, on a workspace of its own that is thrown away afterwards."""
    with tempfile.TemporaryDirectory() as data:
        async with LocalSlack(manifest=ROOT / "manifest.yml", chatter=True) as slack:
            settings = Settings(
                data=Path(data),
                port=0,
                slack_signing_secret=slack.signing_secret,
                slack_bot_token=slack.bot_token,
                slack_api_url=slack.api_url,
                log="text",
            )
            async with running(settings) as process:
                slack.request_url = f"{process.url}/slack/events"
                await plant(process.services, slack)
                async with _window(slack.url) as page:
                    yield Studio(page=page, url=slack.url)
                await slack.settled()


@asynccontextmanager
async def _window(url: str) -> AsyncIterator[Page]:
    path = chromium.find()
    if path is None:
        raise SystemExit("no Chromium: run `python -m tests.browser.chromium`, or set LODGE_CHROMIUM")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGS))
        page = await browser.new_page(viewport=WINDOW, color_scheme="light")
        page.set_default_timeout(20_000)
        await page.goto(f"{url}/?user=ada")
        await page.wait_for_selector(READY)
        yield page
        await browser.close()


async def take(names: list[str]) -> int:
    """Takes the named pictures, or all; returns how many failed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    failed = 0
    async with opened() as studio:
        for name in names or list(SHOTS):
            # What a picture that failed left open goes with the page.
            await studio.page.goto("about:blank")
            await studio.page.goto(f"{studio.url}/?user=ada")
            await studio.page.wait_for_selector(READY)
            await enter(studio.page, CHANNEL)
            try:
                await SHOTS[name](studio)
            except Exception as error:
                failed += 1
                sys.stderr.write(f"{name}: {error}\n")
    return failed


if __name__ == "__main__":
    set_up_logs("text", level=30)
    wrong = [name for name in sys.argv[1:] if name not in SHOTS]
    if wrong:
        sys.exit(f"no such picture: {', '.join(wrong)}; there are {', '.join(SHOTS)}")
    sys.exit(1 if asyncio.run(take(sys.argv[1:])) else 0)

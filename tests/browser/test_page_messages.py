"""What is said in channels and threads, as the page shows and sends it."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from bot.playground import LocalSlack, posting
from tests.browser.conftest import OpenPage
from tests.browser.steps import enter, say

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# Scrolled up, and resting there for some frames: what is drawn late may still go back to the end.
UP_THERE = """() => {
  const scroller = document.querySelector('main .scroller');
  const rests = Math.abs(scroller.scrollTop - 600) < 2;
  if (!rests) scroller.scrollTop = 600;
  window.rested = rests ? (window.rested ?? 0) + 1 : 0;
  return window.rested > 5;
}"""


async def test_enter_sends_and_others_see_it_at_once(
    slack: LocalSlack, page: Page, open_page: OpenPage
) -> None:
    other = await open_page(slack.url, "grace")
    for window in (page, other):
        await enter(window, "product")
    composer = page.get_by_role("textbox", name="Message #product")
    await composer.fill("Hello *there*")
    await composer.press("Shift+Enter")
    await composer.press_sequentially("second line")
    await composer.press("Enter")
    await expect(composer).to_have_value("")
    said = other.get_by_role("article").filter(has_text="second line")
    await expect(said.locator("strong")).to_have_text("there")
    assert slack.person("ada").messages("product")[-1]["text"] == "Hello *there*\nsecond line"


async def test_what_people_type_never_becomes_markup(slack: LocalSlack, page: Page) -> None:
    await enter(page, "product")
    typed = '<img src=x onerror="document.title=1"> & <b>bold</b> <!channel> <javascript:alert(1)|x>'
    await slack.person("grace").send("product", typed)
    said = page.get_by_role("article").filter(has_text="<img src=x")
    await expect(said).to_have_count(1)
    await expect(said).to_contain_text("& <b>bold</b> <!channel>")
    assert await said.locator("img, b, script, a, .mention").count() == 0


async def test_mrkdwn_of_an_app_is_drawn(slack: LocalSlack, page: Page) -> None:
    text = (
        "*bold* _italic_ ~gone~ `co*de*` <https://example.com/a?b=1&amp;c=2|a link> <@U0GRACE> <#C0PRODUCT>"
        " <!here> :tada: snake_case_name 2*3*4\n&gt; quoted\n• item\n```\nfenced *stays*\n```"
    )
    await say(slack, "product", text=text)
    await enter(page, "product")
    said = page.get_by_role("article").last
    await expect(said.locator("strong")).to_have_text(["bold"])
    await expect(said.locator("em")).to_have_text(["italic"])
    await expect(said.locator("s")).to_have_text(["gone"])
    await expect(said.locator("code")).to_have_text(["co*de*", "fenced *stays*"])
    await expect(said.locator("blockquote")).to_have_text("quoted")
    await expect(said.get_by_role("link", name="a link")).to_have_attribute(
        "href", "https://example.com/a?b=1&c=2"
    )
    for words in ("@grace", "#product", "@here", "🎉", "snake_case_name 2*3*4"):
        await expect(said).to_contain_text(words)


async def test_dates_are_told_in_the_zone_of_the_viewer(slack: LocalSlack, open_page: OpenPage) -> None:
    await say(
        slack, "general", text="<!date^1767225600^{date_num} {time}|fallback> <!date^1^{nonsense}|as written>"
    )
    tokyo = await open_page(slack.url, "margaret", "#/C0GENERAL")
    await expect(tokyo.get_by_role("article").last).to_contain_text("2026-01-01 9:00 AM as written")
    new_york = await open_page(slack.url, "grace", "#/C0GENERAL")
    await expect(new_york.get_by_role("article").last).to_contain_text("2025-12-31 7:00 PM")


async def test_a_thread_opens_beside_the_channel_and_counts_its_replies(
    slack: LocalSlack, page: Page
) -> None:
    await slack.person("grace").send("random", "hidden from here")
    # The second of two by the same person stands below the first without a head of its own.
    await slack.person("grace").send("product", "Good morning")
    await slack.person("grace").send("product", "Who takes this?")
    await enter(page, "product")
    channel = page.get_by_role("log", name="Messages in #product")
    said = channel.get_by_role("article").filter(has_text="Who takes this?")
    await said.hover()
    await said.get_by_role("button", name="Reply in thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    reply = thread.get_by_role("textbox", name="Reply in thread")
    await expect(reply).to_be_focused()
    await reply.fill("I do")
    await reply.press("Enter")
    await expect(thread.get_by_role("article")).to_have_count(2)
    await expect(said.get_by_role("button", name="1 reply")).to_be_visible()
    await expect(said.get_by_role("button", name="1 reply").locator(".avatar")).to_be_visible()
    await slack.person("linus").send(
        "product", "Thanks", thread_ts=slack.person("ada").messages("product")[-1]["ts"]
    )
    await expect(said.get_by_role("button", name="2 replies")).to_be_visible()
    await expect(thread.get_by_role("article").last).to_contain_text("Thanks")
    await reply.press("Escape")
    await expect(thread).to_be_hidden()


async def test_up_edits_the_last_message_and_the_menu_deletes_it(slack: LocalSlack, page: Page) -> None:
    await enter(page, "product")
    ada = slack.person("ada")
    await ada.send("product", "Ship it @grace tomorow")
    await expect(page.get_by_role("article").filter(has_text="tomorow")).to_be_visible()
    await page.get_by_role("textbox", name="Message #product").press("ArrowUp")
    editor = page.get_by_role("textbox", name="Edit message")
    await expect(editor).to_have_value("Ship it @grace tomorow")
    await editor.fill("Ship it @grace tomorrow")
    await editor.press("Enter")
    said = page.get_by_role("article").filter(has_text="tomorrow")
    await expect(said).to_contain_text("(edited)")
    assert "<@U0GRACE>" in ada.messages("product")[-1]["text"]
    await said.hover()
    await said.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Delete message").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    await expect(said).to_have_count(0)


async def test_reactions_are_picked_counted_and_taken_back(slack: LocalSlack, page: Page) -> None:
    await enter(page, "product")
    ts = await slack.person("grace").send("product", "Done!")
    await slack.person("linus").react("product", ts, "tada")
    said = page.get_by_role("article").filter(has_text="Done!")
    await said.get_by_role("button", name=":tada: 1").click()
    pill = said.get_by_role("button", name=":tada: 2")
    await expect(pill).to_have_attribute("aria-pressed", "true")
    await pill.click()
    await expect(said.get_by_role("button", name=":tada: 1")).to_have_attribute("aria-pressed", "false")
    await said.get_by_role("button", name="Add reaction").click()
    picker = page.get_by_role("dialog", name="Pick a reaction")
    await picker.get_by_role("searchbox").fill("rocket")
    await picker.get_by_role("searchbox").press("Enter")
    await expect(said.get_by_role("button", name=":rocket: 1")).to_be_visible()


async def test_unread_channels_are_marked_until_they_are_opened(slack: LocalSlack, page: Page) -> None:
    await enter(page, "general")
    await slack.person("grace").send("product", "one")
    await slack.person("grace").send("product", "two")
    await page.get_by_role("link", name="product, 2 unread").click()
    await expect(page.get_by_role("link", name="product", exact=True)).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("link", name="product", exact=True)).to_be_visible()


async def test_a_file_dropped_on_the_channel_is_shared_there(slack: LocalSlack, page: Page) -> None:
    await enter(page, "product")
    drop = """() => {
      const data = new DataTransfer();
      data.items.add(new File(['title,priority\\nLeak,high\\n'], 'issues.csv', {type: 'text/csv'}));
      const zone = document.querySelector('main');
      for (const kind of ['dragenter', 'dragover', 'drop'])
        zone.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
    }"""
    await page.evaluate(drop)
    card = page.get_by_role("group", name="File issues.csv")
    await expect(card).to_contain_text("25 B")
    async with page.expect_download() as download:
        await card.get_by_role("link", name="Download issues.csv").click()
    assert (await download.value).suggested_filename == "issues.csv"


async def test_a_file_goes_up_by_the_button_and_a_picture_is_shown(slack: LocalSlack, page: Page) -> None:
    await enter(page, "product")
    picture = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360f8cfc000000301010018dd8db0"
        "0000000049454e44ae426082"
    )
    await page.get_by_role("button", name="Attach or run a shortcut").click()
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("menuitem", name="Upload a file").click()
    await (await chooser.value).set_files({"name": "leak.png", "mimeType": "image/png", "buffer": picture})
    await expect(page.get_by_role("img", name="leak.png")).to_be_visible()
    assert slack.person("ada").messages("product")[-1]["files"][0]["name"] == "leak.png"


async def test_the_page_comes_back_after_a_broken_line_with_what_it_missed(
    slack: LocalSlack, page: Page
) -> None:
    await enter(page, "product")
    await slack.person("grace").send("product", "before")
    await expect(page.get_by_role("article").filter(has_text="before")).to_be_visible()
    slack.service.hub.close_all()
    await slack.person("grace").send("product", "said meanwhile")
    await expect(page.get_by_role("article").filter(has_text="said meanwhile")).to_be_visible()
    await expect(page.get_by_role("article").filter(has_text="before")).to_have_count(1)
    composer = page.get_by_role("textbox", name="Message #product")
    await composer.fill("still here")
    await composer.press("Enter")
    await expect(page.get_by_role("article").filter(has_text="still here")).to_be_visible()


async def test_people_switch_and_talk_directly(slack: LocalSlack, page: Page) -> None:
    await page.get_by_role("link", name="grace").click()
    await page.get_by_role("textbox", name="Message grace").fill("Lunch?")
    await page.get_by_role("textbox", name="Message grace").press("Enter")
    await expect(page.get_by_role("article").filter(has_text="Lunch?")).to_be_visible()
    await page.get_by_role("button", name="You are ada").click()
    await page.get_by_role("menuitemradio", name="grace").click()
    await expect(page.get_by_role("button", name="You are grace")).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_have_text("ada")
    await expect(page.get_by_role("article").filter(has_text="Lunch?")).to_be_visible()


async def test_a_copied_link_leads_back_to_its_message(slack: LocalSlack, open_page: OpenPage) -> None:
    ts = ""
    for at in range(130):
        sent = await slack.person("grace").send("product", f"line {at}")
        ts = sent if at == 3 else ts
    page = await open_page(slack.url, "ada", f"#/C0PRODUCT/-/{ts}")
    await expect(page.get_by_role("article").filter(has_text=re.compile(r"line 3$"))).to_be_in_viewport()


async def test_a_reply_may_also_go_to_the_channel(slack: LocalSlack, page: Page) -> None:
    await enter(page, "product")
    await slack.person("grace").send("product", "Who knows?")
    channel = page.get_by_role("log", name="Messages in #product")
    asked = channel.get_by_role("article").filter(has_text="Who knows?")
    await asked.hover()
    await asked.get_by_role("button", name="Reply in thread").click()
    await page.get_by_role("checkbox", name="Also send to the channel").check()
    await page.get_by_role("textbox", name="Reply in thread").fill("I do")
    await page.get_by_role("textbox", name="Reply in thread").press("Enter")
    await expect(channel.get_by_role("article").last).to_contain_text("replied to a thread")
    await expect(page.get_by_role("complementary", name="Thread")).to_contain_text("I do")


async def test_channels_are_made_joined_and_left(slack: LocalSlack, page: Page) -> None:
    await page.get_by_role("button", name="New channel").click()
    await page.get_by_role("dialog", name="New channel").get_by_label("Name").fill("incident-42")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("incident-42")
    members = page.get_by_role("button", name="Channel members and actions")
    await members.click()
    await page.get_by_role("menuitem", name="Add grace").click()
    await expect(members).to_have_text("2")
    await members.click()
    await page.get_by_role("menuitem", name="Leave channel").click()
    await page.get_by_role("button", name="Join channel").click()
    await expect(page.get_by_role("textbox", name="Message #incident-42")).to_be_visible()
    assert set(slack.channel("incident-42").members) == {"U0ADA", "U0GRACE"}


async def test_a_channel_is_archived_looked_at_and_brought_back(slack: LocalSlack, page: Page) -> None:
    await enter(page, "support")
    await page.get_by_role("button", name="Channel members and actions").click()
    await page.get_by_role("menuitem", name="Archive channel").click()
    await page.get_by_role("button", name="Archive", exact=True).click()
    await expect(page.get_by_text("This channel is archived")).to_be_visible()
    await expect(page.get_by_role("textbox", name=re.compile("^Message "))).to_be_hidden()
    await expect(page.get_by_role("region", name="Archived").get_by_role("link")).to_contain_text("support")
    await page.get_by_role("button", name="Unarchive channel").click()
    await expect(page.get_by_role("textbox", name=re.compile("^Message "))).to_be_visible()
    await expect(page.get_by_role("region", name="Archived")).to_have_count(0)


async def test_a_draft_waits_in_its_channel(slack: LocalSlack, page: Page) -> None:
    await enter(page, "product")
    await page.get_by_role("textbox", name="Message #product").fill("half a thought")
    await enter(page, "general")
    await expect(page.get_by_role("textbox", name="Message #general")).to_have_value("")
    await enter(page, "product")
    await expect(page.get_by_role("textbox", name="Message #product")).to_have_value("half a thought")


async def test_a_reader_of_old_messages_is_told_of_new_ones_and_not_moved(
    slack: LocalSlack, page: Page
) -> None:
    for at in range(70):
        await slack.person("grace").send("product", f"line {at}")
    await enter(page, "product")
    await expect(page.get_by_role("article").filter(has_text=re.compile("line 69$"))).to_be_in_viewport()
    await page.wait_for_function(UP_THERE)
    place = await page.locator("main .scroller").evaluate("node => node.scrollTop")
    await slack.person("grace").send("product", "the newest")
    jump = page.get_by_role("button", name="1 new message")
    await expect(jump).to_be_visible()
    assert abs(await page.locator("main .scroller").evaluate("node => node.scrollTop") - place) < 5
    await jump.click()
    await expect(page.get_by_role("article").filter(has_text="the newest")).to_be_in_viewport()
    await expect(jump).to_be_hidden()


async def test_ctrl_k_jumps_to_a_channel_or_a_person(slack: LocalSlack, page: Page) -> None:
    jump = page.get_by_role("combobox", name="Jump to")
    await page.keyboard.press("Control+k")
    await expect(jump).to_be_focused()
    await page.keyboard.type("supp")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("support")
    await page.keyboard.press("Control+k")
    await expect(jump).to_be_focused()
    await page.keyboard.type("grac")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("grace")


async def test_days_are_divided_and_messages_of_one_author_joined(slack: LocalSlack, page: Page) -> None:
    noon = (slack.service.clock.now() // 86_400 - 1) * 86_400 + 43_200
    grace = slack.person("grace").user
    channel = slack.channel("random")
    channel.log = type(channel.log)()
    for later, text in ((-2 * 86_400, "old"), (0, "new"), (30, "joined")):
        message = posting.by_person(grace, text, [])
        message["ts"] = f"{noon + later:.6f}"
        channel.log.add(message)
    await enter(page, "random")
    log = page.get_by_role("log", name="Messages in #random")
    await expect(log.get_by_role("separator")).to_have_count(2)
    await expect(log.locator(".author").filter(visible=True)).to_have_count(2)
    await slack.person("grace").delete_message("random", f"{noon:.6f}")
    await expect(log.get_by_role("article")).to_have_count(2)
    await expect(log.get_by_role("separator")).to_have_count(2)
    await expect(log.locator(".author").filter(visible=True)).to_have_count(2)

// Shortcodes people and bots commonly write. An unknown one stays as it was typed.

const TABLE = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|eyes 👀|tada 🎉|heart ❤️|fire 🔥|rocket 🚀|ticket 🎫|white_check_mark ✅
heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎|warning ⚠️|no_entry ⛔|no_entry_sign 🚫
rotating_light 🚨|bug 🐛|beetle 🪲|ant 🐜|hammer 🔨|hammer_and_wrench 🛠️|wrench 🔧|gear ⚙️|bulb 💡|memo 📝|pencil 📝|pencil2 ✏️
pushpin 📌|paperclip 📎|link 🔗|lock 🔒|unlock 🔓|key 🔑|bell 🔔|no_bell 🔕|mega 📣|loudspeaker 📢|speech_balloon 💬
calendar 📅|date 📅|spiral_calendar_pad 🗓️|clock1 🕐|alarm_clock ⏰|hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️
bar_chart 📊|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|clipboard 📋|card_index 📇|file_folder 📁|open_file_folder 📂
inbox_tray 📥|outbox_tray 📤|package 📦|label 🏷️|bookmark 🔖|mag 🔍|mag_right 🔎|computer 💻|iphone 📱|robot_face 🤖
red_circle 🔴|large_blue_circle 🔵|large_orange_circle 🟠|large_yellow_circle 🟡|large_green_circle 🟢|large_purple_circle 🟣
white_circle ⚪|black_circle ⚫|large_blue_square 🟦|large_green_square 🟩|large_red_square 🟥|large_orange_square 🟧
small_red_triangle 🔺|small_red_triangle_down 🔻|arrow_up ⬆️|arrow_down ⬇️|arrow_right ➡️|arrow_left ⬅️|arrow_upper_right ↗️
arrow_lower_right ↘️|leftwards_arrow_with_hook ↩️|arrow_right_hook ↪️|arrows_counterclockwise 🔄|repeat 🔁|fast_forward ⏩
double_vertical_bar ⏸️|black_square_for_stop ⏹️|arrow_forward ▶️|heavy_plus_sign ➕|heavy_minus_sign ➖|question ❓|exclamation ❗
bangbang ‼️|information_source ℹ️|ok 🆗|new 🆕|free 🆓|sos 🆘|100 💯|zzz 💤|boom 💥|sparkles ✨|star ⭐|star2 🌟|zap ⚡|snowflake ❄️
sunny ☀️|rain_cloud 🌧️|rainbow 🌈|ocean 🌊|anchor ⚓|boat ⛵|sailboat ⛵|ship 🚢|lighthouse 🗼|house 🏠|construction 🚧|checkered_flag 🏁
triangular_flag_on_post 🚩|trophy 🏆|medal 🏅|dart 🎯|game_die 🎲|gift 🎁|balloon 🎈|cake 🍰|birthday 🎂|coffee ☕|tea 🍵|beers 🍻|pizza 🍕
wave 👋|clap 👏|pray 🙏|raised_hands 🙌|muscle 💪|point_right 👉|point_left 👈|point_up ☝️|point_down 👇|crossed_fingers 🤞|ok_hand 👌|handshake 🤝|writing_hand ✍️
smile 😄|smiley 😃|grinning 😀|grin 😁|joy 😂|rofl 🤣|laughing 😆|slightly_smiling_face 🙂|wink 😉|blush 😊|heart_eyes 😍|thinking_face 🤔
neutral_face 😐|expressionless 😑|upside_down_face 🙃|sweat_smile 😅|sweat 😓|cry 😢|sob 😭|disappointed 😞|confused 😕|worried 😟|open_mouth 😮
scream 😱|angry 😠|rage 😡|sleeping 😴|sunglasses 😎|nerd_face 🤓|party_parrot 🦜|partying_face 🥳|shrug 🤷|facepalm 🤦|face_palm 🤦|salute 🫡
saluting_face 🫡|melting_face 🫠|see_no_evil 🙈|hear_no_evil 🙉|speak_no_evil 🙊|ghost 👻|skull 💀|alien 👽|poop 💩|cat 🐱|dog 🐶|snail 🐌|turtle 🐢
octopus 🐙|whale 🐳|unicorn_face 🦄|seedling 🌱|evergreen_tree 🌲|four_leaf_clover 🍀|broken_heart 💔|blue_heart 💙|green_heart 💚|yellow_heart 💛
purple_heart 💜|orange_heart 🧡|bust_in_silhouette 👤|busts_in_silhouette 👥|man-shrugging 🤷‍♂️|woman-shrugging 🤷‍♀️|technologist 🧑‍💻|detective 🕵️
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|keycap_ten 🔟|zero 0️⃣|hash #️⃣|wastebasket 🗑️|broom 🧹|shield 🛡️
desktop_computer 🖥️|page_facing_up 📄|scroll 📜|newspaper 📰|books 📚|book 📖|email 📧|envelope ✉️|phone ☎️|globe_with_meridians 🌐|earth_africa 🌍
test_tube 🧪|microscope 🔬|telescope 🔭|satellite 📡|battery 🔋|electric_plug 🔌|magnet 🧲|compass 🧭|world_map 🗺️|moneybag 💰|credit_card 💳|scales ⚖️
`;

export const EMOJI = new Map(
  TABLE.trim().split(/[|\n]/).map((pair) => {
    const space = pair.lastIndexOf(" ");
    return [pair.slice(0, space), pair.slice(space + 1)];
  }),
);

export const PICKER = ["+1", "-1", "eyes", "tada", "heart", "fire", "rocket", "ticket", "white_check_mark", "x",
  "warning", "bug", "bulb", "memo", "raised_hands", "pray", "wave", "clap", "smile", "joy", "thinking_face",
  "sob", "100", "hourglass_flowing_sand", "rotating_light", "lock", "pushpin", "coffee", "anchor", "sparkles"];

export function emojiFor(name) {
  return EMOJI.get(name) ?? EMOJI.get(name.split("::")[0]) ?? null;
}

export function searchEmoji(query) {
  const wanted = query.toLowerCase();
  const names = [...EMOJI.keys()].filter((name) => name.includes(wanted));
  return names.sort((a, b) => Number(b.startsWith(wanted)) - Number(a.startsWith(wanted)) || a.length - b.length);
}

// Replaces :shortcodes: in plain text.
export function emojify(text) {
  return text.replace(/:([a-z0-9_+'-]+):(?::skin-tone-\d:)?/g, (whole, name) => emojiFor(name) ?? whole);
}

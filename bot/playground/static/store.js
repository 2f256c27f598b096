// What the page knows. Everything that changes it announces a kind; the parts of the page listen.

class Store extends EventTarget {
  me = null;
  team = null;
  app = null;
  users = new Map();
  channels = new Map();
  messages = new Map(); // channel -> Map(ts -> message)
  more = new Map(); // channel -> whether older messages exist on the server
  replies = new Map(); // channel:thread_ts -> Map(ts -> message)
  ephemerals = new Map(); // channel -> [message]
  views = []; // the open modals, root first
  home = null;
  place = { channel: null, thread: null, tab: "messages" };
  connected = false;

  on(kind, listener) {
    this.addEventListener(kind, (event) => listener(event.detail));
  }

  emit(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  hello(push) {
    this.me = push.me;
    this.team = push.team;
    this.app = push.app?.user_id ? push.app : null;
    this.home = push.home ?? null;
    this.users = new Map(push.users.map((user) => [user.id, user]));
    this.users.set(push.me.id, push.me);
    this.channels = new Map(push.channels.map((channel) => [channel.id, channel]));
    // After a reconnect the pages of history already shown may have gaps: fetch them anew.
    this.messages.clear();
    this.replies.clear();
    this.more.clear();
    this.connected = true;
    this.emit("hello");
  }

  byTs(channel) {
    if (!this.messages.has(channel)) this.messages.set(channel, new Map());
    return this.messages.get(channel);
  }

  thread(channel, ts) {
    return this.replies.get(`${channel}:${ts}`);
  }

  addHistory(channel, messages, more) {
    const known = this.byTs(channel);
    for (const message of messages) known.set(message.ts, message);
    this.more.set(channel, Boolean(more));
  }

  setReplies(channel, ts, messages) {
    this.replies.set(`${channel}:${ts}`, new Map(messages.map((message) => [message.ts, message])));
  }

  upsert(channel, message, { fresh }) {
    const root = message.thread_ts ?? message.ts;
    const inChannel = root === message.ts || message.subtype === "thread_broadcast";
    const thread = this.thread(channel, root);
    if (inChannel) {
      const known = this.messages.get(channel);
      if (known && (fresh || known.has(message.ts))) known.set(message.ts, message);
      this.emit("message", { channel, message, fresh });
    }
    if (thread) {
      thread.set(message.ts, message);
      this.emit("reply", { channel, message, fresh });
    }
    if (fresh && inChannel) this.#markUnread(channel, message);
  }

  #markUnread(id, message) {
    const channel = this.channels.get(id);
    if (!channel || channel.is_member === false || message.user === this.me.id) return;
    if (this.isSeen(id)) {
      this.emit("read", { channel: id, ts: message.ts });
      return;
    }
    channel.unread = (channel.unread ?? 0) + 1;
    this.emit("channels");
  }

  isSeen(id) {
    return this.place.channel === id && !this.homeShown() && document.visibilityState === "visible";
  }

  homeShown() {
    const channel = this.channels.get(this.place.channel);
    return this.place.tab === "home" && Boolean(channel?.is_im) && channel.user === this.app?.user_id && this.app.home_tab !== false;
  }

  markRead(id) {
    const channel = this.channels.get(id);
    if (!channel?.unread) return;
    channel.unread = 0;
    this.emit("channels");
    const newest = [...(this.messages.get(id)?.keys() ?? [])].sort().at(-1);
    if (newest) this.emit("read", { channel: id, ts: newest });
  }

  remove(channel, ts) {
    const gone = this.messages.get(channel)?.get(ts);
    this.messages.get(channel)?.delete(ts);
    for (const [key, replies] of this.replies) {
      if (key.startsWith(`${channel}:`)) replies.delete(ts);
    }
    this.emit("removed", { channel, ts, message: gone });
  }

  setReactions(channel, ts, reactions) {
    const holders = [this.messages.get(channel), ...[...this.replies].filter(([key]) => key.startsWith(`${channel}:`)).map(([, map]) => map)];
    for (const holder of holders) {
      const message = holder?.get(ts);
      if (message) holder.set(ts, { ...message, reactions });
    }
    const message = this.find(channel, ts);
    if (message) this.upsert(channel, message, { fresh: false });
  }

  find(channel, ts) {
    const inChannel = this.messages.get(channel)?.get(ts);
    if (inChannel) return inChannel;
    for (const [key, replies] of this.replies) {
      if (key.startsWith(`${channel}:`) && replies.has(ts)) return replies.get(ts);
    }
    return null;
  }

  // What the server still keeps for this person, but for what was dismissed here.
  restoreEphemerals(channel, messages) {
    const dismissed = new Set(JSON.parse(sessionStorage.getItem("dismissed") ?? "[]"));
    const local = (this.ephemerals.get(channel) ?? []).filter((message) => message.notice);
    const kept = messages.filter((message) => !dismissed.has(message.ts)).map((message) => ({ ...message, channel, is_ephemeral: true }));
    this.ephemerals.set(channel, [...kept, ...local]);
  }

  dismiss(channel, ts) {
    const dismissed = JSON.parse(sessionStorage.getItem("dismissed") ?? "[]");
    sessionStorage.setItem("dismissed", JSON.stringify([...dismissed, ts].slice(-200)));
    this.removeEphemeral(channel, ts);
  }

  addEphemeral(channel, message) {
    const shown = this.ephemerals.get(channel) ?? [];
    const others = shown.filter((other) => other.ts !== message.ts);
    const marked = { ...message, is_ephemeral: true };
    this.ephemerals.set(channel, [...others, marked]);
    this.emit(marked.thread_ts ? "reply" : "message", { channel, message: marked, fresh: true });
  }

  removeEphemeral(channel, ts) {
    const shown = this.ephemerals.get(channel) ?? [];
    const gone = shown.find((message) => message.ts === ts);
    if (!gone) return;
    this.ephemerals.set(channel, shown.filter((message) => message !== gone));
    this.emit("removed", { channel, ts: gone.ts, message: gone });
  }

  go(place) {
    this.place = { ...this.place, ...place };
    this.emit("place");
  }
}

export const store = new Store();

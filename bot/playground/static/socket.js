// The WebSocket to the local Slack: requests with answers, pushes, and coming back after a break.

const FIRST_DELAY = 300;
const LONGEST_DELAY = 5000;

export class Refused extends Error {
  constructor(answer) {
    super(answer.message || answer.error || "That did not work.");
    this.code = answer.error ?? "unknown";
    this.result = answer.result;
  }
}

export class Socket {
  #socket = null;
  #waiting = new Map();
  #queued = [];
  #next = 1;
  #delay = FIRST_DELAY;

  constructor({ user, onPush, onState }) {
    this.user = user;
    this.onPush = onPush;
    this.onState = onState;
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.#socket = new WebSocket(`${scheme}//${location.host}/page/ws?user=${encodeURIComponent(this.user)}`);
    this.#socket.addEventListener("open", () => this.#opened());
    this.#socket.addEventListener("message", (event) => this.#received(JSON.parse(event.data)));
    this.#socket.addEventListener("close", () => this.#lost());
  }

  // Sends one person method; what is asked during a break is sent once the line is back.
  request(method, params = {}) {
    const id = this.#next;
    this.#next += 1;
    const text = JSON.stringify({ id, do: method, with: params });
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, text });
      if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
      else this.#queued.push(id);
    });
  }

  #opened() {
    this.#delay = FIRST_DELAY;
    this.onState("open");
    for (const id of this.#queued.splice(0)) {
      const waiting = this.#waiting.get(id);
      if (waiting) this.#socket.send(waiting.text);
    }
  }

  #received(data) {
    if (data.push) {
      this.onPush(data);
      return;
    }
    const waiting = this.#waiting.get(data.id);
    if (!waiting) return;
    this.#waiting.delete(data.id);
    if (data.ok) waiting.resolve(data.result);
    else waiting.reject(new Refused(data));
  }

  #lost() {
    // A request already sent may or may not have happened; the state fetched anew will tell.
    for (const [id, waiting] of this.#waiting) {
      if (this.#queued.includes(id)) continue;
      this.#waiting.delete(id);
      waiting.reject(new Refused({ error: "connection_lost", message: "The connection was lost before the answer came." }));
    }
    this.onState("lost");
    setTimeout(() => this.connect(), this.#delay);
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY);
  }
}

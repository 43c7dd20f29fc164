// SPDX-License-Identifier: Apache-2.0
// Listening to /ws: comes back by itself, asks for a token where one is needed, and knows
// when what it heard is old.

const shortest_pause = 250;
const longest_pause = 5000;
const upgrade_required = 426;
const silence = 3000;  // heartbeats come each second

/// A browser sends no Authorization with a WebSocket: the token goes as a subprotocol.
function subprotocols(token) {
  if (!token) return ["outrider.live"];
  const bytes = new TextEncoder().encode(token);
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return ["outrider.live", `outrider.token.${digits}`];
}

/// on_message(type, data, milliseconds), on_state("live" | "stale" | "gone", what it says),
/// on_refused(sentence): a token is needed, or another one.
export class Listener {
  constructor(ends) {
    this.ends = ends;
    this.pause = shortest_pause;
    setInterval(() => this.look_for_silence(), 500);
    this.connect();
  }

  connect() {
    const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
    const socket = new WebSocket(address, subprotocols(sessionStorage.getItem("token")));
    this.socket = socket;
    this.heard = null;  // nothing yet: whether it opens is not known
    socket.onopen = () => { this.heard = performance.now(); };
    socket.onmessage = ({ data }) => this.take(JSON.parse(data));
    socket.onclose = () => this.lost();
  }

  take(message) {
    this.heard = performance.now();
    this.pause = shortest_pause;
    this.ends.on_state("live", "live");
    this.ends.on_message(message.type, message.data, Date.parse(message.timestamp));
  }

  /// A connection whose other end has gone without a word is never closed by a browser.
  look_for_silence() {
    if (this.heard === null || performance.now() - this.heard < silence) return;
    this.socket.onclose = null;
    this.socket.close();
    this.heard = null;
    this.ends.on_state("stale", "nothing heard, connecting again");
    this.connect();
  }

  async lost() {
    const was_open = this.heard !== null;
    this.heard = null;
    this.ends.on_state("gone", "connection lost, trying again");
    if (!was_open && await this.is_refused()) return;
    setTimeout(() => this.connect(), this.pause);
    this.pause = Math.min(2 * this.pause, longest_pause);
  }

  /// A browser does not tell why a WebSocket was refused; a plain request is told.
  async is_refused() {
    const token = sessionStorage.getItem("token");
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    let answer;
    try {
      answer = await fetch("/ws", { headers });
    } catch {
      return false;
    }
    if (answer.status === upgrade_required)
      this.ends.on_state("gone", "no room among its listeners, or web.origins lacks this site; trying again");
    if (answer.status !== 401 && answer.status !== 403) return false;
    this.ends.on_state("gone", "refused");
    this.ends.on_refused(answer.status === 401 && !token ? "" : (await answer.text()).trim());
    return true;
  }

  try_token(token) {
    sessionStorage.setItem("token", token);
    this.connect();
  }
}

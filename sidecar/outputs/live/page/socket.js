// SPDX-License-Identifier: Apache-2.0
// Listening to /ws: comes back by itself, asks for a token where one is needed, and knows
// when what it heard is old.

const longest_pause = 5000;
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
    this.pause = 250;
    this.heard = 0;
    setInterval(() => this.look_for_silence(), 500);
    this.connect();
  }

  connect() {
    const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
    const socket = new WebSocket(address, subprotocols(sessionStorage.getItem("token")));
    let opened = false;
    socket.onopen = () => { opened = true; this.pause = 250; };
    socket.onmessage = ({ data }) => this.take(JSON.parse(data));
    socket.onclose = () => this.lost(opened);
  }

  take(message) {
    this.heard = performance.now();
    this.ends.on_state("live", "live");
    this.ends.on_message(message.type, message.data, Date.parse(message.timestamp));
  }

  look_for_silence() {
    const quiet = performance.now() - this.heard;
    if (this.heard !== 0 && quiet > silence && this.is_open !== false)
      this.ends.on_state("stale", `nothing heard for ${Math.round(quiet / 1000)} s`);
  }

  /// A browser does not tell why a WebSocket was refused; a plain request is told.
  async lost(opened) {
    this.ends.on_state("gone", "connection lost, trying again");
    if (!opened && await this.is_refused()) return;
    setTimeout(() => this.connect(), this.pause);
    this.pause = Math.min(2 * this.pause, longest_pause);
  }

  async is_refused() {
    const token = sessionStorage.getItem("token");
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    try {
      const answer = await fetch("/ws", { headers });
      if (answer.status !== 401 && answer.status !== 403) return false;
      this.ends.on_state("gone", "refused");
      this.ends.on_refused(answer.status === 401 && !token ? "" : (await answer.text()).trim());
      return true;
    } catch {
      return false;
    }
  }

  try_token(token) {
    sessionStorage.setItem("token", token);
    this.connect();
  }
}

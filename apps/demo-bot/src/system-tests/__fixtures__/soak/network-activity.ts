import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { setImmediate as turn } from "node:timers/promises";

/** What tells that something goes on between the servers and clients of this process. */
const CHANNELS = [
  "net.client.socket",
  "net.server.socket",
  "http.client.request.start",
  "http.client.response.finish",
  "http.server.request.start",
  "http.server.response.finish",
  "undici:request:create",
  "undici:client:connected",
  "undici:client:sendHeaders",
  "undici:request:headers",
  "undici:request:trailers",
  "undici:request:error",
];
/** Work for other threads, of which the event loop knows nothing until it is done. */
const THREADED = ["sign", "verify", "importKey", "generateKey", "exportKey", "digest"] as const;

/** So many turns of the event loop without news, and a message on its way would have arrived: loopback takes no time. */
const QUIET_TURNS = 12;
/** Where nothing at all has happened, nothing is on its way. */
const IDLE_TURNS = 2;

/** Watches the sockets and the cryptography of this process. */
export class Network {
  #news = 0;
  #threaded = 0;
  readonly #note = (): void => {
    this.#news++;
  };
  readonly #originals = THREADED.map((name) => [name, crypto.subtle[name]] as const);

  constructor() {
    for (const channel of CHANNELS) subscribe(channel, this.#note);
    for (const [name, original] of this.#originals) {
      const watched = async (...given: unknown[]): Promise<unknown> => {
        this.#threaded++;
        try {
          return await Reflect.apply(original, crypto.subtle, given);
        } finally {
          this.#threaded--;
          this.#news++;
        }
      };
      Object.defineProperty(crypto.subtle, name, { value: watched, configurable: true });
    }
  }

  /** Resolves once nothing goes on any more. */
  readonly quiet = async (): Promise<void> => {
    let needed = IDLE_TURNS;
    for (let turns = 0; turns < needed; turns++) {
      const before = this.#news;
      await turn();
      if (this.#news === before && this.#threaded === 0) continue;
      needed = QUIET_TURNS;
      turns = -1;
    }
  };

  close(): void {
    for (const channel of CHANNELS) unsubscribe(channel, this.#note);
    for (const [name] of this.#originals) Reflect.deleteProperty(crypto.subtle, name);
  }
}

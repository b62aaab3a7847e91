import nodeCrypto from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { syncBuiltinESMExports } from "node:module";
import { setImmediate as nextIteration } from "node:timers/promises";

/** Channels that publish while servers and clients of this process communicate. */
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
/** After so many iterations of the event loop without activity, no message is in transit: loopback has no latency. */
const QUIET_ITERATIONS = 12;
/** Iterations that are enough if there was no activity at all. */
const IDLE_ITERATIONS = 2;

/** Observes the sockets of this process, and its generation of keys. */
export class NetworkActivity {
  #events = 0;
  #inThreads = 0;
  readonly #count = (): void => {
    this.#events++;
  };
  readonly #generateKeyPair = nodeCrypto.generateKeyPair;

  constructor() {
    for (const channel of CHANNELS) subscribe(channel, this.#count);
    // Keys are generated in another thread, which the event loop does not show.
    this.#replaceGenerateKeyPair((...args: unknown[]) => {
      const callback = args.pop() as (...results: unknown[]) => void;
      this.#inThreads++;
      Reflect.apply(this.#generateKeyPair, nodeCrypto, [
        ...args,
        (...results: unknown[]) => {
          this.#inThreads--;
          this.#events++;
          callback(...results);
        },
      ]);
    });
  }

  #replaceGenerateKeyPair(replacement: (...args: unknown[]) => void): void {
    // promisify() needs the symbol properties of the original function.
    Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(this.#generateKeyPair));
    Object.assign(nodeCrypto, { generateKeyPair: replacement });
    syncBuiltinESMExports();
  }

  /** Resolves when there is no activity any more. */
  readonly waitForQuiet = async (): Promise<void> => {
    let needed = IDLE_ITERATIONS;
    for (let iterations = 0; iterations < needed; iterations++) {
      const before = this.#events;
      await nextIteration();
      if (this.#events === before && this.#inThreads === 0) continue;
      needed = QUIET_ITERATIONS;
      iterations = -1;
    }
  };

  close(): void {
    for (const channel of CHANNELS) unsubscribe(channel, this.#count);
    Object.assign(nodeCrypto, { generateKeyPair: this.#generateKeyPair });
    syncBuiltinESMExports();
  }
}

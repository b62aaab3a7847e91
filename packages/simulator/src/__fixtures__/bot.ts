import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What a bot received at its callback. */
export interface Received {
  headers: IncomingHttpHeaders;
  text: string;
  bytes: Buffer;
  /** An entry of the envelope. */
  changeType: string;
  resourceUrl: string;
  // biome-ignore lint/suspicious/noExplicitAny: a foreign client's view of JSON.
  resourceData: any;
}

/** A bot that knows nothing of graph-dtmf: a bare server that writes down what is posted to it. */
export class Bot {
  readonly received: Received[] = [];
  /** Bodies that are no envelopes. */
  readonly legacy: unknown[] = [];
  /** What it answers with; "never" leaves the caller waiting. */
  status: number | "never" = 202;
  /** Sent along, where it is set. */
  location: string | undefined;
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        this.#note(request.headers, Buffer.concat(chunks));
        const { location } = this;
        if (this.status === "never") return;
        response.writeHead(this.status, location === undefined ? {} : { Location: location }).end();
      });
    });
  }

  #note(headers: IncomingHttpHeaders, bytes: Buffer): void {
    const text = bytes.toString("utf8");
    const body = JSON.parse(text);
    if (body.value) for (const entry of body.value) this.received.push({ headers, text, bytes, ...entry });
    else this.legacy.push(body);
    for (const look of this.#waiting) look();
  }

  static async open(): Promise<Bot> {
    const bot = new Bot();
    await new Promise<void>((resolve) => bot.#server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, resolve));
    return bot;
  }

  get callbackUri(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/calls?route=7`;
  }

  /** Resolves with the first notification that fits, whether it came already or comes later. */
  until(fits: (received: Received) => boolean): Promise<Received> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.received.find(fits);
        if (!found) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Resolves when so many have come. */
  count(atLeast: number): Promise<Received> {
    return this.until(() => this.received.length >= atLeast);
  }

  /** What came of one call, in short. */
  told(callId: string): string[] {
    return this.received
      .filter(({ resourceUrl }) => resourceUrl?.includes(callId))
      .map(({ changeType, resourceData }) => `${changeType} ${resourceData.state ?? resourceData.completionReason}`);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

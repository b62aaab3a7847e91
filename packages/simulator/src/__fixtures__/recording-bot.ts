import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A notification that the bot received. */
export interface ReceivedNotification {
  headers: IncomingHttpHeaders;
  text: string;
  bytes: Buffer;
  // The rest is the notification as it is in the envelope.
  changeType: string;
  resourceUrl: string;
  // biome-ignore lint/suspicious/noExplicitAny: a bot without our types.
  resourceData: any;
}

/** A bot without graph-dtmf: a server that records the notifications that it receives. */
export class RecordingBot {
  readonly received: ReceivedNotification[] = [];
  /** Bodies in the protocol that preceded Graph. */
  readonly legacy: unknown[] = [];
  /** The status of its responses. With "never" it does not respond. */
  status: number | "never" = 202;
  /** The Location header of its responses. */
  location: string | undefined;
  readonly #server: Server;
  readonly #listeners = new Set<() => void>();

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        this.#record(request.headers, Buffer.concat(chunks));
        const { location } = this;
        if (this.status === "never") return;
        response.writeHead(this.status, location === undefined ? {} : { Location: location }).end();
      });
    });
  }

  #record(headers: IncomingHttpHeaders, bytes: Buffer): void {
    const text = bytes.toString("utf8");
    const body = JSON.parse(text);
    if (body.value) for (const entry of body.value) this.received.push({ headers, text, bytes, ...entry });
    else this.legacy.push(body);
    for (const check of this.#listeners) check();
  }

  static async start(): Promise<RecordingBot> {
    const bot = new RecordingBot();
    await new Promise<void>((resolve) => bot.#server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, resolve));
    return bot;
  }

  get callbackUri(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/calls?route=7`;
  }

  /** Resolves with the first notification that matches, received before or after the call. */
  waitFor(matches: (received: ReceivedNotification) => boolean): Promise<ReceivedNotification> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = this.received.find(matches);
        if (!found) return;
        this.#listeners.delete(check);
        resolve(found);
      };
      this.#listeners.add(check);
      check();
    });
  }

  /** Resolves when at least so many notifications were received. */
  waitForCount(atLeast: number): Promise<ReceivedNotification> {
    return this.waitFor(() => this.received.length >= atLeast);
  }

  /** Returns one line for each notification of a call: its change type, and its state or completionReason. */
  summarize(callId: string): string[] {
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

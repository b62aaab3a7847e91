import { randomUUID } from "node:crypto";
import type { CommsNotification } from "@graph-dtmf/models";
import type { TokenFlaw } from "../identity/notification-tokens.ts";
import { isCallbackUri } from "../schema/callback-uri.ts";
import { CallbackClient, type CallbackClientOptions, type CallbackResponse } from "./callback-client.ts";
import { createLegacyBody } from "./legacy-body.ts";
import { createEnvelope } from "./notification-body.ts";
import { applyVariant, encodeBody, type NotificationVariant } from "./notification-variants.ts";
import type { Recipient } from "./recipient.ts";

/** A notification that reached nobody. */
export interface Undelivered {
  readonly callId: string;
  readonly changeType: string;
  readonly resourceUrl: string;
  /** What the callback answered, or what stood in the way of an answer. */
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What is posted at once. */
export interface NotificationBatch {
  notifications: CommsNotification[];
  token?: TokenFlaw;
  spell?: NotificationVariant;
}

/** What became of it: the status of the answer, or why it was not delivered. */
interface DeliveryResult {
  status?: number;
  reason?: string;
  movedTo?: string;
}

/** What the notifier needs of the rest. */
export interface NotifierOptions extends CallbackClientOptions {
  authorization(flaw: TokenFlaw | undefined): Promise<string | undefined>;
  now(): number;
  log(line: string): void;
}

/** How many failures are remembered. */
const MAX_UNDELIVERED = 1000;

/** Delivers notifications, and lives with callbacks that don't take them. */
export class Notifier {
  readonly undelivered: Undelivered[] = [];
  readonly #options: NotifierOptions;
  readonly #pending = new Set<Promise<void>>();
  #client: CallbackClient;
  #closed = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#client = new CallbackClient(options);
  }

  /**
   * Never rejects: what becomes of a notification is no concern of the call's.
   *
   * @returns where the bot wants to have the rest, if it sent an incoming call elsewhere.
   */
  async deliver(recipient: Recipient, parcel: NotificationBatch): Promise<{ movedTo?: string }> {
    if (this.#closed) return {};
    const poster = this.#client;
    const result = await this.#deliver(poster, recipient, parcel).catch(
      // A host with several addresses that all refuse leaves a code and no message.
      (error: NodeJS.ErrnoException): DeliveryResult => ({ reason: error.message || error.code || "failed" }),
    );
    // What was broken off from here failed nobody.
    if (poster === this.#client) this.#report(recipient, parcel, result);
    return result.movedTo === undefined ? {} : { movedTo: result.movedTo };
  }

  /** Counts something among what is under way until it ends. */
  track(underway: Promise<void>): void {
    this.#pending.add(underway);
    void underway.finally(() => this.#pending.delete(underway));
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** Gives up what is under way. */
  async abort(): Promise<void> {
    const poster = this.#client;
    this.#client = new CallbackClient(this.#options);
    poster.close();
    await this.settled();
  }

  /** As `breakOff`, and nothing is delivered any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.abort();
  }

  async #deliver(poster: CallbackClient, recipient: Recipient, parcel: NotificationBatch): Promise<DeliveryResult> {
    const posted = await this.#post(poster, recipient, parcel);
    const movedTo = redirectTarget(parcel, posted);
    const there = movedTo === undefined ? recipient : { ...recipient, callbackUri: movedTo };
    const { status } = movedTo === undefined ? posted : await this.#post(poster, there, parcel);
    const isTaken = status >= 200 && status < 300;
    return { ...(isTaken ? { status } : { reason: `answered ${status}` }), ...(movedTo !== undefined && { movedTo }) };
  }

  async #post(
    poster: CallbackClient,
    recipient: Recipient,
    { notifications, token, spell }: NotificationBatch,
  ): Promise<CallbackResponse> {
    const authorization = await this.#options.authorization(token);
    const post = (body: unknown): Promise<CallbackResponse> => {
      const { charset, bytes } = encodeBody(body, spell);
      const headers = { ...createHeaders(recipient, charset), ...(authorization && { Authorization: authorization }) };
      return poster.post({ url: recipient.callbackUri, headers, body: bytes });
    };
    if (spell === "legacyFirst" && notifications[0]) {
      const posted = await post(createLegacyBody(recipient, notifications[0]));
      // Whoever takes it has taken it; 204 asks for the same in Graph's protocol.
      if (posted.status !== 204) return posted;
    }
    return await post(applyVariant(createEnvelope(notifications), spell));
  }

  #report(recipient: Recipient, parcel: NotificationBatch, result: DeliveryResult): void {
    const { status, reason } = result;
    for (const { changeType, resourceUrl } of parcel.notifications) {
      this.#options.log(`-> ${changeType} ${resourceUrl} ${status ?? `undelivered: ${reason}`}`);
      if (reason === undefined) continue;
      this.undelivered.push({ callId: recipient.id, changeType, resourceUrl, reason, at: this.#options.now() });
      if (this.undelivered.length > MAX_UNDELIVERED) this.undelivered.shift();
    }
  }
}

/** A bot may send an incoming call to another deployment of itself; nothing else. */
function redirectTarget(
  { notifications }: NotificationBatch,
  { status, location }: CallbackResponse,
): string | undefined {
  const isMove = notifications[0]?.changeType === "created" && (status === 302 || status === 307);
  return isMove && isCallbackUri(location) ? location : undefined;
}

function createHeaders(recipient: Recipient, charset: string): Record<string, string> {
  return {
    "Content-Type": `application/json; charset=${charset}`,
    Accept: "application/json",
    "User-Agent": "Microsoft-Skype/3.0,(Calling/1.0)",
    "X-Microsoft-Skype-Chain-ID": recipient.callChainId,
    "X-Microsoft-Skype-Message-ID": randomUUID(),
    "Scenario-Id": recipient.scenarioId,
  };
}

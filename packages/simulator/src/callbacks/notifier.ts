import { randomUUID } from "node:crypto";
import type { CommsNotification } from "@graph-dtmf/models";
import type { TokenFlaw } from "../identity/notification-tokens.ts";
import { isCallbackUri } from "../schema/callback-uri.ts";
import { CallbackClient, type CallbackClientOptions, type CallbackResponse } from "./callback-client.ts";
import { createLegacyBody } from "./legacy-body.ts";
import { createEnvelope } from "./notification-body.ts";
import { applyVariant, encodeBody, type NotificationVariant } from "./notification-variants.ts";
import type { Recipient } from "./recipient.ts";

/** A notification that could not be delivered. */
export interface Undelivered {
  readonly callId: string;
  readonly changeType: string;
  readonly resourceUrl: string;
  /** The status of the response, or the error if there was no response. */
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Notifications that are posted in one request. */
export interface NotificationBatch {
  notifications: CommsNotification[];
  tokenFlaw?: TokenFlaw;
  variant?: NotificationVariant;
}

/** The result of a delivery. */
interface DeliveryResult {
  /** The status of the response, if it was a success. */
  status?: number;
  /** Why the delivery failed. */
  reason?: string;
  /** The callback that the request was redirected to. */
  redirectedTo?: string;
}

/** Options of a notifier. */
interface NotifierOptions extends CallbackClientOptions {
  /** Returns the Authorization header of a notification, if it has one. */
  authorization(flaw: TokenFlaw | undefined): Promise<string | undefined>;
  now(): number;
  log(line: string): void;
}

/** The most entries of `undelivered`. */
const MAX_UNDELIVERED = 1000;

/** Delivers notifications and records those that could not be delivered. */
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
   * Delivers notifications. It never rejects, because a failed delivery does not affect the call.
   *
   * @returns the callback for further notifications of the call, if the bot redirected an incoming call.
   */
  async deliver(recipient: Recipient, batch: NotificationBatch): Promise<{ redirectedTo?: string }> {
    if (this.#closed) return {};
    const client = this.#client;
    const result = await this.#deliver(client, recipient, batch).catch(
      // The error has a code but no message if a host has several addresses and all of them refuse the connection.
      (error: NodeJS.ErrnoException): DeliveryResult => ({ reason: error.message || error.code || "failed" }),
    );
    // A delivery that was aborted by the simulator is no failure of the bot.
    if (client === this.#client) this.#report(recipient, batch, result);
    return result.redirectedTo === undefined ? {} : { redirectedTo: result.redirectedTo };
  }

  /** Makes `settled` wait for a task. */
  track(task: Promise<void>): void {
    this.#pending.add(task);
    void task.finally(() => this.#pending.delete(task));
  }

  /** Resolves when no delivery and no other tracked task is pending. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** Aborts pending deliveries and waits until they have ended. */
  async abort(): Promise<void> {
    const client = this.#client;
    this.#client = new CallbackClient(this.#options);
    client.close();
    await this.settled();
  }

  /** Aborts pending deliveries. Later calls of `deliver` have no effect. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.abort();
  }

  async #deliver(client: CallbackClient, recipient: Recipient, batch: NotificationBatch): Promise<DeliveryResult> {
    const response = await this.#post(client, recipient, batch);
    const redirectedTo = redirectTarget(batch, response);
    const target = redirectedTo === undefined ? recipient : { ...recipient, callbackUri: redirectedTo };
    const { status } = redirectedTo === undefined ? response : await this.#post(client, target, batch);
    const isAccepted = status >= 200 && status < 300;
    return {
      ...(isAccepted ? { status } : { reason: `answered ${status}` }),
      ...(redirectedTo !== undefined && { redirectedTo }),
    };
  }

  async #post(
    client: CallbackClient,
    recipient: Recipient,
    { notifications, tokenFlaw, variant }: NotificationBatch,
  ): Promise<CallbackResponse> {
    const authorization = await this.#options.authorization(tokenFlaw);
    const post = (body: unknown): Promise<CallbackResponse> => {
      const { charset, bytes } = encodeBody(body, variant);
      const headers = { ...createHeaders(recipient, charset), ...(authorization && { Authorization: authorization }) };
      return client.post({ url: recipient.callbackUri, headers, body: bytes });
    };
    if (variant === "legacyFirst" && notifications[0]) {
      const response = await post(createLegacyBody(recipient, notifications[0]));
      // 204 requests the notification in Graph's form; any other status is the final response.
      if (response.status !== 204) return response;
    }
    return await post(applyVariant(createEnvelope(notifications), variant));
  }

  #report(recipient: Recipient, batch: NotificationBatch, result: DeliveryResult): void {
    const { status, reason } = result;
    for (const { changeType, resourceUrl } of batch.notifications) {
      this.#options.log(`-> ${changeType} ${resourceUrl} ${status ?? `undelivered: ${reason}`}`);
      if (reason === undefined) continue;
      this.undelivered.push({ callId: recipient.id, changeType, resourceUrl, reason, at: this.#options.now() });
      if (this.undelivered.length > MAX_UNDELIVERED) this.undelivered.shift();
    }
  }
}

/** Returns the redirect target of a response. Only the notification of an incoming call can be redirected. */
function redirectTarget(
  { notifications }: NotificationBatch,
  { status, location }: CallbackResponse,
): string | undefined {
  const isRedirect = notifications[0]?.changeType === "created" && (status === 302 || status === 307);
  return isRedirect && isCallbackUri(location) ? location : undefined;
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

import { randomUUID } from "node:crypto";
import type { CommsNotification } from "@graph-dtmf/models";
import type { TokenFlaw } from "../identity/notification-tokens.ts";
import { isCallbackUri } from "../schema/callback-uri.ts";
import { type Posted, Poster, type PosterOptions } from "./callback-client.ts";
import { legacyBody } from "./legacy-body.ts";
import { envelope } from "./notification-body.ts";
import { encode, respell, type Spelling } from "./notification-variants.ts";

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

/** Whose notifications they are. */
export interface Recipient {
  readonly id: string;
  readonly callbackUri: string;
  readonly callChainId: string;
  readonly scenarioId: string;
  readonly appId: string;
  readonly tenantId: string;
}

/** What is posted at once. */
export interface Parcel {
  notifications: CommsNotification[];
  token?: TokenFlaw;
  spell?: Spelling;
}

/** What became of it: the status of the answer, or why it was not delivered. */
interface Delivery {
  status?: number;
  reason?: string;
  movedTo?: string;
}

/** What the notifier needs of the rest. */
export interface NotifierOptions extends PosterOptions {
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
  readonly #underway = new Set<Promise<void>>();
  #poster: Poster;
  #closed = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#poster = new Poster(options);
  }

  /**
   * Never rejects: what becomes of a notification is no concern of the call's.
   *
   * @returns where the bot wants to have the rest, if it sent an incoming call elsewhere.
   */
  async deliver(recipient: Recipient, parcel: Parcel): Promise<{ movedTo?: string }> {
    if (this.#closed) return {};
    const poster = this.#poster;
    const result = await this.#deliver(poster, recipient, parcel).catch(
      // A host with several addresses that all refuse leaves a code and no message.
      (error: NodeJS.ErrnoException): Delivery => ({ reason: error.message || error.code || "failed" }),
    );
    // What was broken off from here failed nobody.
    if (poster === this.#poster) this.#report(recipient, parcel, result);
    return result.movedTo === undefined ? {} : { movedTo: result.movedTo };
  }

  /** Counts something among what is under way until it ends. */
  track(underway: Promise<void>): void {
    this.#underway.add(underway);
    void underway.finally(() => this.#underway.delete(underway));
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#underway.size > 0) await Promise.all(this.#underway);
  }

  /** Gives up what is under way. */
  async breakOff(): Promise<void> {
    const poster = this.#poster;
    this.#poster = new Poster(this.#options);
    poster.close();
    await this.settled();
  }

  /** As `breakOff`, and nothing is delivered any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.breakOff();
  }

  async #deliver(poster: Poster, recipient: Recipient, parcel: Parcel): Promise<Delivery> {
    const posted = await this.#post(poster, recipient, parcel);
    const movedTo = elsewhere(parcel, posted);
    const there = movedTo === undefined ? recipient : { ...recipient, callbackUri: movedTo };
    const { status } = movedTo === undefined ? posted : await this.#post(poster, there, parcel);
    const isTaken = status >= 200 && status < 300;
    return { ...(isTaken ? { status } : { reason: `answered ${status}` }), ...(movedTo !== undefined && { movedTo }) };
  }

  async #post(poster: Poster, recipient: Recipient, { notifications, token, spell }: Parcel): Promise<Posted> {
    const authorization = await this.#options.authorization(token);
    const post = (body: unknown): Promise<Posted> => {
      const { charset, bytes } = encode(body, spell);
      const headers = { ...headersFor(recipient, charset), ...(authorization && { Authorization: authorization }) };
      return poster.post({ url: recipient.callbackUri, headers, body: bytes });
    };
    if (spell === "legacyFirst" && notifications[0]) {
      const posted = await post(legacyBody(recipient, notifications[0]));
      // Whoever takes it has taken it; 204 asks for the same in Graph's protocol.
      if (posted.status !== 204) return posted;
    }
    return await post(respell(envelope(notifications), spell));
  }

  #report(recipient: Recipient, parcel: Parcel, result: Delivery): void {
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
function elsewhere({ notifications }: Parcel, { status, location }: Posted): string | undefined {
  const isMove = notifications[0]?.changeType === "created" && (status === 302 || status === 307);
  return isMove && isCallbackUri(location) ? location : undefined;
}

function headersFor(recipient: Recipient, charset: string): Record<string, string> {
  return {
    "Content-Type": `application/json; charset=${charset}`,
    Accept: "application/json",
    "User-Agent": "Microsoft-Skype/3.0,(Calling/1.0)",
    "X-Microsoft-Skype-Chain-ID": recipient.callChainId,
    "X-Microsoft-Skype-Message-ID": randomUUID(),
    "Scenario-Id": recipient.scenarioId,
  };
}

import type { Clock } from "@graph-dtmf/models";
import type { Undelivered } from "./callbacks/notifier.ts";
import type { FarEndOption } from "./calls/far-end.ts";
import type { SimulatedCall } from "./calls/simulated-call.ts";
import type { Faults } from "./faults/fault.ts";
import type { TlsOptions } from "./http/http-listener.ts";
import type { SimulatorCredential } from "./identity/simulator-credential.ts";
import type { ReceivedRequest } from "./server/request-journal.ts";

/** How the simulator is to be. Everything may be left out. */
export interface SimulatorOptions {
  /** Default: a free one. */
  port?: number;
  /** Default: 127.0.0.1, which nobody outside of this machine reaches. */
  host?: string;
  /** A certificate and its key, in PEM: the simulator speaks https then. */
  tls?: TlsOptions;
  /** The bot's application. Default: made up. */
  appId?: string;
  /** The only tenant there is. Default: made up. */
  tenantId?: string;
  /** The bot's password. Default: made up. */
  clientSecret?: string;
  /** The bot's application permissions. Default: those that a calling bot may have. */
  roles?: readonly string[];
  /** How many times faster than in a real call everything goes in a call. Default 1. */
  speed?: number;
  /** Who is at the other end of the bot's calls. Default: somebody who picks up after 500 ms and says nothing. */
  farEnd?: FarEndOption;
  /** The time that everything but sockets goes by. Default: the real one. */
  clock?: Clock;
  /** Told one line for each request and each notification, never with tones. Default: nobody. */
  log?(line: string): void;
  /** How long a callback may take to answer, in real milliseconds. Default 10 s; Graph's own patience is documented nowhere. */
  callbackTimeoutMs?: number;
  /** Certificates to trust at https callbacks, in PEM, for a bot with one of its own. Default: those that Node.js trusts. */
  callbackCa?: string;
}

/** A call to the bot. */
export interface IncomingCall {
  /** Where the bot is told of it. */
  callbackUri: string;
  /** Who calls, such as `{ user: { id } }` or `{ phone: { id } }`. Default: somebody. */
  from?: Readonly<Record<string, unknown>>;
  /** What the caller does once the bot has answered. Default: nothing. */
  farEnd?: FarEndOption;
}

/** A running stand-in for the Graph calling service. */
export interface Simulator {
  /** Graph's base address, without the version. */
  readonly url: string;
  /** Where the bot gets its tokens. */
  readonly tokenUrl: string;
  /** Where the bot finds the keys to verify notifications with. */
  readonly openIdConfigurationUrl: string;
  readonly appId: string;
  readonly tenantId: string;
  readonly clientSecret: string;
  /** A credential for the bot's application: give it to `createDtmfClient`. */
  readonly credential: SimulatorCredential;
  /** What arrived, the newest last: the last 10,000 requests, without bodies, tokens or tones. */
  readonly requests: readonly ReceivedRequest[];
  /** Notifications that reached nobody, the newest last: the last 1,000. */
  readonly undelivered: readonly Undelivered[];
  /** What is to go wrong. */
  readonly faults: Faults;
  /**
   * A call, also one that is over, until `reset()`.
   *
   * @throws DtmfError `unknown_call`
   */
  call(callId: string): SimulatedCall;
  /**
   * Somebody calls the bot, which has 15 s to answer or reject.
   *
   * @throws DtmfError `invalid_request` for a callbackUri that Graph would not take.
   */
  incoming(call: IncomingCall): SimulatedCall;
  /** A token as notifications carry it, with claims of your own over the usual ones; one that is undefined is left out. */
  signNotificationToken(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Signs with another key from now on. The keys before stay published, unless `keepPrevious` is false. */
  rotateKeys(options?: { keepPrevious?: boolean }): Promise<void>;
  /** Resolves when no notification is under way: all that are due were answered or given up. */
  settled(): Promise<void>;
  /** Forgets calls, faults, requests and failed notifications. Tokens and keys stay good. */
  reset(): Promise<void>;
  /** Ends every call without a word and every connection; nothing is left that keeps the process alive. */
  close(): Promise<void>;
}

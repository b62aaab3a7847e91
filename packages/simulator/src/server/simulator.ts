import type { Clock } from "@graph-dtmf/models";
import type { Undelivered } from "../callbacks/notifier.ts";
import type { SimulatedCall } from "../calls/far-end.ts";
import type { FarEndOption } from "../calls/far-end-option.ts";
import type { Faults } from "../faults/fault.ts";
import type { TlsOptions } from "../http/http-listener.ts";
import type { SimulatorCredential } from "../identity/simulator-credential.ts";
import type { ReceivedRequest } from "./request-journal.ts";

/** Options of the simulator. All have defaults. */
export interface SimulatorOptions {
  /** Default: a free port. */
  port?: number;
  /** Default: 127.0.0.1, which other machines cannot reach. */
  host?: string;
  /** A certificate and its key, in PEM. With it, the simulator uses https. */
  tls?: TlsOptions;
  /** The bot's application. Default: random. */
  appId?: string;
  /** The only tenant. Default: random. */
  tenantId?: string;
  /** The bot's password. Default: random. */
  clientSecret?: string;
  /** The bot's application permissions. Default: all of a calling bot, without the one to join meetings as a guest. */
  roles?: readonly string[];
  /** How many times faster calls run than in reality. Default 1. */
  speed?: number;
  /** The far end of the bot's calls. Default: picks up after 500 ms and is silent. */
  farEnd?: FarEndOption;
  /** The clock of everything except sockets. Default: the real time. */
  clock?: Clock;
  /** Gets one line for each request and notification, never with tones. Default: no log. */
  log?(line: string): void;
  /**
   * The timeout of callbacks, in real milliseconds. Default 10 s, an assumption: Graph's own timeout is not
   * documented.
   */
  callbackTimeoutMs?: number;
  /** Certificates to trust for https callbacks, in PEM. Default: those of Node.js. */
  callbackCa?: string;
}

/** A call to the bot. */
export interface IncomingCall {
  /** Where the bot is notified of it. */
  callbackUri: string;
  /** The caller, such as `{ user: { id } }` or `{ phone: { id } }`. Default: a fixed user. */
  from?: Readonly<Record<string, unknown>>;
  /** What the caller does after the bot has answered. Default: nothing. */
  farEnd?: FarEndOption;
}

/** A running simulator of the Graph calling service. */
export interface Simulator {
  /** Graph's base URL, without the version. */
  readonly url: string;
  /** The token endpoint of the bot. */
  readonly tokenUrl: string;
  /** The OpenID configuration with the keys that sign notifications. */
  readonly openIdConfigurationUrl: string;
  readonly appId: string;
  readonly tenantId: string;
  readonly clientSecret: string;
  /** A credential of the bot's application, for `createDtmfClient`. */
  readonly credential: SimulatorCredential;
  /** The last 10,000 requests, newest last, without bodies, tokens or tones. */
  readonly requests: readonly ReceivedRequest[];
  /** The last 1,000 notifications that could not be delivered, newest last. */
  readonly undelivered: readonly Undelivered[];
  /** Faults to inject. */
  readonly faults: Faults;
  /**
   * A call, also if it has ended, until `reset()`.
   *
   * @throws DtmfError `unknown_call`
   */
  call(callId: string): SimulatedCall;
  /**
   * Calls the bot, which has 15 s to answer or reject.
   *
   * @throws DtmfError `invalid_request` for a callbackUri that Graph would refuse.
   */
  incoming(call: IncomingCall): SimulatedCall;
  /** A token like that of a notification, with further or changed claims. A claim of `undefined` is omitted. */
  signNotificationToken(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Creates a new signing key. Earlier keys stay published, unless `keepPrevious` is false. */
  rotateKeys(options?: { keepPrevious?: boolean }): Promise<void>;
  /** Resolves when all due notifications were answered or have failed. */
  settled(): Promise<void>;
  /** Removes calls, faults, requests and failed notifications. Tokens and keys stay valid. */
  reset(): Promise<void>;
  /** Ends all calls without notifications and closes all connections. The process can exit then. */
  close(): Promise<void>;
}

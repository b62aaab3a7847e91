import type { Agent } from "node:http";
import {
  type CancelMediaProcessingOperation,
  type Clock,
  type CommsOperation,
  type Logger,
  type OperationWatcher,
  type PlayPromptOperation,
  type SendDtmfTonesOperation,
  type SubscribeToToneOperation,
  systemClock,
  type Telemetry,
} from "@graph-dtmf/models";
import { CallQueue } from "./actions/call-lock.ts";
import { type Calls, createCalls } from "./actions/calls.ts";
import { getOperation } from "./actions/get-operation.ts";
import {
  cancelMediaProcessing,
  type MediaActionRequest,
  type PlayPromptRequest,
  playPrompt,
  sendDtmfTones,
  subscribeToTone,
} from "./actions/media-actions.ts";
import { inTurn, type MediaTools, performMediaAction } from "./actions/perform-media-action.ts";
import type { SendDtmfTonesRequest } from "./actions/request-body.ts";
import { checkRequestOptions } from "./actions/request-options.ts";
import type { RequestOptions, SentOperation } from "./actions/sent-operation.ts";
import { type Credential, createTokenSource } from "./auth/access-token.ts";
import { graphAddress } from "./auth/base-url.ts";
import { Patience } from "./delivery/request-deadline.ts";
import { createObserver } from "./observer.ts";
import { createExchange } from "./transport/exchange.ts";
import { createHttpTransport } from "./transport/http-transport.ts";

/** What a client is made of. */
export interface DtmfClientOptions {
  credential: Credential;
  /** Hears how operations end: the tracker of `@graph-dtmf/notifications`. Without it `completion()` throws `no_watcher`. */
  operations?: OperationWatcher;
  /** Where Graph is, without the version. Default `https://graph.microsoft.com`. */
  baseUrl?: string;
  /** Default `v1.0`. */
  version?: "v1.0" | "beta";
  /** What the credential is asked for. Default `<baseUrl's origin>/.default`, Graph's own for a base on this machine. */
  scopes?: readonly string[];
  /** Hosts besides this machine to which requests, and the tokens in them, may go unencrypted. */
  allowHttpHosts?: readonly string[];
  /** Makes the connections: a proxy agent, for example. Yours to close. */
  agent?: Agent;
  /** How long to wait for an answer once a request was sent, in milliseconds. Default 30,000. */
  responseTimeoutMs?: number;
  /** Is given a debug line for every attempt, a warning where a delivery is unknown: ids, counts and codes, never tones. */
  logger?: Logger;
  /**
   * Is given a span for every request (`graph_dtmf.sendDtmfTones` …), its duration, and how often it was sent again: ids in
   * spans only, tones nowhere. A tracer and a meter of OpenTelemetry fit.
   */
  telemetry?: Telemetry;
  /** Time, for tests. */
  clock?: Clock;
}

/** `sendDtmfTones` for whoever holds the queue of a call. */
export type LockedSend = (
  request: SendDtmfTonesRequest,
  options?: RequestOptions,
) => Promise<SentOperation<SendDtmfTonesOperation>>;

/** Presses keys in the calls of a bot. */
export interface DtmfClient {
  readonly calls: Calls;
  /**
   * Presses keys in a call, in the given order, at most once.
   *
   * Resolves when Graph has accepted the request: the tones may still be sounding. `completion()` of the result tells
   * how they ended. Several sends to one call leave one after the other.
   *
   * @throws InvalidTonesError, InvalidRequestError before anything is sent.
   * @throws GraphRequestError if Graph refused it, NotSentError if no connection could be made: nothing was pressed.
   * @throws DeliveryUnknownError if keys may have been pressed, or not. It is never sent again, and its `completion()`
   * goes on listening.
   * @see Graph v1.0, call: sendDtmfTones
   *
   * @example
   * const sent = await dtmf.sendDtmfTones(callId, { tones: "42#" });
   * const { outcome, played } = await sent.completion();
   */
  sendDtmfTones(
    callId: string,
    request: SendDtmfTonesRequest,
    options?: RequestOptions,
  ): Promise<SentOperation<SendDtmfTonesOperation>>;
  /**
   * Has Graph tell, by notifications, which keys people press in a call.
   *
   * @see Graph v1.0, call: subscribeToTone. It needs the permission Calls.AccessMedia.All and media hosted by the service.
   */
  subscribeToTone(
    callId: string,
    request?: MediaActionRequest,
    options?: RequestOptions,
  ): Promise<SentOperation<SubscribeToToneOperation>>;
  /** Plays sounds in a call, at most once, in turn with its other media actions. @see Graph v1.0, call: playPrompt */
  playPrompt(
    callId: string,
    request: PlayPromptRequest,
    options?: RequestOptions,
  ): Promise<SentOperation<PlayPromptOperation>>;
  /**
   * Stops what is played in a call and what waits to be. It does not wait for its turn.
   *
   * Documented for prompts and recordings; that it stops tones too is our assumption.
   *
   * @see Graph v1.0, call: cancelMediaProcessing
   */
  cancelMediaProcessing(
    callId: string,
    request?: MediaActionRequest,
    options?: RequestOptions,
  ): Promise<SentOperation<CancelMediaProcessingOperation>>;
  /**
   * Asks Graph how an operation is. A last resort: the schema has this resource, no page of the documentation
   * describes it, and no report says that it answers.
   *
   * @throws DtmfError `not_supported` for 404, 405 and 501: they say nothing about the operation.
   */
  getOperation(callId: string, operationId: string, options?: RequestOptions): Promise<CommsOperation>;
  /**
   * Lends the queue of a call: no other media action of it leaves while the action runs, but for those that it sends
   * by the function that it is given.
   */
  withCallLock<T>(callId: string, action: (send: LockedSend) => Promise<T>, options?: RequestOptions): Promise<T>;
  /** Gives up what waits for its turn, lets requests under way end, and closes idle connections. */
  close(): Promise<void>;
}

const RESPONSE_TIMEOUT_MS = 30_000;

/**
 * Makes a client.
 *
 * @throws TypeError for options that cannot work: no credential, a base that is neither https nor allowed.
 */
export function createDtmfClient(options: DtmfClientOptions): DtmfClient {
  const { baseUrl, scopes } = graphAddress(options);
  const clock = options.clock ?? systemClock;
  const { version = "v1.0", responseTimeoutMs = RESPONSE_TIMEOUT_MS } = options;
  if (version !== "v1.0" && version !== "beta") throw new TypeError("version must be v1.0 or beta");
  if (!(responseTimeoutMs > 0)) throw new TypeError("responseTimeoutMs must be more than 0 milliseconds");
  const transport = createHttpTransport({ clock, responseTimeoutMs, agent: options.agent });
  const closing = new AbortController();
  const tools: MediaTools = {
    line: {
      exchange: createExchange({ baseUrl, version, transport }),
      tokens: createTokenSource(options.credential, scopes),
      clock,
    },
    queue: new CallQueue(),
    operations: options.operations,
    observer: createObserver({ clock, baseUrl, telemetry: options.telemetry, logger: options.logger }),
    patience: (how) => new Patience({ clock, closing: closing.signal, ...checkRequestOptions(how) }),
  };
  return {
    calls: createCalls(tools),
    sendDtmfTones: (callId, request, how) => performMediaAction(() => sendDtmfTones(callId, request), tools, how),
    subscribeToTone: (callId, request, how) => performMediaAction(() => subscribeToTone(callId, request), tools, how),
    playPrompt: (callId, request, how) => performMediaAction(() => playPrompt(callId, request), tools, how),
    cancelMediaProcessing: (callId, request, how) =>
      performMediaAction(() => cancelMediaProcessing(callId, request), tools, how),
    getOperation: (callId, operationId, how) => getOperation({ callId, operationId }, tools, how),
    withCallLock: async (callId, action, how = {}) => {
      // Sends that are not awaited keep their order among themselves too.
      const held = { ...tools, queue: new CallQueue() };
      return inTurn(callId, { queue: tools.queue, patience: tools.patience(how) }, () =>
        action((request, sendHow) => performMediaAction(() => sendDtmfTones(callId, request), held, sendHow)),
      );
    },
    async close() {
      closing.abort();
      await transport.close();
    },
  };
}

import type { Agent } from "node:http";
import {
  type CancelMediaProcessingOperation,
  type Clock,
  type CommsOperation,
  InvalidRequestError,
  type Logger,
  type OperationWatcher,
  type PlayPromptOperation,
  type SendDtmfTonesOperation,
  type SubscribeToToneOperation,
  systemClock,
  type Telemetry,
} from "@graph-dtmf/models";
import { CallLocks, withCallLock } from "./actions/call-lock.ts";
import { type Calls, createCalls } from "./actions/calls.ts";
import { getOperation } from "./actions/get-operation.ts";
import {
  createCancelMediaProcessingAction,
  createPlayPromptAction,
  createSendDtmfTonesAction,
  createSubscribeToToneAction,
  type MediaActionRequest,
  type PlayPromptRequest,
} from "./actions/media-actions.ts";
import { type MediaActionContext, performMediaAction } from "./actions/perform-media-action.ts";
import { checkRequestOptions, type RequestOptions } from "./actions/request-options.ts";
import type { SendDtmfTonesRequest } from "./actions/send-dtmf-tones-body.ts";
import type { SentOperation } from "./actions/sent-operation.ts";
import { type Credential, createTokenSource } from "./auth/access-token.ts";
import { parseGraphEndpoint } from "./auth/graph-endpoint.ts";
import { RequestDeadline } from "./delivery/request-deadline.ts";
import { createObserver } from "./telemetry/observer.ts";
import { createHttpTransport } from "./transport/create-http-transport.ts";
import { createExchange } from "./transport/exchange.ts";

/** The options of {@link createDtmfClient}. */
export interface DtmfClientOptions {
  credential: Credential;
  /** The operation tracker of `@graph-dtmf/notifications`. Without it `completion()` rejects with `no_watcher`. */
  operations?: OperationWatcher;
  /** The address of Graph without the API version. Default `https://graph.microsoft.com`. */
  baseUrl?: string;
  /** The API version. Default `v1.0`. */
  version?: "v1.0" | "beta";
  /** The scopes of tokens. Default `<origin of baseUrl>/.default`. For a loopback base URL: the scope of Graph. */
  scopes?: readonly string[];
  /** Hosts, besides loopback hosts, to which requests and their tokens may be sent over http. */
  allowHttpHosts?: readonly string[];
  /** Makes the connections, for example through a proxy. The caller closes it. */
  agent?: Agent;
  /** The time limit for the response after a request was sent, in milliseconds. Default 30,000. */
  responseTimeoutMs?: number;
  /** Receives a debug line for every attempt and a warning for every unknown delivery: ids, counts and codes, no tones. */
  logger?: Logger;
  /**
   * Receives a span for every request (`graph_dtmf.sendDtmfTones` and so on), its duration, and the number of resends. Ids
   * are in spans only, tones nowhere. A tracer and a meter of OpenTelemetry fit.
   */
  telemetry?: Telemetry;
  /** The clock, for tests. */
  clock?: Clock;
}

/** `sendDtmfTones` for the holder of a call's lock. */
export type LockedSend = (
  request: SendDtmfTonesRequest,
  options?: RequestOptions,
) => Promise<SentOperation<SendDtmfTonesOperation>>;

/** Sends DTMF tones and other requests to the calls of a bot. */
export interface DtmfClient {
  readonly calls: Calls;
  /**
   * Sends DTMF tones in a call, in the given order, at most once.
   *
   * Resolves when Graph has accepted the request. The tones may still be playing: `completion()` of the result resolves
   * with their outcome. Several requests to one call are sent one after the other.
   *
   * @throws InvalidTonesError, InvalidRequestError before anything is sent.
   * @throws GraphRequestError if Graph refused the request, NotSentError if no connection could be made. No tone was
   * sent.
   * @throws DeliveryUnknownError if tones may have been sent or not. The request is not sent again. `completion()` of the
   * error still resolves if Graph reports the outcome.
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
   * Subscribes to the keys that people press in a call. Graph reports them in notifications.
   *
   * It needs the permission Calls.AccessMedia.All and media that the service hosts.
   *
   * @see Graph v1.0, call: subscribeToTone
   */
  subscribeToTone(
    callId: string,
    request?: MediaActionRequest,
    options?: RequestOptions,
  ): Promise<SentOperation<SubscribeToToneOperation>>;
  /**
   * Plays sounds in a call, at most once, in order with the other media actions of the call.
   *
   * @see Graph v1.0, call: playPrompt
   */
  playPrompt(
    callId: string,
    request: PlayPromptRequest,
    options?: RequestOptions,
  ): Promise<SentOperation<PlayPromptOperation>>;
  /**
   * Stops all media operations of a call, those that play and those that are queued. It is sent without waiting for other
   * media actions.
   *
   * Documented for prompts and recordings. That it also stops tones is our assumption.
   *
   * @see Graph v1.0, call: cancelMediaProcessing
   */
  cancelMediaProcessing(
    callId: string,
    request?: MediaActionRequest,
    options?: RequestOptions,
  ): Promise<SentOperation<CancelMediaProcessingOperation>>;
  /**
   * Gets an operation from Graph. Use it only as a last resort: Graph's schema has this resource, but no page of the
   * documentation describes it, and no report confirms that it works.
   *
   * @throws DtmfError `not_supported` for 404, 405 and 501, which say nothing about the operation.
   */
  getOperation(callId: string, operationId: string, options?: RequestOptions): Promise<CommsOperation>;
  /**
   * Runs an action while it holds the lock of a call. Only tones that the action sends with its `send` parameter are sent
   * meanwhile; other media actions of the call wait until the action ends. A `send` after that rejects with
   * `invalid_request`, because it would not hold the lock.
   */
  withCallLock<T>(callId: string, action: (send: LockedSend) => Promise<T>, options?: RequestOptions): Promise<T>;
  /** Ends waiting requests with `closed`, waits for requests in flight, and closes idle connections. */
  close(): Promise<void>;
}

const DEFAULT_RESPONSE_TIMEOUT_MS = 30_000;

/**
 * Creates a client.
 *
 * @throws TypeError for invalid options, for example no credential, or a base URL that is neither https nor allowed.
 */
export function createDtmfClient(options: DtmfClientOptions): DtmfClient {
  const { baseUrl, scopes } = parseGraphEndpoint(options);
  const clock = options.clock ?? systemClock;
  const { version = "v1.0", responseTimeoutMs = DEFAULT_RESPONSE_TIMEOUT_MS } = options;
  if (version !== "v1.0" && version !== "beta") throw new TypeError("version must be v1.0 or beta");
  if (!(responseTimeoutMs > 0)) throw new TypeError("responseTimeoutMs must be greater than 0");
  const transport = createHttpTransport({ clock, responseTimeoutMs, agent: options.agent });
  const closing = new AbortController();
  const context: MediaActionContext = {
    exchange: createExchange({ baseUrl, version, transport }),
    tokens: createTokenSource(options.credential, scopes),
    clock,
    locks: new CallLocks(),
    operations: options.operations,
    observer: createObserver({ clock, baseUrl, telemetry: options.telemetry, logger: options.logger }),
    createDeadline: (requestOptions) =>
      new RequestDeadline({ clock, closing: closing.signal, ...checkRequestOptions(requestOptions) }),
  };
  return {
    calls: createCalls(context),
    sendDtmfTones: (callId, request, requestOptions) =>
      performMediaAction(() => createSendDtmfTonesAction(callId, request), context, requestOptions),
    subscribeToTone: (callId, request, requestOptions) =>
      performMediaAction(() => createSubscribeToToneAction(callId, request), context, requestOptions),
    playPrompt: (callId, request, requestOptions) =>
      performMediaAction(() => createPlayPromptAction(callId, request), context, requestOptions),
    cancelMediaProcessing: (callId, request, requestOptions) =>
      performMediaAction(() => createCancelMediaProcessingAction(callId, request), context, requestOptions),
    getOperation: (callId, operationId, requestOptions) =>
      getOperation({ callId, operationId }, context, requestOptions),
    withCallLock: async (callId, action, requestOptions = {}) => {
      const deadline = context.createDeadline(requestOptions);
      // Sends inside the action have locks of their own, so they keep their order even if they are not awaited.
      const lockedContext = { ...context, locks: new CallLocks() };
      let isHeld = true;
      const send: LockedSend = async (request, sendOptions) => {
        if (!isHeld) throw new InvalidRequestError("the lock of the call is released: await each send in the action");
        return performMediaAction(() => createSendDtmfTonesAction(callId, request), lockedContext, sendOptions);
      };
      return withCallLock(callId, { locks: context.locks, deadline }, async () => {
        try {
          return await action(send);
        } finally {
          isHeld = false;
        }
      });
    },
    async close() {
      closing.abort();
      await transport.close();
    },
  };
}

import { type Clock, type CommsOperation, DtmfError, type PendingOperation } from "@graph-dtmf/models";
import type { TokenRequest, TokenSource } from "../auth/access-token.ts";
import { parseClaimsChallenge } from "../auth/claims-challenge.ts";
import type { Observation } from "../telemetry/request-observation.ts";
import type { Exchange, GraphRequest } from "../transport/exchange.ts";
import { type ClassifiedResponse, classifyResponse } from "./classify-response.ts";
import { DeadlineExceededError, type RequestDeadline } from "./request-deadline.ts";
import type { ResponseReader } from "./response-readers.ts";
import { retryDelayMs } from "./retry.ts";

/** The parts of a client that send its requests. */
export interface SendContext {
  exchange: Exchange;
  tokens: TokenSource;
  clock: Clock;
}

/** A request with everything that its attempts have in common. */
export interface OutgoingRequest<T> {
  request: Pick<GraphRequest, "method" | "path" | "body">;
  /** The same for every attempt. */
  clientRequestId: string;
  read: ResponseReader<T>;
  /** Whether a second execution is harmless. */
  idempotent: boolean;
  tenantId?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Receives notifications about the operation, if the request starts one. */
  pending?: PendingOperation | undefined;
  observation: Observation;
}

/**
 * The classified response of the last attempt, or `confirmed`: a notification about the operation arrived before the next
 * attempt, so Graph has accepted the request.
 */
export type SendResult<T> = ClassifiedResponse<T> | { kind: "confirmed"; operation: CommsOperation };

/**
 * Sends a request until Graph accepts it, refuses it, or may have executed it. Retries follow {@link retryDelayMs}, and
 * stop when a notification about the operation arrives or its call ends.
 *
 * @throws DtmfError `aborted`, `closed` or `token_unavailable`, only while nothing can have been executed.
 */
export async function sendWithRetry<T>(
  outgoing: OutgoingRequest<T>,
  context: SendContext,
  deadline: RequestDeadline,
): Promise<SendResult<T>> {
  const { pending } = outgoing;
  let last: ClassifiedResponse<T> | undefined;
  let challenge: { token: string; claims: string | undefined } | undefined;
  for (let attempts = 1; ; attempts++) {
    const token = await getToken(outgoing, context, { deadline, claims: challenge?.claims });
    // No await between these checks and the exchange: a notification could arrive in between.
    deadline.throwIfAborted();
    if (last) {
      if (token === challenge?.token) return last;
      if (pending?.operation) return { kind: "confirmed", operation: pending.operation };
      if (pending?.outcome) return last;
    }
    const result = await context.exchange(toGraphRequest(outgoing, token, deadline));
    outgoing.observation.recordAttempt(result);
    const classified = classifyResponse(result, outgoing.read);
    if (classified.kind === "notSent") deadline.throwIfAborted();
    last = classified;
    if (isUnauthorized(classified) && !challenge) {
      challenge = { token, claims: parseClaimsChallenge(classified.response.headers?.["www-authenticate"]) };
      continue;
    }
    const state = { attempts, idempotent: outgoing.idempotent, nowMs: context.clock.now() };
    const delayMs = retryDelayMs(classified, state);
    if (delayMs === undefined || delayMs >= deadline.remainingMs) return classified;
    await sleepUnlessSettled(delayMs, deadline, pending);
    // Checked before a token is requested for an attempt that is not needed any more.
    if (pending?.operation) return { kind: "confirmed", operation: pending.operation };
    if (pending?.outcome) return classified;
  }
}

async function getToken<T>(
  { tenantId }: OutgoingRequest<T>,
  { tokens }: SendContext,
  { deadline, claims }: { deadline: RequestDeadline; claims: string | undefined },
): Promise<string> {
  const request: TokenRequest = {
    ...(tenantId !== undefined && { tenantId }),
    ...(claims !== undefined && { claims }),
  };
  try {
    return await deadline.waitFor(tokens(request));
  } catch (cause) {
    if (!(cause instanceof DeadlineExceededError)) throw cause;
    throw new DtmfError("token_unavailable", "the credential provided no token within the request's timeoutMs", {
      cause,
    });
  }
}

function toGraphRequest<T>(
  { request, clientRequestId, signal }: OutgoingRequest<T>,
  token: string,
  deadline: RequestDeadline,
): GraphRequest {
  const headers = {
    authorization: `Bearer ${token}`,
    accept: "application/json",
    "client-request-id": clientRequestId,
  };
  return { ...request, headers, connectTimeoutMs: deadline.remainingMs, ...(signal && { signal }) };
}

function isUnauthorized<T>(
  classified: ClassifiedResponse<T>,
): classified is ClassifiedResponse<T> & { kind: "refused" } {
  return classified.kind === "refused" && classified.response.status === 401;
}

async function sleepUnlessSettled(
  ms: number,
  deadline: RequestDeadline,
  pending: PendingOperation | undefined,
): Promise<void> {
  const slept = new AbortController();
  const settled = pending?.completion({ signal: slept.signal }) ?? new Promise<never>(() => {});
  // The completion rejects when its signal is aborted below. That must not end a sleep, nor be an unhandled rejection.
  const wake = settled.catch(() => new Promise<never>(() => {}));
  try {
    await deadline.sleep(ms, wake);
  } finally {
    slept.abort();
  }
}

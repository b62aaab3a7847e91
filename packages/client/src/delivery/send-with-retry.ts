import { type Clock, type CommsOperation, DtmfError, type PendingOperation } from "@graph-dtmf/models";
import type { TokenRequest, TokenSource } from "../auth/access-token.ts";
import type { Observation } from "../observer.ts";
import type { Exchange, GraphRequest } from "../transport/exchange.ts";
import { type AnswerReader, type Verdict, verdictOf } from "./classify-response.ts";
import { OutOfTime, type Patience } from "./request-deadline.ts";
import { challengedClaims, retryDelayMs } from "./retry.ts";

/** What every request of a client goes through. */
export interface Line {
  exchange: Exchange;
  tokens: TokenSource;
  clock: Clock;
}

/** One thing asked of Graph. */
export interface Ask<T> {
  request: Pick<GraphRequest, "method" | "path" | "body">;
  /** The same for every attempt. */
  clientRequestId: string;
  read: AnswerReader<T>;
  /** Whether it does no harm to do it twice. */
  idempotent: boolean;
  tenantId?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Where notifications about it are heard. */
  pending?: PendingOperation | undefined;
  observation: Observation;
}

/** What became of what was asked: as its last attempt tells, or as a notification told before another was made. */
export type Delivery<T> = Verdict<T> | { kind: "heard"; operation: CommsOperation };

/**
 * Sends until Graph took or refused the request, or may have taken it; only what was certainly not executed is sent
 * again, and never once a notification about it was heard or its call has ended.
 *
 * @throws DtmfError `aborted`, `closed` or `token_unavailable`, while nothing can have been executed.
 */
export async function deliver<T>(ask: Ask<T>, line: Line, patience: Patience): Promise<Delivery<T>> {
  let last: Verdict<T> | undefined;
  let challenge: { token: string; claims: string | undefined } | undefined;
  for (let attempts = 1; ; attempts++) {
    const token = await getToken(ask, line, { patience, claims: challenge?.claims });
    // Nothing is awaited between these looks and the sending.
    patience.check();
    if (last) {
      if (token === challenge?.token) return last;
      if (ask.pending?.operation) return { kind: "heard", operation: ask.pending.operation };
      if (ask.pending?.outcome) return last;
    }
    const exchanged = await line.exchange(requestOf(ask, token, patience));
    ask.observation.attempted(exchanged);
    const verdict = verdictOf(exchanged, ask.read);
    if (verdict.kind === "notSent") patience.check();
    last = verdict;
    if (isUnauthorized(verdict) && !challenge) {
      challenge = { token, claims: challengedClaims(verdict.answer.headers?.["www-authenticate"]) };
      continue;
    }
    const delayMs = retryDelayMs(verdict, { attempts, idempotent: ask.idempotent, nowMs: line.clock.now() });
    if (delayMs === undefined || delayMs >= patience.leftMs) return verdict;
    await sleepListening(delayMs, patience, ask.pending);
    // Whoever was heard of meanwhile needs no other token.
    if (ask.pending?.operation) return { kind: "heard", operation: ask.pending.operation };
    if (ask.pending?.outcome) return verdict;
  }
}

async function getToken<T>(
  ask: Ask<T>,
  line: Line,
  { patience, claims }: { patience: Patience; claims: string | undefined },
): Promise<string> {
  const request: TokenRequest = {
    ...(ask.tenantId !== undefined && { tenantId: ask.tenantId }),
    ...(claims !== undefined && { claims }),
  };
  try {
    return await patience.until(line.tokens(request));
  } catch (cause) {
    if (!(cause instanceof OutOfTime)) throw cause;
    throw new DtmfError("token_unavailable", "the credential gave no token in time", { cause });
  }
}

function requestOf<T>({ request, clientRequestId, signal }: Ask<T>, token: string, patience: Patience): GraphRequest {
  const headers = {
    authorization: `Bearer ${token}`,
    accept: "application/json",
    "client-request-id": clientRequestId,
  };
  return { ...request, headers, connectWithinMs: patience.leftMs, ...(signal && { signal }) };
}

function isUnauthorized<T>(verdict: Verdict<T>): verdict is Verdict<T> & { kind: "refused" } {
  return verdict.kind === "refused" && verdict.answer.status === 401;
}

async function sleepListening(ms: number, patience: Patience, pending: PendingOperation | undefined): Promise<void> {
  const awake = new AbortController();
  const settled = pending?.completion({ signal: awake.signal }) ?? new Promise<never>(() => {});
  // It rejects when we stop listening, which is no news.
  const wake = settled.catch(() => new Promise<never>(() => {}));
  try {
    await patience.sleep(ms, wake);
  } finally {
    awake.abort();
  }
}

import type { GraphAction } from "../http/route.ts";

/** One received request, without body, token and tones. */
export interface ReceivedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The action, if the URL has one. */
  readonly action?: GraphAction | "token";
  readonly callId?: string;
  /** The status of the response; absent before it. */
  readonly status?: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** An entry whose members are added while the request is handled. */
export type JournalEntry = { -readonly [Member in keyof ReceivedRequest]: ReceivedRequest[Member] };

/** The most requests in the journal. */
const MAX_REQUESTS = 10_000;

/** The received requests, newest last. */
export class RequestJournal {
  readonly entries: ReceivedRequest[] = [];

  add(entry: JournalEntry): JournalEntry {
    this.entries.push(entry);
    if (this.entries.length > MAX_REQUESTS) this.entries.shift();
    return entry;
  }

  clear(): void {
    this.entries.length = 0;
  }
}

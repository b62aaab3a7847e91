import type { GraphAction } from "../http/route.ts";

/** One request that arrived. It never holds a body, a token or a tone. */
export interface ReceivedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** What was asked for, where the address said so. */
  readonly action?: GraphAction | "token";
  readonly callId?: string;
  /** Of the answer; absent until there is one. */
  readonly status?: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** An entry to which is added what becomes known. */
export type JournalEntry = { -readonly [Member in keyof ReceivedRequest]: ReceivedRequest[Member] };

/** How many requests are remembered. */
const MAX_REQUESTS = 10_000;

/** What arrived, the newest last. */
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

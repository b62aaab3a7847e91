/** What is sent back for a request. */
export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** A text is sent as HTML, anything else as JSON; nothing is sent where it is absent. */
  body?: unknown;
  /** The connection is reset: before any of the answer was sent, or in its middle. */
  cut?: "before" | "middle";
}

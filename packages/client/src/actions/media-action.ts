import type { OperationKind } from "@graph-dtmf/models";

/** A request that starts a media operation. Graph reports the end of the operation in a notification. */
export interface MediaAction {
  callId: string;
  /** The last part of the path, in Graph's spelling. */
  name: string;
  kind: OperationKind;
  /** The body without the clientContext. */
  body: object;
  clientContext?: string | undefined;
  /** The expected duration of the operation after Graph has accepted it, in milliseconds. */
  expectedMs: number;
  /** Whether the request is sent only after the responses to earlier media actions of the call. */
  needsLock: boolean;
}

import { type DtmfClient, GraphRequestError } from "@graph-dtmf/client";
import { expect, test } from "vitest";
import { CallMedia } from "./call-media.ts";

test.each([
  [404, 0],
  [500, 1],
])(
  "a cancel that is answered with %i is told of %i times: in a call that is over nothing plays",
  async (status, times) => {
    const failures: unknown[] = [];
    const refusal = new GraphRequestError({ status, message: "no", graphCodes: [], retryable: false });
    const media = new CallMedia({
      callId: "call",
      dtmf: { cancelMediaProcessing: () => Promise.reject(refusal) } as unknown as DtmfClient,
      ours: () => ({}),
      failed: (error) => failures.push(error),
    });
    await media.cancel();
    expect(failures).toHaveLength(times);
  },
);

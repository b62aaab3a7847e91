import { type DtmfClient, GraphRequestError } from "@graph-dtmf/client";
import { expect, test } from "vitest";
import { CallMedia } from "./call-media.ts";

test.each([
  [404, 0],
  [500, 1],
])(
  "reports a cancel request that is answered with %i %i times: a call that has ended plays nothing",
  async (status, times) => {
    const failures: unknown[] = [];
    const refusal = new GraphRequestError({ status, message: "no", graphCodes: [], retryable: false });
    const media = new CallMedia({
      callId: "call",
      dtmf: { cancelMediaProcessing: () => Promise.reject(refusal) } as unknown as DtmfClient,
      requestOptions: () => ({}),
      onError: (error) => failures.push(error),
    });
    await media.cancel();
    expect(failures).toHaveLength(times);
  },
);

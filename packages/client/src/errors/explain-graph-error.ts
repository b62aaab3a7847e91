/** What Graph's refusal means to the people who run a bot. */
export interface RefusalExplanation {
  /** One sentence that an operator understands. */
  reason: string;
  /** What to do about it. */
  advice: string;
}

/** What is known of a refusal. */
export interface Refused {
  /** HTTP status. */
  status: number;
  /** Graph's codes, from the outermost to the innermost. */
  graphCodes: readonly string[];
  /** Graph's text, by which alone some refusals can be told. */
  message: string;
}

const OTHER_TENANT: RefusalExplanation = {
  reason: "The token is of another tenant than the call.",
  advice: "Give tenantId with the request, and have the credential get a token of that very tenant, not of /common.",
};

/** The codes of the calling service. None of them is documented: their texts are what developers report. */
const BY_CODE: Readonly<Record<string, RefusalExplanation>> = {
  "7503": {
    reason: "The calling service does not know this application as a bot.",
    advice:
      "Register an Azure bot for the application, with the Teams channel and calling switched on; it can take some minutes to be known.",
  },
  "7504": {
    reason: "The application may not do this in the tenant of the call.",
    advice:
      "Have an administrator of that tenant consent to the application permission that is needed: Calls.Initiate.All to call, Calls.JoinGroupCall.All for meetings, Calls.AccessMedia.All to hear keys.",
  },
  "7505": OTHER_TENANT,
  "8522": {
    reason: "There is no such call: it is over, or it is not this application's.",
    advice:
      "Stop using this call. Right after an incoming call, try again within its 15 seconds: it may not be known everywhere yet.",
  },
  "9999": {
    reason: "The calling service failed inside; it says so of tones in calls whose media the bot itself hosts, too.",
    advice:
      "Check that the call is established and was made or answered with media hosted by the service; if it was, give the request id to Microsoft's support.",
  },
};

/** Refusals that have no code of their own. */
const BY_TEXT: readonly (RefusalExplanation & { text: RegExp })[] = [
  {
    text: /monthly call creation limit/i,
    reason: "The application has made as many calls this month as it may: 10,000, joined meetings included.",
    advice: "Wait for the next month, or ask Microsoft for a higher limit.",
  },
  { text: /tenant mismatch/i, ...OTHER_TENANT },
];

const BY_STATUS: Readonly<Record<number, RefusalExplanation>> = {
  400: {
    reason: "Graph did not understand the request, or cannot do it in the state that the call is in.",
    advice: "Read Graph's text in the message; check that the call is established.",
  },
  401: {
    reason: "Graph did not accept the token, nor the one that it was given after asking for another.",
    advice: "Check the application's id, its secret or certificate, the tenant, and the clock of this machine.",
  },
  403: {
    reason: "The application may not do this.",
    advice:
      "Check its application permissions, an administrator's consent to them in the tenant of the call, and that the token is of that tenant.",
  },
  404: {
    reason: "Graph does not find what the request names.",
    advice: "The call is over, or its id is wrong: stop using it.",
  },
  429: {
    reason: "The application asks too much of Graph, and the time given was too short to wait.",
    advice: "Wait for retryAfterMs, then try again; send less, or give requests a longer timeoutMs.",
  },
  503: {
    reason: "The service is overloaded or under maintenance, and did not take the request.",
    advice: "Wait for retryAfterMs, then try again.",
  },
};

/** Explains why Graph refused a request: by its code, by its text where it has no code, else by its HTTP status. */
export function explainRefusal({ status, graphCodes, message }: Refused): RefusalExplanation {
  const known = byCode(graphCodes) ?? BY_TEXT.find(({ text }) => text.test(message));
  const { reason, advice } = known ?? BY_STATUS[status] ?? byClass(status);
  return { reason, advice };
}

/** Explains why nobody knows what became of a request: as far as Graph says, and never so that it is sent again. */
export function explainUnknown(graphCodes: readonly string[]): RefusalExplanation {
  const known = byCode(graphCodes);
  const advice = "Do not send it again: completion() tells if Graph reports on it.";
  if (!known) return { reason: "No answer tells what became of the request.", advice };
  return { reason: known.reason, advice: `${advice} ${known.advice}` };
}

function byCode(graphCodes: readonly string[]): RefusalExplanation | undefined {
  const code = graphCodes.findLast((one) => Object.hasOwn(BY_CODE, one));
  return code === undefined ? undefined : BY_CODE[code];
}

function byClass(status: number): RefusalExplanation {
  if (status < 400) {
    return {
      reason: "Graph, or something before it, sent the request elsewhere; it is not sent on.",
      advice: "Check baseUrl, and what stands between this machine and Graph.",
    };
  }
  return status < 500
    ? { reason: "Graph refused the request.", advice: "Read Graph's code and text in the message." }
    : { reason: "Graph failed.", advice: "If it goes on, give the request id to Microsoft's support." };
}

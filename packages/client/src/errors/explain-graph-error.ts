/** Why a request failed, and what an operator can do. */
export interface GraphErrorExplanation {
  /** The reason, in one sentence. */
  reason: string;
  /** The next step. */
  advice: string;
}

/** The parts of a Graph error that an explanation depends on. */
interface GraphErrorFacts {
  /** HTTP status. */
  status: number;
  /** Graph's codes, from the outermost to the innermost. */
  graphCodes: readonly string[];
  /** Graph's text. Some errors are distinguishable only by their text. */
  message: string;
}

const OTHER_TENANT: GraphErrorExplanation = {
  reason: "The token belongs to another tenant than the call.",
  advice: "Set tenantId in the request, and let the credential get a token of that tenant, not of /common.",
};

/** Codes of the calling service. They are not documented: the explanations follow reports of developers. */
const BY_CODE: Readonly<Record<string, GraphErrorExplanation>> = {
  "7503": {
    reason: "The calling service has no bot for this application.",
    advice:
      "Register an Azure bot for the application, with the Teams channel and calling enabled. The registration can take some minutes to become effective.",
  },
  "7504": {
    reason: "The application lacks a permission in the tenant of the call.",
    advice:
      "Let an administrator of that tenant consent to the application permission: Calls.Initiate.All to call, Calls.JoinGroupCall.All to join meetings, Calls.AccessMedia.All to receive keys.",
  },
  "7505": OTHER_TENANT,
  "8522": {
    reason: "There is no such call: it has ended, or it belongs to another application.",
    advice:
      "Stop using this call. For a new incoming call, try again within its 15 seconds: the call may not be available everywhere yet.",
  },
  "9999": {
    reason:
      "The calling service failed internally. It also returns this code for tones in calls with media that the bot hosts.",
    advice:
      "Check that the call is established and was created or answered with media hosted by the service. If so, give the request id to Microsoft support.",
  },
};

/** Errors without a code of their own. */
const BY_TEXT: readonly (GraphErrorExplanation & { text: RegExp })[] = [
  {
    text: /monthly call creation limit/i,
    reason: "The application has reached its monthly limit of 10,000 calls, including joined meetings.",
    advice: "Wait for the next month, or request a higher limit from Microsoft.",
  },
  { text: /tenant mismatch/i, ...OTHER_TENANT },
];

const BY_STATUS: Readonly<Record<number, GraphErrorExplanation>> = {
  400: {
    reason: "Graph did not understand the request, or the state of the call does not allow it.",
    advice: "Read Graph's text in the message, and check that the call is established.",
  },
  401: {
    reason: "Graph accepted neither the token nor the new token after a challenge.",
    advice: "Check the application id, its secret or certificate, the tenant, and the clock of this machine.",
  },
  403: {
    reason: "The application is not allowed to do this.",
    advice:
      "Check its application permissions, their consent by an administrator in the tenant of the call, and that the token belongs to that tenant.",
  },
  404: {
    reason: "Graph found no resource for the ids in the request.",
    advice: "The call is over or its id is wrong: stop using it.",
  },
  429: {
    reason: "The application sends too many requests, and timeoutMs was too short to wait.",
    advice: "Wait for retryAfterMs, then try again. Send fewer requests, or set a longer timeoutMs.",
  },
  503: {
    reason: "The service is overloaded or in maintenance, and did not execute the request.",
    advice: "Wait for retryAfterMs, then try again.",
  },
};

/** Explains why Graph refused a request: by code, by text if no code is in the table, otherwise by HTTP status. */
export function explainGraphError({ status, graphCodes, message }: GraphErrorFacts): GraphErrorExplanation {
  const found = findByCode(graphCodes) ?? BY_TEXT.find(({ text }) => text.test(message));
  const { reason, advice } = found ?? BY_STATUS[status] ?? explainStatusClass(status);
  return { reason, advice };
}

/** Explains an unknown delivery. The advice always starts with not to send the request again. */
export function explainUnknownDelivery(graphCodes: readonly string[]): GraphErrorExplanation {
  const found = findByCode(graphCodes);
  const advice = "Do not send it again: completion() resolves if Graph reports the outcome.";
  if (!found) return { reason: "No response shows whether the request was executed.", advice };
  return { reason: found.reason, advice: `${advice} ${found.advice}` };
}

function findByCode(graphCodes: readonly string[]): GraphErrorExplanation | undefined {
  const code = graphCodes.findLast((each) => Object.hasOwn(BY_CODE, each));
  return code === undefined ? undefined : BY_CODE[code];
}

function explainStatusClass(status: number): GraphErrorExplanation {
  if (status < 400) {
    return {
      reason: "A redirect sends the request elsewhere, and redirects are not followed.",
      advice: "Check baseUrl, and any proxy between this machine and Graph.",
    };
  }
  return status < 500
    ? { reason: "Graph refused the request.", advice: "Read Graph's code and text in the message." }
    : { reason: "Graph failed.", advice: "If it continues, give the request id to Microsoft support." };
}

import type { Simulator } from "../index.ts";
import type { RecordingBot } from "./recording-bot.ts";

/** A response with its parsed body. */
export interface Reply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a client without our types.
  body: any;
}

/** A client of Graph that uses only fetch, and the API as Microsoft documents it. */
export class FetchClient {
  readonly simulator: Simulator;
  readonly bot: RecordingBot;
  token = "";

  constructor(simulator: Simulator, bot: RecordingBot) {
    this.simulator = simulator;
    this.bot = bot;
  }

  async authenticate(): Promise<this> {
    const reply = await this.requestToken();
    this.token = reply.body.access_token;
    return this;
  }

  async requestToken(
    overrides: Record<string, string> = {},
    tokenUrl: string = this.simulator.tokenUrl,
  ): Promise<Reply> {
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: this.simulator.appId,
      client_secret: this.simulator.clientSecret,
      scope: "https://graph.microsoft.com/.default",
      ...overrides,
    });
    for (const [name, value] of [...form]) if (value === "") form.delete(name);
    return await parseReply(await fetch(tokenUrl, { method: "POST", body: form }));
  }

  /** Sends a request to Graph. A body that is no string is sent as JSON. */
  async request(
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Reply> {
    const { body, headers } = options;
    const response = await fetch(`${this.simulator.url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json", ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return await parseReply(response);
  }

  createCallBody(changed: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      "@odata.type": "#microsoft.graph.call",
      callbackUri: this.bot.callbackUri,
      tenantId: this.simulator.tenantId,
      requestedModalities: ["audio"],
      mediaConfig: { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
      targets: [
        {
          "@odata.type": "#microsoft.graph.invitationParticipantInfo",
          identity: {
            "@odata.type": "#microsoft.graph.identitySet",
            user: { "@odata.type": "#microsoft.graph.identity", id: "112f7296-5fa4-42ca-bae8-6a692b15d4b8" },
          },
        },
      ],
      ...changed,
    };
  }

  async createCall(changed: Record<string, unknown> = {}): Promise<string> {
    const { body } = await this.request("POST", "/v1.0/communications/calls", { body: this.createCallBody(changed) });
    return body.id;
  }

  /** Sends a sendDtmfTones request. */
  sendTones(callId: string, body: unknown): Promise<Reply> {
    return this.request("POST", `/v1.0/communications/calls/${callId}/sendDtmfTones`, { body });
  }
}

async function parseReply(response: Response): Promise<Reply> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

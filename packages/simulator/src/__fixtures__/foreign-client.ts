import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import { type Simulator, type SimulatorOptions, startSimulator } from "../index.ts";
import { Bot } from "./bot.ts";

/** An answer, read. */
export interface Reply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a foreign client's view of JSON.
  body: any;
}

/** A client that knows nothing of graph-dtmf: fetch, and what the documentation says. */
export class ForeignClient {
  readonly simulator: Simulator;
  readonly bot: Bot;
  token = "";

  constructor(simulator: Simulator, bot: Bot) {
    this.simulator = simulator;
    this.bot = bot;
  }

  async authenticate(): Promise<this> {
    const reply = await this.askToken();
    this.token = reply.body.access_token;
    return this;
  }

  async askToken(changed: Record<string, string> = {}, tokenUrl: string = this.simulator.tokenUrl): Promise<Reply> {
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: this.simulator.appId,
      client_secret: this.simulator.clientSecret,
      scope: "https://graph.microsoft.com/.default",
      ...changed,
    });
    for (const [name, value] of [...form]) if (value === "") form.delete(name);
    return await read(await fetch(tokenUrl, { method: "POST", body: form }));
  }

  /** Asks Graph; a body that is no string is sent as JSON. */
  async ask(
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
    return await read(response);
  }

  callBody(changed: Record<string, unknown> = {}): Record<string, unknown> {
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
    const { body } = await this.ask("POST", "/v1.0/communications/calls", { body: this.callBody(changed) });
    return body.id;
  }

  /** Sends tones to a call. */
  send(callId: string, body: unknown): Promise<Reply> {
    return this.ask("POST", `/v1.0/communications/calls/${callId}/sendDtmfTones`, { body });
  }
}

/** A simulator with a clock that stands still, a bot, and a client that has a token. */
export interface Scene {
  simulator: Simulator;
  bot: Bot;
  client: ForeignClient;
  clock: ManualClock;
  /** A call that was picked up, and of which the bot knows. */
  establishedCall(): Promise<string>;
  close(): Promise<void>;
}

export async function openScene(options: SimulatorOptions = {}): Promise<Scene> {
  const clock = createManualClock();
  const [simulator, bot] = await Promise.all([
    startSimulator({ clock, callbackTimeoutMs: 60_000, ...options }),
    Bot.open(),
  ]);
  const client = await new ForeignClient(simulator, bot).authenticate();
  return {
    simulator,
    bot,
    client,
    clock,
    async establishedCall() {
      const callId = await client.createCall();
      await clock.advance(500);
      await bot.until(
        ({ resourceUrl, resourceData }) => resourceUrl.endsWith(callId) && resourceData.state === "established",
      );
      return callId;
    },
    async close() {
      await Promise.all([simulator.close(), bot.close()]);
    },
  };
}

async function read(response: Response): Promise<Reply> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

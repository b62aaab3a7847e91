import { randomUUID } from "node:crypto";
import { normalizeId } from "@graph-dtmf/models";
import { Outbox, type OutboxContext } from "../callbacks/outbox.ts";
import { badRequest, callNotFound } from "../http/graph-error.ts";
import { type CallProperties, createBotIdentity, toSource, toTarget } from "../schema/call-resource.ts";
import type { CreateCallBody } from "../schema/create-call-body.ts";
import { type BoundFarEnd, CallSession } from "./call-session.ts";
import { type FarEndFactory, type FarEndOption, toFarEndFactory } from "./far-end-option.ts";
import { createFarEndView } from "./far-end-view.ts";

/** What creating calls needs. */
interface CallsOptions extends OutboxContext {
  appId: string;
  tenantId: string;
  /** The far end of the bot's own calls. */
  farEnd: FarEndOption | undefined;
}

/** All calls since the last reset, also ended ones. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #farEnd: FarEndFactory;
  readonly #calls = new Map<string, CallSession>();

  constructor(options: CallsOptions) {
    this.#options = options;
    this.#farEnd = toFarEndFactory(options.farEnd);
  }

  /** Creates a call of the bot. */
  createOutgoing(body: CreateCallBody, scenarioId: string | undefined): CallSession {
    const { callbackUri, mediaConfig, requestedModalities, subject, chatInfo, meetingInfo } = body;
    return this.#add(
      {
        ...this.#newProperties(body.callChainId),
        direction: "outgoing",
        callbackUri,
        mediaConfig,
        requestedModalities,
        source: body.source ?? toSource(createBotIdentity(this.#options.appId)),
        targets: body.targets.map(toTarget),
        ...(subject !== undefined && { subject }),
        ...(chatInfo && { chatInfo }),
        ...(meetingInfo && { meetingInfo }),
      },
      { scenarioId, farEnd: this.#farEnd },
    );
  }

  /** Creates a call to the bot. */
  createIncoming(
    callbackUri: string,
    from: Readonly<Record<string, unknown>>,
    farEnd: FarEndOption | undefined,
  ): CallSession {
    const properties: CallProperties = {
      ...this.#newProperties(),
      direction: "incoming",
      callbackUri,
      requestedModalities: ["audio"],
      source: toSource(from),
      targets: [toTarget({ identity: createBotIdentity(this.#options.appId) })],
    };
    return this.#add(properties, { farEnd: toFarEndFactory(farEnd) });
  }

  /** The call, also if it has ended. */
  find(id: string): CallSession | undefined {
    return this.#calls.get(normalizeId(id));
  }

  /** @throws GraphError 404 for a call that has ended or never existed. */
  getLive(id: string): CallSession {
    const call = this.find(id);
    if (!call || call.isEnded) throw callNotFound();
    return call;
  }

  /** @throws GraphError also for a call in another state. No source says how Graph answers then. */
  getInState(state: "established" | "incoming", id: string): CallSession {
    const call = this.getLive(id);
    if (call.state !== state) throw badRequest(`The call must be ${state} for this; it is ${call.state}.`);
    return call;
  }

  /** Discards all calls without any notification. */
  discardAll(): void {
    for (const call of this.#calls.values()) call.discard();
    this.#calls.clear();
  }

  #newProperties(
    callChainId: string = randomUUID(),
  ): Pick<CallProperties, "id" | "callChainId" | "myParticipantId" | "tenantId"> {
    return { id: randomUUID(), callChainId, myParticipantId: randomUUID(), tenantId: this.#options.tenantId };
  }

  #add(properties: CallProperties, { scenarioId = properties.callChainId, farEnd }: CallSetup): CallSession {
    const { id, callbackUri, callChainId, tenantId } = properties;
    const { appId, clock } = this.#options;
    const recipient = { id, callbackUri, callChainId, scenarioId, appId, tenantId };
    const outbox = new Outbox(recipient, this.#options);
    const call = new CallSession(properties, { clock, outbox, farEnd: (session) => bindFarEnd(farEnd, session) });
    this.#calls.set(id, call);
    return call;
  }
}

interface CallSetup {
  scenarioId?: string | undefined;
  farEnd: FarEndFactory;
}

/** Connects a far end with its view of the call. */
function bindFarEnd(createFarEnd: FarEndFactory, session: CallSession): BoundFarEnd {
  const call = createFarEndView(session);
  const farEnd = createFarEnd(call);
  return {
    picksUp: farEnd.picksUp ?? { afterMs: 500 },
    established: () => farEnd.established?.(call),
    heard: (tone) => farEnd.heard?.(tone, call),
  };
}

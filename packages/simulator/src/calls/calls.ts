import { randomUUID } from "node:crypto";
import { normalizeId } from "@graph-dtmf/models";
import { Outbox, type OutboxContext } from "../callbacks/outbox.ts";
import { badRequest, callNotFound } from "../http/graph-error.ts";
import { type CallProperties, createBotIdentity, toSource, toTarget } from "../schema/call-resource.ts";
import type { CreateCallBody } from "../schema/create-call-body.ts";
import { type BoundFarEnd, CallSession } from "./call-session.ts";
import { type FarEndMaker, type FarEndOption, farEndFor } from "./far-end.ts";
import { createFarEndView } from "./simulated-call.ts";

/** What calls are made of. */
export interface CallsOptions extends OutboxContext {
  appId: string;
  tenantId: string;
  /** Who is at the other end of the bot's own calls. */
  farEnd: FarEndOption | undefined;
}

/** Every call since the last reset, those that are over too. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #farEnd: FarEndMaker;
  readonly #calls = new Map<string, CallSession>();

  constructor(options: CallsOptions) {
    this.#options = options;
    this.#farEnd = farEndFor(options.farEnd);
  }

  /** A call that the bot makes. */
  outgoing(asked: CreateCallBody, scenarioId: string | undefined): CallSession {
    const { callbackUri, mediaConfig, requestedModalities, subject, chatInfo, meetingInfo } = asked;
    return this.#add(
      {
        ...this.#newProperties(asked.callChainId),
        direction: "outgoing",
        callbackUri,
        mediaConfig,
        requestedModalities,
        source: asked.source ?? toSource(createBotIdentity(this.#options.appId)),
        targets: asked.targets.map(toTarget),
        ...(subject !== undefined && { subject }),
        ...(chatInfo && { chatInfo }),
        ...(meetingInfo && { meetingInfo }),
      },
      { scenarioId, farEnd: this.#farEnd },
    );
  }

  /** A call that somebody makes to the bot. */
  incoming(
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
    return this.#add(properties, { farEnd: farEndFor(farEnd) });
  }

  /** The call, over or not. */
  find(id: string): CallSession | undefined {
    return this.#calls.get(normalizeId(id));
  }

  /** @throws GraphError 404 for a call that is over or never was. */
  live(id: string): CallSession {
    const call = this.find(id);
    if (!call || call.isOver) throw callNotFound();
    return call;
  }

  /** @throws GraphError also for a call in another state. No source says what Graph answers then. */
  inState(state: "established" | "incoming", id: string): CallSession {
    const call = this.live(id);
    if (call.state !== state) throw badRequest(`The call must be ${state} for this; it is ${call.state}.`);
    return call;
  }

  /** Forgets them all, without a word to anybody. */
  forget(): void {
    for (const call of this.#calls.values()) call.forget();
    this.#calls.clear();
  }

  #newProperties(
    callChainId: string = randomUUID(),
  ): Pick<CallProperties, "id" | "callChainId" | "myParticipantId" | "tenantId"> {
    return { id: randomUUID(), callChainId, myParticipantId: randomUUID(), tenantId: this.#options.tenantId };
  }

  #add(properties: CallProperties, { scenarioId = properties.callChainId, farEnd }: Others): CallSession {
    const { id, callbackUri, callChainId, tenantId } = properties;
    const { appId, clock } = this.#options;
    const recipient = { id, callbackUri, callChainId, scenarioId, appId, tenantId };
    const outbox = new Outbox(recipient, this.#options);
    const call = new CallSession(properties, { clock, outbox, farEnd: (session) => bind(farEnd, session) });
    this.#calls.set(id, call);
    return call;
  }
}

interface Others {
  scenarioId?: string | undefined;
  farEnd: FarEndMaker;
}

/** Tells a far end of its call, in the far end's view of it. */
function bind(make: FarEndMaker, session: CallSession): BoundFarEnd {
  const call = createFarEndView(session);
  const farEnd = make(call);
  return {
    picksUp: farEnd.picksUp ?? { afterMs: 500 },
    established: () => farEnd.established?.(call),
    heard: (tone) => farEnd.heard?.(tone, call),
  };
}

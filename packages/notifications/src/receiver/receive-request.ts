import type { BodyLimits } from "../http/body.ts";
import type { NotificationAnswer, NotificationRequest } from "../http/notification-request.ts";
import type { NotificationVerifier } from "../verification/notification-verifier.ts";
import { refusalOf, tenantOf } from "./authenticate.ts";
import { answerTo, type DeliveryPath, enter, keep, redirect } from "./dispatch.ts";
import type { Delivery } from "./notification-batch.ts";
import type { ObservedRequest, Observer } from "./observer.ts";
import { Refusal } from "./refusal.ts";
import { checkHead, notificationsOf, readBody } from "./validate-request.ts";

/** What a request goes through. */
export interface Reception {
  verifier: NotificationVerifier;
  limits: BodyLimits;
  path: DeliveryPath;
  observer: Observer | undefined;
}

/**
 * One request, from the door to its answer: the token is verified before one byte of the body is read, and what must be
 * kept is kept before it is answered. Never rejects.
 *
 * All that is waited for is waited for here: each async function more would cost as much as reading the notification.
 *
 * @param present Makes of the answer what the edge hands out; it must not throw.
 */
export async function receiveRequest<Presented>(
  request: NotificationRequest,
  reception: Reception,
  present: (answer: NotificationAnswer) => Presented,
): Promise<Presented> {
  const { verifier, limits, path, observer } = reception;
  const observed = observer?.request();
  let answer: NotificationAnswer;
  let delivery: Delivery | undefined;
  try {
    checkHead(request);
    let tenantId: string;
    try {
      tenantId = tenantOf(await verifier.verify(request.authorization));
    } catch (cause) {
      throw refusalOf(cause);
    }
    const reading = readBody(request, limits);
    delivery = enter(notificationsOf("then" in reading ? await reading : reading, tenantId), path);
    const { entries } = delivery;
    // One after the other, which costs a fraction of `Promise.all`: none of them rejects.
    for (const keeping of entries.map((entry) => keep(entry, path))) if (keeping) await keeping;
    const location = path.redirectIncoming && (await redirect(entries, path, path.redirectIncoming));
    observed?.delivered(entries);
    answer = answerTo(delivery, location, path);
    observed?.answered(answer.status);
  } catch (error) {
    delivery?.leave();
    answer = refused(error, path, observed);
  }
  return present(answer);
}

function refused(
  error: unknown,
  { reporter }: DeliveryPath,
  observed: ObservedRequest | undefined,
): NotificationAnswer {
  const refusal = error instanceof Refusal ? error : new Refusal("failed", { cause: error });
  reporter.refused(refusal);
  observed?.answered(refusal.answer.status, refusal.reason);
  return refusal.answer;
}

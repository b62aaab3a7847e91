import type { BodyLimits, BodyReading } from "./body.ts";
import type { Due } from "./deadlines.ts";

/** Reads a body of declared length at once. What comes too late is not read by anybody; it is no more than was declared. */
export function readWhole(request: Pick<Request, "text">, limits: BodyLimits): Promise<BodyReading> {
  return new Promise((resolve) => {
    const body = new WholeBody(limits, resolve);
    request.text().then(
      (text) => body.came(text),
      (error) => body.failed(error),
    );
  });
}

/** A body that is on its way. */
class WholeBody implements Due {
  dueWith: Due["dueWith"];
  dueBefore: Due | undefined;
  dueAfter: Due | undefined;
  readonly #limits: BodyLimits;
  readonly #resolve: (reading: BodyReading) => void;

  constructor(limits: BodyLimits, resolve: (reading: BodyReading) => void) {
    this.#limits = limits;
    this.#resolve = resolve;
    limits.deadlines.set(this, limits.clock.now() + limits.timeoutMs);
  }

  came(text: string): void {
    // No text has more characters than it had bytes.
    this.#finish(text.length > this.#limits.maxBytes ? { fault: "tooLarge" } : { body: text });
  }

  failed(error: unknown): void {
    // As the standard has it for a body that somebody else reads.
    this.#finish({ fault: error instanceof TypeError ? "alreadyRead" : "incomplete" });
  }

  due(): void {
    this.#resolve({ fault: "tooSlow" });
  }

  #finish(reading: BodyReading): void {
    this.#limits.deadlines.clear(this);
    this.#resolve(reading);
  }
}

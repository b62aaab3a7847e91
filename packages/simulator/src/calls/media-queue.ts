/** Something that takes a call's media for a while. */
export interface MediaTask {
  /** Begins; returns what stops it. Calls `finished` later, never at once. */
  start(finished: () => void): () => void;
  /** It was stopped, or never begun, because the bot asked for that. */
  canceled(): void;
}

/** What a call plays, one thing behind the other. */
export class MediaQueue {
  #tasks: MediaTask[] = [];
  #stop: () => void = () => {};

  add(task: MediaTask): void {
    this.#tasks.push(task);
    if (this.#tasks.length === 1) this.#begin();
  }

  /** Stops what plays and forgets what waits; each is told that it was canceled. */
  cancel(): void {
    const tasks = this.#tasks;
    this.clear();
    for (const task of tasks) task.canceled();
  }

  /** Stops what plays and forgets what waits, without a word. */
  clear(): void {
    this.#tasks = [];
    this.#stop();
    this.#stop = () => {};
  }

  #begin(): void {
    const [task] = this.#tasks;
    if (!task) return;
    this.#stop = task.start(() => {
      if (this.#tasks[0] !== task) return;
      this.#tasks.shift();
      this.#stop = () => {};
      this.#begin();
    });
  }
}

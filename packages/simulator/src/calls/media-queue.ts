/** Something that occupies the media of a call for a while. */
interface MediaTask {
  /** Starts it; returns a function that stops it. `finished` is called later, never synchronously. */
  start(finished: () => void): () => void;
  /** Called when the bot canceled it, running or queued. */
  canceled(): void;
}

/** The media of a call, one task after the other. */
export class MediaQueue {
  #tasks: MediaTask[] = [];
  #stop: () => void = () => {};

  add(task: MediaTask): void {
    this.#tasks.push(task);
    if (this.#tasks.length === 1) this.#begin();
  }

  /** Stops the running task and removes the queued ones. Calls `canceled` of each. */
  cancel(): void {
    const tasks = this.#tasks;
    this.clear();
    for (const task of tasks) task.canceled();
  }

  /** Stops the running task and removes the queued ones, without calling them. */
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

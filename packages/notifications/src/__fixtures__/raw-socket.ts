import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A TCP client that can send invalid requests. */
export interface RawSocket {
  readonly socket: Socket;
  /** All bytes that the server has sent. */
  readonly received: string;
  readonly isClosed: boolean;
  /** The error that closed the connection, if any. */
  readonly error: Error | undefined;
  write(text: string | Uint8Array): void;
  /** Resolves with all received text, once it matches or the connection is closed. */
  waitFor(pattern: RegExp): Promise<string>;
  closed(): Promise<void>;
}

export function connectRaw(port: number): RawSocket {
  const socket = connect({ host: "127.0.0.1", port });
  let received = "";
  let error: Error | undefined;
  socket.setEncoding("latin1").on("data", (text: string) => {
    received += text;
  });
  socket.on("error", (cause) => {
    error = cause;
  });
  const isClosed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  onTestFinished(() => void socket.destroy());
  return {
    socket,
    get received() {
      return received;
    },
    get isClosed() {
      return socket.closed;
    },
    get error() {
      return error;
    },
    write: (text) => void socket.write(text),
    async waitFor(pattern) {
      while (!pattern.test(received) && !socket.closed) await Promise.race([once(socket, "data"), isClosed]);
      return received;
    },
    closed: () => isClosed,
  };
}

/** The headers of a request, including the empty line. */
export function head(...headers: string[]): string {
  return ["POST /callback HTTP/1.1", "Host: bot.example", ...headers, "", ""].join("\r\n");
}

/** A token that the fake verifier accepts. */
export const TOKEN = "Authorization: Bearer good";

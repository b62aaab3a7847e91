import { Agent, createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";

/** A stub of the calling service: publishes a signing key, signs tokens and posts notifications. */
export class NotificationSender {
  readonly appId = "2891555a-92ff-42e6-80fa-6e1300c6b5c6";
  readonly tenantId = "aa67bd4c-8475-432d-bd41-39f255720e0a";
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  readonly #server: Server;
  readonly #key: CryptoKey;
  #signed = 0;

  private constructor(server: Server, key: CryptoKey) {
    this.#server = server;
    this.#key = key;
  }

  static async start(): Promise<NotificationSender> {
    const { privateKey, publicKey } = await generateKeyPair("RS256");
    const jwk = { ...(await exportJWK(publicKey)), kid: "key-1", use: "sig" };
    const server = createServer((request, response) => {
      const isKeys = request.url === "/keys";
      const body = isKeys ? { keys: [jwk] } : { jwks_uri: `http://${request.headers.host}/keys` };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new NotificationSender(server, privateKey);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Signs a token that differs from all earlier ones. */
  sign(): Promise<string> {
    const nowSec = Math.floor(Date.now() / 1000);
    const token = new SignJWT({ tid: this.tenantId, appid: "26a18ebc-cdf7-4a6a-91cb-beb352805e81", n: this.#signed++ });
    return token
      .setProtectedHeader({ alg: "RS256", kid: "key-1", typ: "JWT", cty: "JWT" })
      .setIssuer("https://api.botframework.com")
      .setAudience(this.appId)
      .setNotBefore(nowSec)
      .setExpirationTime(nowSec + 3600)
      .sign(this.#key);
  }

  /** Posts a notification. Resolves with the status of the response. */
  post(port: number, token: string, body: string): Promise<number> {
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json; charset=utf-8",
      "content-length": Buffer.byteLength(body),
      "user-agent": "Microsoft-Skype/3.0,(Calling/1.0)",
    };
    const options = { host: "127.0.0.1", port, path: "/api/calls", method: "POST", agent: this.#agent, headers };
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(options, (response) => {
        response.resume().on("end", () => resolve(response.statusCode ?? 0));
      });
      outgoing.on("error", reject).end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
    this.#server.close();
  }
}

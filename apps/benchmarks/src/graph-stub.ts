import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

// A server that accepts every request at once. It runs in a child process, so that only the sender is measured.
const body = Buffer.from(
  JSON.stringify({
    "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
    status: "running",
    clientContext: "e0be71f1-a14f-4cec-b65a-e7aba5db7c53",
    id: "d36fe651-9f50-484d-bd4b-1e6415eae448",
  }),
);
const headers = { "content-type": "application/json", "content-length": body.length };
const server = createServer((request, response) => {
  request.resume().on("end", () => response.writeHead(200, headers).end(body));
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit());

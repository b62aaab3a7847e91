import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

// A Graph that accepts everything at once, in a process of its own: what is measured is the sender.
const answer = Buffer.from(
  JSON.stringify({
    "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
    status: "running",
    clientContext: "e0be71f1-a14f-4cec-b65a-e7aba5db7c53",
    id: "d36fe651-9f50-484d-bd4b-1e6415eae448",
  }),
);
const headers = { "content-type": "application/json", "content-length": answer.length };
const server = createServer((request, response) => {
  request.resume().on("end", () => response.writeHead(200, headers).end(answer));
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit());

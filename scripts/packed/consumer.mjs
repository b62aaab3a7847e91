// Uses the packages as an ESM program.
import * as client from "@graph-dtmf/client";
import * as models from "@graph-dtmf/models";
import * as notifications from "@graph-dtmf/notifications";
import * as node from "@graph-dtmf/notifications/node";
import * as simulator from "@graph-dtmf/simulator";
import { sendTones } from "./send-tones.mjs";

await sendTones({ models, client, notifications, node, simulator });

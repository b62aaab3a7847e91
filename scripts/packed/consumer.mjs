// The packages as a program in ESM gets them.
import * as client from "@graph-dtmf/client";
import * as models from "@graph-dtmf/models";
import * as notifications from "@graph-dtmf/notifications";
import * as node from "@graph-dtmf/notifications/node";
import * as simulator from "@graph-dtmf/simulator";
import { story } from "./story.mjs";

await story({ models, client, notifications, node, simulator });

// The packages as a program in ESM gets them.
import * as models from "@graph-dtmf/models";
import { story } from "./story.mjs";

await story({ models });

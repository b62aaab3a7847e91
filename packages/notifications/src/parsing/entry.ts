import type { ChangeType, OpenEnum } from "@graph-dtmf/models";
import type { ResourcePath } from "./resource-path.ts";

/** One entry of an envelope: what is the same for all that it packs. */
export interface Entry {
  raw: unknown;
  /** Read as `updated` where Graph left it out. */
  changeType: OpenEnum<ChangeType> | undefined;
  path: ResourcePath | undefined;
  /** Of several resources each is named by its own id first, a single one by the path. */
  packs: "one" | "several";
}

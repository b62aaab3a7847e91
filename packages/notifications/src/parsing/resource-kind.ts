import type { ResourcePath } from "./resource-path.ts";

/** What a resource is to us. */
export type ResourceKind = "operation" | "call" | "participant" | "unknown";

/**
 * What a resource is: by its type where it has one, else by its path, else by its members.
 *
 * The type comes first because paths have been wrong: participants were announced under `operations/participants`.
 */
export function resourceKindOf(data: Record<string, unknown>, path: ResourcePath | undefined): ResourceKind {
  const type = data["@odata.type"];
  if (typeof type === "string" && type !== "") return kindOfType(type);
  if (path?.collection !== undefined) return kindOfCollection(path.collection);
  return kindOfMembers(data) ?? (path ? "call" : "unknown");
}

function kindOfType(type: string): ResourceKind {
  // The two that nearly all notifications are of need no taking apart.
  if (type === "#microsoft.graph.call") return "call";
  if (type === "#microsoft.graph.sendDtmfTonesOperation") return "operation";
  const name = type.slice(type.lastIndexOf(".") + 1).toLowerCase();
  if (name === "call" || name === "participant") return name;
  // Operations that nobody has documented, or not yet, are operations too.
  return name.endsWith("operation") ? "operation" : "unknown";
}

function kindOfCollection(collection: string): ResourceKind {
  if (collection === "operations") return "operation";
  return collection === "participants" ? "participant" : "unknown";
}

function kindOfMembers(data: Record<string, unknown>): ResourceKind | undefined {
  if (data.state !== undefined || data.callState !== undefined || data.toneInfo !== undefined) return "call";
  return data.status === undefined ? undefined : "operation";
}

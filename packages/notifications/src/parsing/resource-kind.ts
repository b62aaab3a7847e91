import type { ResourcePath } from "./resource-path.ts";

/** The kinds of resources that are read. */
export type ResourceKind = "operation" | "call" | "participant" | "unknown";

/**
 * Returns the kind of a resource: from its type if it has one, else from its path, else from its members.
 *
 * The type takes precedence because Graph has sent wrong paths: participants came under `operations/participants`.
 */
export function resourceKindOf(data: Record<string, unknown>, path: ResourcePath | undefined): ResourceKind {
  const type = data["@odata.type"];
  if (typeof type === "string" && type !== "") return kindOfType(type);
  if (path?.collection !== undefined) return kindOfCollection(path.collection);
  return kindOfMembers(data) ?? (path ? "call" : "unknown");
}

function kindOfType(type: string): ResourceKind {
  if (type === "#microsoft.graph.call") return "call";
  const name = type.slice(type.lastIndexOf(".") + 1).toLowerCase();
  if (name === "call" || name === "participant") return name;
  // Operation types that are not documented are operations too.
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

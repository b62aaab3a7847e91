/** Gives an object the type that Graph wants to see on every part of a body. */
export function typed<Members extends object>(type: string, members: Members): Members {
  return { "@odata.type": `#microsoft.graph.${type}`, ...members };
}

const DASHLESS = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;
const GUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/**
 * The normal form of the spellings that Graph uses for one id: GUIDs in lower case with dashes, other ids unchanged.
 */
export function normalizeId(id: string): string {
  if (id.length < 32 || id.length > 36) return id;
  const lower = id.toLowerCase();
  // Most ids are in this form already.
  if (id.length === 36 && lower === id) return id;
  if (!GUID.test(id)) return id;
  return lower.length === 36 ? lower : lower.replaceAll("-", "").replace(DASHLESS, "$1-$2-$3-$4-$5");
}
